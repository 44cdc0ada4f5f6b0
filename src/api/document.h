// SPDX-License-Identifier: Apache-2.0
#pragma once
// openapi.json of this folder, as it was when this was built.

#include <string_view>

namespace apiarist::api {

[[nodiscard]] std::string_view document();

}  // namespace apiarist::api
