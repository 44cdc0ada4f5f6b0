// SPDX-License-Identifier: Apache-2.0
#pragma once
// Headers of which one must have its value for a request to pass: filterHeaderValueMap of the reference's
// accounts_settings, which may change while it is in force. Any thread may ask and set.

#include <map>
#include <shared_mutex>
#include <string>
#include <vector>

#include "protocols/message.h"

namespace apiarist::policy {

class HeaderValues {
  public:
    // From header name to value; both are compared without case. None: every request passes.
    void set(std::map<std::string, std::string> wanted);
    [[nodiscard]] bool pass(const std::vector<protocols::Header>& headers) const;

  private:
    mutable std::shared_mutex mutex_;
    std::map<std::string, std::string> wanted_;  // guarded by mutex_
};

}  // namespace apiarist::policy
