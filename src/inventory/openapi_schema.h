// SPDX-License-Identifier: Apache-2.0
#pragma once
// A schema that was observed → JSON Schema 2020-12, as OpenAPI 3.1 has it. Pure.
//
// What was seen is no contract, so only what rarely misleads is said: types, fields, items, formats that all texts
// have. `required`: in every object, of a few at least. `enum`: few different words, each seen often on the average,
// of a field that does not say which thing it is about. Never bounds of numbers and lengths: the least that was seen is
// not the least that is allowed. An object with many fields of which each is in few of its objects, and which look
// alike, is a map: its names are values.

#include <cstdint>

#include "base/json_writer.h"
#include "inventory/schema.h"

namespace apiarist::inventory {

// Of `index` and what is below it.
void write_schema(JsonWriter& json, const Schema& schema, std::uint32_t index = 0);
[[nodiscard]] bool is_map(const Schema& schema, const SchemaNode& node);

}  // namespace apiarist::inventory
