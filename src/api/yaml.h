// SPDX-License-Identifier: Apache-2.0
#pragma once
// YAML as JSON, for documents that people upload. Here and not in base, for nothing but the API reads YAML, and what
// includes base need not be linked with libyaml. Pure; for hostile input. The core schema of YAML 1.2 (yaml_scalar.h),
// one document; aliases and merge keys (<<) are filled in.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace apiarist::api {

inline constexpr std::size_t kYamlJsonBytes = 20u << 20;  // of the JSON, aliases filled in

// On one line, nested 64 levels deep at most (YamlTree::kDepth). An error is a sentence with the line.
Result<std::string> json_of_yaml(std::string_view yaml);

}  // namespace apiarist::api
