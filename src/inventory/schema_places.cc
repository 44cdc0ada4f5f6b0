// SPDX-License-Identifier: Apache-2.0
#include "inventory/schema_places.h"

#include <algorithm>

namespace apiarist::inventory {
namespace {

using Visit = std::function<void(const std::string&, const SchemaNode&)>;

void visit_at(const Schema& schema, std::uint32_t index, const std::string& place, const Visit& visit) {
    const SchemaNode& node = schema.node(index);
    visit(place, node);
    auto fields = node.fields;
    std::sort(fields.begin(), fields.end());
    for (const auto& [name, child] : fields) {
        std::string below = place;
        below += '/';
        below += name;
        visit_at(schema, child, below, visit);
    }
    if (node.any_field != 0) visit_at(schema, node.any_field, place + "/{*}", visit);
    if (node.items != 0) visit_at(schema, node.items, place + "/[]", visit);
}

}  // namespace

void visit_places(const Schema& schema, const Visit& visit) {
    visit_at(schema, 0, "", visit);
}

std::string types_text(const SchemaNode& node) {
    std::string out;
    for (std::size_t i = 0; i < node.types.size(); ++i) {
        if (node.types[i] == 0) continue;
        if (!out.empty()) out += '|';
        out += to_string(static_cast<JsonType>(i));
    }
    return out;
}

}  // namespace apiarist::inventory
