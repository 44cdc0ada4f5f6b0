// SPDX-License-Identifier: Apache-2.0
#include "store/exports.h"

#include <fmt/format.h>

#include <utility>

#include "store/conditions.h"

namespace apiarist::store {

Result<Table> collection_endpoints(Database& database, std::int64_t collection) {
    auto rows = database.query(
        "SELECT id, method, template, operation, last_seen, requests, folded FROM endpoints WHERE merged_into = 0 AND "
        "collection_id = $1 ORDER BY template, method, operation",
        {collection});
    if (!rows) return std::move(rows).error();
    return Table{{{"id"}, {"method"}, {"template"}, {"operation"}, {"last_seen"}, {"requests"}, {"folded"}},
                 std::move(*rows),
                 {}};
}

Result<Table> find_document(Database& database, std::int64_t collection) {
    auto rows = database.query("SELECT name, document, uploaded FROM documents WHERE collection_id = $1", {collection});
    if (!rows) return std::move(rows).error();
    return Table{{{"name"}, {"document", Shape::kJson}, {"uploaded"}}, std::move(*rows), {}};
}

Result<bool> has_collection(Database& database, std::int64_t collection) {
    auto rows = database.query("SELECT COUNT(*) FROM collections WHERE id = $1", {collection});
    if (!rows) return std::move(rows).error();
    return integer((*rows)[0][0]) > 0;
}

Result<std::set<std::int64_t>> collections_with_tls(Database& database) {
    auto rows = database.query(
        "SELECT DISTINCT e.collection_id FROM marks m JOIN endpoints e ON e.id = m.endpoint_id WHERE m.kind = 'tls' "
        "AND "
        "m.value <> 'clear'",
        {});
    if (!rows) return std::move(rows).error();
    std::set<std::int64_t> found;
    for (const Row& row : *rows)
        found.insert(integer(row[0]));
    return found;
}

Result<Table> export_samples(Database& database, std::optional<std::int64_t> collection,
                             std::optional<std::int64_t> endpoint) {
    Conditions conditions;
    conditions.add("e.merged_into = 0");
    if (collection) conditions.add("e.collection_id = ", *collection);
    if (endpoint) conditions.add("s.endpoint_id = ", *endpoint);
    const std::string most = conditions.parameter(kMostExported);
    auto rows = database.query(
        fmt::format(
            "SELECT c.name, s.endpoint_id, s.record FROM samples s JOIN endpoints e ON e.id = s.endpoint_id JOIN "
            "collections c ON c.id = e.collection_id{} ORDER BY s.time, s.id LIMIT {}",
            conditions.sql(), most),
        conditions.values());
    if (!rows) return std::move(rows).error();
    return Table{{{"collection"}, {"endpoint_id"}, {"record", Shape::kJson}}, std::move(*rows), {}};
}

Result<std::string> successful_sample(Database& database, std::int64_t endpoint) {
    auto rows = database.query(
        "SELECT record FROM samples WHERE endpoint_id = $1 AND status BETWEEN 200 AND 399 ORDER BY time DESC, id DESC "
        "LIMIT 1",
        {endpoint});
    if (!rows) return std::move(rows).error();
    return rows->empty() ? std::string() : text((*rows)[0][0]);
}

}  // namespace apiarist::store
