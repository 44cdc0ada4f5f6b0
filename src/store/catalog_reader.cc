// SPDX-License-Identifier: Apache-2.0
#include "store/catalog_reader.h"

#include <absl/container/flat_hash_map.h>

#include <utility>

namespace apiarist::store {
namespace {

using inventory::Catalog;
using inventory::CollectionIndex;
using inventory::Decision;
using inventory::Endpoint;
using inventory::Evidence;

using Collections = absl::flat_hash_map<std::int64_t, CollectionIndex>;

Status read_collections(Database& database, Catalog& catalog, Collections& collections) {
    auto rows = database.query("SELECT id, name FROM collections", {});
    if (!rows) return std::move(rows).error();
    for (const Row& row : *rows) {
        const CollectionIndex index = catalog.add(text(row[1]));
        catalog.at(index).id = integer(row[0]);
        collections[integer(row[0])] = index;
    }
    return Done{};
}

Status read_decisions(Database& database, Catalog& catalog, const Collections& collections) {
    auto rows = database.query(
        "SELECT collection_id, template, decision FROM decisions ORDER BY LENGTH(template), template", {});
    if (!rows) return std::move(rows).error();
    for (const Row& row : *rows) {
        const auto collection = collections.find(integer(row[0]));
        if (collection == collections.end()) continue;
        const auto decision = integer(row[2]) == static_cast<std::int64_t>(Decision::kEvidence) ? Decision::kEvidence
                                                                                                : Decision::kLiterals;
        catalog.at(collection->second).tree.decide(text(row[1]), decision);
    }
    return Done{};
}

Status read_endpoints(Database& database, Catalog& catalog, const Collections& collections, std::int64_t revision) {
    auto rows = database.query(
        "SELECT e.id, e.collection_id, e.method, e.template, e.operation, s.evidence FROM endpoints e JOIN "
        "endpoint_states s ON s.endpoint_id = e.id WHERE e.revision > $1 AND e.merged_into = 0 ORDER BY e.id",
        {revision});
    if (!rows) return std::move(rows).error();
    for (const Row& row : *rows) {
        const auto collection = collections.find(integer(row[1]));
        if (collection == collections.end()) continue;
        auto& tree = catalog.at(collection->second).tree;
        const auto index = tree.add(text(row[3]), text(row[2]), text(row[4]));
        tree.endpoint(index).id = integer(row[0]);
        if (const auto evidence = Evidence::decode(text(row[5]))) tree.learn(index, *evidence);
        if (revision < 0) tree.count_failed(index);
    }
    return Done{};
}

Status read_samples(Database& database, Catalog& catalog) {
    auto rows = database.query(
        "SELECT s.endpoint_id, s.status, s.content_type, COUNT(*) FROM samples s "
        "GROUP BY s.endpoint_id, s.status, s.content_type",
        {});
    if (!rows) return std::move(rows).error();
    absl::flat_hash_map<std::int64_t, Endpoint*> by_id;
    for (CollectionIndex c = 0; c < catalog.size(); ++c) {
        auto& tree = catalog.at(c).tree;
        for (std::uint32_t i = 0; i < tree.endpoint_count(); ++i)
            by_id[tree.endpoint(i).id] = &tree.endpoint(i);
    }
    for (const Row& row : *rows) {
        const auto endpoint = by_id.find(integer(row[0]));
        if (endpoint == by_id.end()) continue;
        endpoint->second->samples[std::to_string(integer(row[1])) + " " + text(row[2])] =
            static_cast<std::uint32_t>(integer(row[3]));
    }
    return Done{};
}

}  // namespace

Status read_catalog(Database& database, Catalog& catalog) {
    Collections collections;
    APIARIST_TRY(read_collections(database, catalog, collections));
    APIARIST_TRY(read_decisions(database, catalog, collections));
    APIARIST_TRY(read_endpoints(database, catalog, collections, -1));
    return read_samples(database, catalog);
}

Result<bool> refresh_catalog(Database& database, Catalog& catalog, std::int64_t revision) {
    auto decided = database.query("SELECT COUNT(*) FROM decisions WHERE revision > $1", {revision});
    if (!decided) return std::move(decided).error();
    if (integer((*decided)[0][0]) > 0) return false;
    Collections collections;
    APIARIST_TRY(read_collections(database, catalog, collections));
    APIARIST_TRY(read_endpoints(database, catalog, collections, revision));
    return true;
}

}  // namespace apiarist::store
