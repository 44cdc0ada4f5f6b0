// SPDX-License-Identifier: Apache-2.0
#pragma once
// The reference's MongoDB, from the settings.

#include <memory>

#include "app/settings.h"
#include "base/result.h"
#include "policy/policy.h"
#include "sinks/mongo_link.h"

namespace apiarist::app {

// Null: none is wanted. Sets what the policy needs for it; `policy` outlives the link. An error: an impossible request.
// An address of the reference's variable that is none is said and left.
Result<std::unique_ptr<sinks::MongoLink>> make_mongo(const Settings& settings, policy::PolicyOptions& policy);

}  // namespace apiarist::app
