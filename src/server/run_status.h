// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a run shows to those who ask from outside: whether it is ready, and its ledger. Written by the thread that runs,
// read by the server's; it outlives the server.

#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "base/ledger.h"

namespace apiarist::server {

using LedgerSource = std::function<LedgerSnapshot()>;

class RunStatus {
  public:
    explicit RunStatus(std::string why_not_ready) : why_not_(std::move(why_not_ready)) {}

    // From now on the ledger is asked of `source`, which must live until hold() or the next of these.
    void ready(LedgerSource source) { set({}, std::move(source)); }
    void not_ready(std::string why, LedgerSource source) { set(std::move(why), std::move(source)); }
    // The ledger stands still at what it is now. No source is asked after this returns.
    void hold(std::string why_not_ready);

    [[nodiscard]] LedgerSnapshot ledger() const;
    [[nodiscard]] std::string why_not_ready() const;  // empty: ready

  private:
    void set(std::string why, LedgerSource source);

    mutable std::mutex mutex_;
    std::string why_not_;    // guarded by mutex_
    LedgerSource source_;    // guarded by mutex_; empty: held_
    LedgerSnapshot held_{};  // guarded by mutex_
};

}  // namespace apiarist::server
