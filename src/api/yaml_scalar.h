// SPDX-License-Identifier: Apache-2.0
#pragma once
// Scalars of YAML as JSON, by the core schema of YAML 1.2 (§10.3.2): `yes` and `2024-01-01` are text, 010 is ten. Pure.
// What JSON has no number for is text too: .inf, .nan, what no double holds, hexadecimal beyond 64 bits.

#include <cstdint>
#include <string>
#include <string_view>

namespace apiarist::api {

enum class YamlType : std::uint8_t {
    kPlain,  // what it looks like
    kText,
    kInteger,
    kFloat,
    kBoolean,
    kNull,
};

// False, and nothing is appended: it does not look like what it is said to be.
[[nodiscard]] bool append_yaml_scalar(std::string& json, std::string_view text, YamlType type);

}  // namespace apiarist::api
