// SPDX-License-Identifier: Apache-2.0
#pragma once
// Facts of an endpoint ↔ rows of the tables hours, marks, parts and samples.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "inventory/facts.h"
#include "store/database.h"

namespace apiarist::store {

// All that is stored of an endpoint; without evidence, which is in its own row.
Result<inventory::Facts> read_facts(Database& database, std::int64_t endpoint);

// Schemas alone.
Result<std::map<inventory::PartKey, inventory::PartFacts>> read_parts(Database& database, std::int64_t endpoint);

// What a batch says of an endpoint that has this id.
struct Touched {
    std::int64_t id = 0;
    bool is_new = false;
    const inventory::Facts* facts = nullptr;
};

struct Change {
    std::int64_t endpoint = 0;
    std::int64_t time = 0;
    std::string kind;    // "endpoint", "field", "type"
    std::string detail;  // "response 200 application/json /items/[]/id"
};

struct MarksChange {
    inventory::Marks before;
    inventory::Marks after;
};

// Adds them to what is stored. Marks: in the order of `touched`.
Status add_hours(Database& database, std::span<const Touched> touched);
Result<std::vector<MarksChange>> add_marks(Database& database, std::span<const Touched> touched);
Status add_parts(Database& database, std::span<const Touched> touched, std::vector<Change>& changes);
// `last_id` is the highest id of a row, and grows.
Status add_samples(Database& database, std::span<const Touched> touched, std::int64_t& last_id);

}  // namespace apiarist::store
