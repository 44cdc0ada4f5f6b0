// SPDX-License-Identifier: Apache-2.0
#pragma once
// One batch of facts into the tables, in a transaction that the caller has begun and commits. Not used again.

#include <cstdint>
#include <map>
#include <vector>

#include "inventory/catalog.h"
#include "store/database.h"
#include "store/facet_sets.h"
#include "store/facts_rows.h"
#include "store/totals.h"

namespace apiarist::store {

class BatchWriter {
  public:
    // Borrows all of them.
    BatchWriter(Database& database, inventory::Catalog& catalog, FacetSets& facet_sets, inventory::Delta& delta,
                std::int64_t now_s)
        : database_(database), catalog_(catalog), facet_sets_(facet_sets), delta_(delta), now_s_(now_s) {}

    // `last_id` is the store's, and grows. `opened`: places that were opened before, in a transaction that failed;
    // those that are opened now are added.
    Status write(std::int64_t& last_id, std::int64_t revision, std::vector<inventory::OpenedPlace>& opened);

  private:
    // What an endpoint takes over from those that became part of it. Not in the delta: that is the batch's, and is
    // applied again when this transaction fails.
    struct Inherited {
        inventory::Facts facts;
        Totals beyond_hours;  // of hours that are not kept any more
    };
    void leave_out_unfounded();
    Status archive_joined(const std::vector<inventory::OpenedPlace>& opened);
    Status write_collections();
    [[nodiscard]] std::vector<inventory::EndpointRef> refs() const;
    const inventory::Facts& facts_of(const inventory::EndpointRef& ref);
    Status write_endpoints();
    Status write_rows(const std::vector<Row>& endpoints, const std::vector<Row>& states);
    Status write_sums();
    Status write_decisions(const std::vector<inventory::OpenedPlace>& opened);
    Status write_changes(const std::vector<Change>& changes);

    Database& database_;
    inventory::Catalog& catalog_;
    FacetSets& facet_sets_;
    inventory::Delta& delta_;
    const std::int64_t now_s_;
    std::int64_t* last_id_ = nullptr;
    std::int64_t revision_ = 0;
    struct Archived {
        std::int64_t id = 0;
        inventory::EndpointRef from;
        inventory::EndpointRef into;
    };
    std::vector<Archived> archived_;
    std::map<inventory::EndpointRef, Inherited> inherited_;
};

}  // namespace apiarist::store
