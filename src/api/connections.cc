// SPDX-License-Identifier: Apache-2.0
#include "api/connections.h"

namespace apiarist::api {

Result<Connections::Lease> Connections::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            Lease lease = std::move(idle_.back());
            idle_.pop_back();
            return lease;
        }
    }
    store::DatabaseOptions options = options_;
    options.read_only = true;
    auto opened = store::open_database(options);
    if (!opened) return std::move(opened).error();
    return Lease{std::move(*opened), 0};
}

void Connections::give_back(Lease lease) {
    if (++lease.uses >= kUses) return;
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(lease));
}

}  // namespace apiarist::api
