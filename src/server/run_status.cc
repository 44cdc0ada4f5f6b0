// SPDX-License-Identifier: Apache-2.0
#include "server/run_status.h"

namespace apiarist::server {

void RunStatus::set(std::string why, LedgerSource source) {
    const std::scoped_lock lock(mutex_);
    why_not_ = std::move(why);
    source_ = std::move(source);
}

void RunStatus::hold(std::string why_not_ready) {
    const std::scoped_lock lock(mutex_);
    why_not_ = std::move(why_not_ready);
    if (source_) held_ = source_();
    source_ = nullptr;
}

// Under the lock, so that the source cannot go while it is asked.
LedgerSnapshot RunStatus::ledger() const {
    const std::scoped_lock lock(mutex_);
    return source_ ? source_() : held_;
}

std::string RunStatus::why_not_ready() const {
    const std::scoped_lock lock(mutex_);
    return why_not_;
}

}  // namespace apiarist::server
