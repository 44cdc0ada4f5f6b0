// SPDX-License-Identifier: Apache-2.0
#pragma once
// Keeps the collector below a limit of CPU time: sheds more exchanges while it is above, fewer while it is below, and
// gives up when shedding all of them does not help. Asks no clock; the owner calls it once a period.

#include <cstdint>

namespace apiarist::app {

struct GovernorOptions {
    double limit = 0;        // CPU seconds per second; 0: no limit
    unsigned patience = 10;  // periods above the limit, with everything shed, before it gives up
};

class Governor {
  public:
    static constexpr unsigned kAll = 256;  // of so many exchanges
    enum class Verdict : std::uint8_t { kKeep, kChanged, kDetach };

    explicit Governor(const GovernorOptions& options) : options_(options) {}

    // `used`: CPU seconds per second of the period that ended.
    Verdict step(double used);
    // Of kAll exchanges that could begin, how many are to be left out.
    [[nodiscard]] unsigned shed_share() const { return share_; }

  private:
    GovernorOptions options_;
    unsigned share_ = 0;
    unsigned hopeless_ = 0;  // periods in a row
};

}  // namespace apiarist::app
