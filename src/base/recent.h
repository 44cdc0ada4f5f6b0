// SPDX-License-Identifier: Apache-2.0
#pragma once
// A value that is costly to make: made by one caller at a time, and handed to all who ask within a while.
//
// Threads: any; who asks while it is made waits for it.

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace apiarist {

template <typename T>
class Recent {
  public:
    using Clock = std::chrono::steady_clock;

    Recent(std::function<T()> make, Clock::duration keep, std::function<Clock::time_point()> now = Clock::now)
        : make_(std::move(make)), keep_(keep), now_(std::move(now)) {}

    [[nodiscard]] T get() {
        const std::scoped_lock lock(mutex_);
        if (!value_ || now_() - made_ >= keep_) {
            value_ = make_();
            made_ = now_();
        }
        return *value_;
    }

  private:
    const std::function<T()> make_;
    const Clock::duration keep_;
    const std::function<Clock::time_point()> now_;
    std::mutex mutex_;
    std::optional<T> value_;    // guarded by mutex_
    Clock::time_point made_{};  // guarded by mutex_
};

}  // namespace apiarist
