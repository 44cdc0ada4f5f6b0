// SPDX-License-Identifier: Apache-2.0
#pragma once
// The inventory in a database: batches of facts go in, together with the offsets of the topic that they stand for, in
// one transaction, so that each record counts once whatever dies. Several processors may share one PostgreSQL. Not
// thread-safe: one connection.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/catalog.h"
#include "store/database.h"
#include "store/facet_sets.h"

namespace apiarist::store {

// Before the name of a run that has no topic; a topic's name has no blank.
inline constexpr std::string_view kRunTopic = "run ";

// Up to where a partition of a topic is in the store.
struct Offset {
    std::string topic;
    std::int32_t partition = 0;
    std::int64_t next = 0;  // the first that is not
    bool operator==(const Offset&) const = default;
};

struct Batch {
    inventory::Delta delta;
    std::vector<Offset> begin;  // what `next` must be in the store, for each partition; -1: no row
    std::vector<Offset> end;
    bool in_doubt = false;  // its commit failed: the store may have it
};

enum class Applied : std::uint8_t {
    kDone,
    kSuperseded,  // another processor has stored records of these partitions: nothing was written, the batch is void
};

class Store {
  public:
    // Brings its tables to the newest version.
    static Result<Store> open(const DatabaseOptions& options, const inventory::CatalogLimits& limits = {});

    // Of what the batches' refs are; it changes with apply().
    [[nodiscard]] inventory::Catalog& catalog() { return *catalog_; }

    // `now_s`: Unix time. After an error the batch stays as it is, to be applied again. Where all of it is in the store
    // nevertheless (the connection broke while it was committed), that is found by its end, and done.
    Result<Applied> apply(Batch& batch, std::int64_t now_s);
    // -1: nothing of it is in the store.
    Result<std::int64_t> next_offset(const std::string& topic, std::int32_t partition);

    [[nodiscard]] Database& database() { return *database_; }
    // Connects again where the connection was lost.
    Status reconnect();

  private:
    Store(DatabaseOptions options, const inventory::CatalogLimits& limits, std::unique_ptr<Database> database);
    Result<Applied> write(Batch& batch, std::int64_t now_s);
    Result<bool> is_at(const std::vector<Offset>& offsets);
    Status write_offsets(const Batch& batch, std::int64_t now_s);

    DatabaseOptions options_;
    inventory::CatalogLimits limits_;
    std::unique_ptr<Database> database_;
    std::unique_ptr<inventory::Catalog> catalog_;
    FacetSets facet_sets_;
    // Opened in a transaction that failed: the batch is already by these, and the store is not.
    std::vector<inventory::OpenedPlace> opened_;
    std::int64_t revision_ = 0;  // up to which the catalog is what the store says
    std::int64_t epoch_ = 0;     // a change of it: rows were deleted, or decisions undone
};

}  // namespace apiarist::store
