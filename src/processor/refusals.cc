// SPDX-License-Identifier: Apache-2.0
#include "processor/refusals.h"

#include <algorithm>

namespace apiarist::processor {
namespace {

constexpr int kTries = 3;
constexpr std::uint64_t kParts = 16;  // of a batch that was refused

}  // namespace

Refusals::Then Refusals::refused(std::uint64_t records) {
    if (++tries_ < kTries) return Then::kTryAgain;
    tries_ = 0;
    if (records <= 1) return Then::kLeaveOut;
    parts_.push_back({std::max<std::uint64_t>(1, records / kParts), records});
    return Then::kParts;
}

void Refusals::passed(std::uint64_t records) {
    tries_ = 0;
    for (Part& part : parts_)
        part.left -= std::min(part.left, records);
    while (!parts_.empty() && parts_.back().left == 0)
        parts_.pop_back();
}

}  // namespace apiarist::processor
