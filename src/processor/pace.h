// SPDX-License-Identifier: Apache-2.0
#pragma once
// When to store a batch that is not full, and when to try again what failed.

#include <algorithm>
#include <chrono>

namespace apiarist::processor {

using Clock = std::chrono::steady_clock;

class Pace {
  public:
    explicit Pace(Clock::duration batch_time) : batch_time_(batch_time) {}

    // The first record of a batch came.
    void began(Clock::time_point now) { due_ = now + batch_time_; }
    [[nodiscard]] bool is_due(Clock::time_point now) const { return now >= due_; }
    [[nodiscard]] Clock::time_point due() const { return due_; }
    void failed(Clock::time_point now) {
        due_ = now + delay_;
        delay_ = std::min<Clock::duration>(delay_ * 2, kLongest);
    }
    // Or what failed is not tried again as it was.
    void succeeded() { delay_ = kShortest; }

  private:
    static constexpr Clock::duration kShortest = std::chrono::milliseconds(250);
    static constexpr Clock::duration kLongest = std::chrono::seconds(10);
    Clock::duration batch_time_;
    Clock::duration delay_ = kShortest;
    Clock::time_point due_{};
};

}  // namespace apiarist::processor
