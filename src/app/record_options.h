// SPDX-License-Identifier: Apache-2.0
#pragma once
// What records say that no traffic says, from the settings.

#include <string>
#include <string_view>

#include "app/settings.h"
#include "sinks/akto_record.h"

namespace apiarist::app {

// "team=retail;env=prod" as a JSON object; a part without a name is left out. Empty: there is none.
[[nodiscard]] std::string tags_json(std::string_view text);

[[nodiscard]] sinks::RecordOptions record_options(const Settings& settings, const std::string& instance_id);

}  // namespace apiarist::app
