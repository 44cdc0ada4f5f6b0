// SPDX-License-Identifier: Apache-2.0
#include "policy/header_values.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace apiarist::policy {

void HeaderValues::set(std::map<std::string, std::string> wanted) {
    const std::unique_lock lock(mutex_);
    wanted_ = std::move(wanted);
}

bool HeaderValues::pass(const std::vector<protocols::Header>& headers) const {
    const std::shared_lock lock(mutex_);
    if (wanted_.empty()) return true;
    return std::any_of(wanted_.begin(), wanted_.end(), [&headers](const auto& one) {
        return std::any_of(headers.begin(), headers.end(), [&one](const protocols::Header& header) {
            return protocols::same_name(header.name, one.first) && protocols::same_name(header.value, one.second);
        });
    });
}

}  // namespace apiarist::policy
