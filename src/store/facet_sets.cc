// SPDX-License-Identifier: Apache-2.0
#include "store/facet_sets.h"

#include <algorithm>

namespace apiarist::store {

Status FacetSets::refresh(Database& database) {
    auto rows = database.query(
        "SELECT id, collection_id, folded, method, access, auth, sensitive, returned, exposed FROM facet_sets WHERE id "
        "> $1",
        {newest_});
    if (!rows) return std::move(rows).error();
    for (const Row& row : *rows) {
        ids_[{integer(row[1]), text(row[2]), text(row[3]), text(row[4]), text(row[5]), text(row[6]), text(row[7]),
              text(row[8])}] = integer(row[0]);
        newest_ = std::max(newest_, integer(row[0]));
    }
    return Done{};
}

Result<std::int64_t> FacetSets::id_of(Database& database, const Set& set, std::int64_t& last_id) {
    const MarkColumns& marks = set.marks;
    const auto [known, is_new] = ids_.try_emplace(Key{set.collection, set.folded, set.method, marks.access, marks.auth,
                                                      marks.sensitive, marks.returned, marks.exposed},
                                                  0);
    if (!is_new) return known->second;
    const std::int64_t id = ++last_id;
    auto added = database.execute(
        "INSERT INTO facet_sets (id, collection_id, folded, method, access, auth, sensitive, returned, exposed) VALUES "
        "($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        {id, set.collection, set.folded, set.method, marks.access, marks.auth, marks.sensitive, marks.returned,
         marks.exposed});
    if (!added) {
        ids_.erase(known);
        return std::move(added).error();
    }
    known->second = id;
    newest_ = std::max(newest_, id);
    return id;
}

Status FacetSets::add_endpoints(Database& database, const Gains& gains) {
    std::vector<Row> rows;
    for (const auto& [id, gain] : gains)
        if (gain != 0) rows.push_back({id, gain});
    return database.execute_many("UPDATE facet_sets SET endpoints = endpoints + $2 WHERE id = $1", rows);
}

void FacetSets::forget() {
    ids_.clear();
    newest_ = 0;
}

Status FacetSets::delete_unused(Database& database) {
    return database.execute(
        "DELETE FROM facet_sets WHERE NOT EXISTS (SELECT 1 FROM endpoints e WHERE e.facet_set_id = facet_sets.id)", {});
}

}  // namespace apiarist::store
