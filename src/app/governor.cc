// SPDX-License-Identifier: Apache-2.0
#include "app/governor.h"

#include <algorithm>

namespace apiarist::app {

Governor::Verdict Governor::step(double used) {
    // Up fast, down slowly, and a band in which nothing changes, so that it does not swing.
    constexpr unsigned kFirstShare = 16;
    constexpr unsigned kStepDown = 8;
    constexpr double kBandBelow = 0.8;
    if (options_.limit <= 0) return Verdict::kKeep;
    const unsigned before = share_;
    if (used > options_.limit) {
        if (share_ == kAll && ++hopeless_ >= options_.patience) return Verdict::kDetach;
        share_ = std::min(kAll, std::max(kFirstShare, share_ * 2));
    } else {
        hopeless_ = 0;
        if (used < options_.limit * kBandBelow) share_ -= std::min(share_, kStepDown);
    }
    return share_ == before ? Verdict::kKeep : Verdict::kChanged;
}

}  // namespace apiarist::app
