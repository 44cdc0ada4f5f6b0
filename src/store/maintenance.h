// SPDX-License-Identifier: Apache-2.0
#pragma once
// What people do to an inventory beside the records that come in. Each is a transaction of its own, which waits for
// those that write and lets them wait, and leaves a line in the table audit. After those that take rows away,
// processors read their catalog anew (meta `epoch`).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/database.h"

namespace apiarist::store {

inline constexpr std::string_view kRetention = "retention";

struct Actor {
    std::string name;  // of the token; or kRetention, of which the audit says nothing where it took nothing away
    std::int64_t now_s = 0;
};

struct Removed {
    std::int64_t collections = 0;
    std::int64_t endpoints = 0;  // that counted
    std::int64_t hours = 0;      // rows, also those of the endpoints
    std::int64_t samples = 0;
    std::int64_t changes = 0;
    bool operator==(const Removed&) const = default;
};

// With all that belongs to it. An error with no_such_file_or_directory: there is none.
Result<Removed> delete_collection(Database& database, std::int64_t collection, const Actor& actor);
// Hours, samples and changes before a time (Unix seconds), and endpoints and collections that were not seen since. What
// an endpoint counted in all stays.
Result<Removed> delete_before(Database& database, std::int64_t time, const Actor& actor);
// What nobody asks for after a day: minutes of traffic, and offsets of runs. For those who keep all else;
// delete_before() deletes it too.
Status delete_day_old(Database& database, std::int64_t now_s);
// An OpenAPI document of a collection, in place of one that is there.
Status put_document(Database& database, std::int64_t collection, const std::string& name, const std::string& document,
                    const Actor& actor);

struct Undone {
    std::string place;          // before the parameter that is none any more
    std::int64_t restored = 0;  // endpoints that are back
    std::int64_t removed = 0;   // endpoints of which nothing is left
};
// Undoes the decision, made by evidence, that words at a place are values: of the endpoint's last parameter, or that
// behind `place`. The endpoints that were joined come back with what they had then; what came after stays with the
// endpoint that they were joined into: it cannot be told apart. Of that one, schemas, bounds of times and evidence stay
// as they are. Words at that place are literals from now on. Errors: no_such_file_or_directory where there is no such
// endpoint, invalid_argument where no such decision made it.
Result<Undone> undo_decision(Database& database, std::int64_t endpoint, const std::optional<std::string>& place,
                             const Actor& actor);

}  // namespace apiarist::store
