// SPDX-License-Identifier: Apache-2.0
#pragma once
// The places of a schema as people write them: "/items/[]/id", any name of an object that is a value as "{*}".

#include <functional>
#include <string>

#include "inventory/schema.h"

namespace apiarist::inventory {

// In one order. The root is "".
void visit_places(const Schema& schema, const std::function<void(const std::string& place, const SchemaNode&)>& visit);
// "integer|null"
[[nodiscard]] std::string types_text(const SchemaNode& node);

}  // namespace apiarist::inventory
