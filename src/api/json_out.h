// SPDX-License-Identifier: Apache-2.0
#pragma once
// Answers as JSON. What was captured is hostile: it comes out as JSON text that no browser takes for markup.

#include <string>
#include <string_view>

#include "inventory/schema.h"
#include "store/table.h"

namespace apiarist::api {

void append_value(std::string& out, const store::Value& value, store::Shape shape = store::Shape::kValue);
// {"id":1,"name":"x"}
void append_row(std::string& out, const std::vector<store::Column>& columns, const store::Row& row);
// [{…},{…}]
void append_rows(std::string& out, const store::Table& table);
// {"items":[…],"next":"…"}; next: null where there is no further page.
[[nodiscard]] std::string page_json(const store::Table& table);
// As JSON Schema 2020-12, with "x-count": how often a value was at this place. A field that was in each object is
// required.
void append_schema(std::string& out, const inventory::Schema& schema);
// <, > and & of a JSON text, which are in its strings alone, as \u003c and so on.
[[nodiscard]] std::string without_markup(std::string_view json);

}  // namespace apiarist::api
