// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is kept added up beside the endpoints, so that nobody adds up all of them for an answer: of collections, of who
// calls them, and of traffic over time. In a transaction that holds the writers' lock.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "inventory/traffic.h"
#include "store/database.h"
#include "store/facts_rows.h"

namespace apiarist::store {

struct CallerCounts {
    std::int64_t requests = 0;
    std::int64_t endpoints = 0;
    std::int64_t last_seen = 0;
};
using CallerKey = std::tuple<std::int64_t, std::string, std::string>;  // collection, kind of mark, name
using Callers = std::map<CallerKey, CallerCounts>;

// What a change of marks means for them.
void count_callers(Callers& callers, std::int64_t collection, const MarksChange& change);
Status add_callers(Database& database, const Callers& callers);

// The sums of a collection anew, by its endpoints: after what takes endpoints away or apart.
Status recount(Database& database, std::int64_t collection);

// Collection → its minutes. `now_s`: minutes that are older than a day go into hours alone.
using Traffic = std::map<std::int64_t, const inventory::Minutes*>;
Status add_traffic(Database& database, const Traffic& traffic, std::int64_t now_s);
// Of a collection, also out of the traffic of all.
Status delete_traffic_of(Database& database, std::int64_t collection);
// Hours before `before`, and minutes that are older than a day at `now_s`.
Status delete_old_traffic(Database& database, std::int64_t before, std::int64_t now_s);

}  // namespace apiarist::store
