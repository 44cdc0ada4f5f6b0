// SPDX-License-Identifier: Apache-2.0
#include "store/openapi_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "inventory/openapi.h"
#include "store/exports.h"
#include "store/facts_rows.h"

namespace apiarist::store {
namespace {

using inventory::DocumentedCollection;
using inventory::DocumentedEndpoint;

Status read_endpoint(Database& database, std::int64_t id, DocumentedEndpoint& endpoint) {
    auto statuses = database.query(
        "SELECT status, CAST(SUM(calls) AS BIGINT) FROM hours WHERE endpoint_id = $1 AND seen_at <= 2 GROUP BY status",
        {id});
    if (!statuses) return std::move(statuses).error();
    for (const Row& row : *statuses)
        endpoint.statuses[static_cast<std::uint16_t>(integer(row[0]))] = static_cast<std::uint64_t>(integer(row[1]));
    auto parts = read_parts(database, id);
    if (!parts) return std::move(parts).error();
    endpoint.parts = std::move(*parts);
    return Done{};
}

}  // namespace

Result<std::vector<std::string>> collection_names(Database& database) {
    auto rows = database.query("SELECT name FROM collections ORDER BY name", {});
    if (!rows) return std::move(rows).error();
    std::vector<std::string> names;
    for (const Row& row : *rows)
        names.push_back(text(row[0]));
    return names;
}

Result<std::string> export_openapi(Database& database, const std::string& collection) {
    auto found = database.query("SELECT id FROM collections WHERE name = $1", {collection});
    if (!found) return std::move(found).error();
    if (found->empty())
        return Error{std::errc::no_such_file_or_directory, fmt::format("there is no collection {}", collection)};
    const std::int64_t id = integer((*found)[0][0]);
    const auto tls = collections_with_tls(database);
    if (!tls) return tls.error();
    DocumentedCollection document{collection, tls->contains(id), {}};
    auto rows = database.query(
        "SELECT id, method, template, operation, requests, auth FROM endpoints "
        "WHERE collection_id = $1 AND merged_into = 0 AND folded = '' ORDER BY id",
        {id});
    if (!rows) return std::move(rows).error();
    for (const Row& row : *rows) {
        DocumentedEndpoint endpoint{
            text(row[1]), text(row[2]), text(row[3]), static_cast<std::uint64_t>(integer(row[4])), {}, {}, {}};
        const std::string& auth = text(row[5]);
        for (std::size_t at = 0; at < auth.size();) {
            const auto comma = std::min(auth.find(',', at), auth.size());
            endpoint.auth.push_back(auth.substr(at, comma - at));
            at = comma + 1;
        }
        APIARIST_TRY(read_endpoint(database, integer(row[0]), endpoint));
        document.endpoints.push_back(std::move(endpoint));
    }
    return inventory::openapi_document(document);
}

}  // namespace apiarist::store
