// SPDX-License-Identifier: Apache-2.0
#include "store/facts_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "inventory/schema_places.h"

namespace apiarist::store {
namespace {

using inventory::FactLimits;
using inventory::Facts;
using inventory::HourKey;
using inventory::LatencySketch;
using inventory::Part;
using inventory::PartFacts;
using inventory::PartKey;
using inventory::Schema;
using inventory::SchemaNode;
using inventory::Seen;

constexpr std::size_t kMostChanges = 100;  // of one part and batch

std::int64_t signed_of(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

std::uint64_t count_of(const Value& value) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, integer(value)));
}

Seen seen_of(const Row& row, std::size_t at) {
    return {count_of(row[at]), integer(row[at + 1]), integer(row[at + 2])};
}

std::optional<Part> part_of(std::string_view name) {
    for (const Part part :
         {Part::kPath, Part::kQuery, Part::kRequestHeaders, Part::kRequest, Part::kResponseHeaders, Part::kResponse})
        if (to_string(part) == name) return part;
    return std::nullopt;
}

std::string label(const PartKey& key) {
    std::string text(to_string(key.part));
    if (key.status != 0) text += fmt::format(" {}", key.status);
    if (!key.content_type.empty()) text += " " + key.content_type;
    return text;
}

using Places = std::map<std::string, std::string>;

Places places_of(const Schema& schema) {
    Places places;
    inventory::visit_places(schema, [&places](const std::string& place, const SchemaNode& node) {
        places[place] = inventory::types_text(node);
    });
    return places;
}

// What a schema has that it had not before.
void compare(const Places& before, const Schema& after, const PartKey& key, Change change,
             std::vector<Change>& changes) {
    std::size_t found = 0;
    for (const auto& [place, types] : places_of(after)) {
        const auto known = before.find(place);
        if (known != before.end() && known->second == types) continue;
        if (++found > kMostChanges) return;
        change.kind = known == before.end() ? "field" : "type";
        change.detail = fmt::format("{} {} {}", label(key), place.empty() ? "/" : place, types);
        changes.push_back(change);
    }
}

}  // namespace

Result<std::map<PartKey, PartFacts>> read_parts(Database& database, std::int64_t endpoint) {
    auto rows = database.query(
        "SELECT part, status, content_type, count, first_seen, last_seen, schema FROM parts WHERE endpoint_id = $1",
        {endpoint});
    if (!rows) return std::move(rows).error();
    std::map<PartKey, PartFacts> parts;
    for (const Row& row : *rows) {
        const auto part = part_of(text(row[0]));
        auto schema = Schema::decode(text(row[6]));
        if (!part || !schema) continue;
        parts[{*part, static_cast<std::uint16_t>(integer(row[1])), text(row[2])}] = {std::move(*schema),
                                                                                     seen_of(row, 3)};
    }
    return parts;
}

Result<Facts> read_facts(Database& database, std::int64_t endpoint) {
    Facts facts;
    auto own = database.query("SELECT requests, first_seen, last_seen FROM endpoints WHERE id = $1", {endpoint});
    if (!own) return std::move(own).error();
    if (!own->empty()) facts.seen = seen_of((*own)[0], 0);
    auto hours =
        database.query("SELECT hour, seen_at, status, calls, latency FROM hours WHERE endpoint_id = $1", {endpoint});
    if (!hours) return std::move(hours).error();
    for (const Row& row : *hours) {
        const HourKey key{integer(row[0]), static_cast<inventory::SeenAt>(integer(row[1])),
                          static_cast<std::uint16_t>(integer(row[2]))};
        facts.hours[key] = {count_of(row[3]), LatencySketch::decode(text(row[4])).value_or(LatencySketch())};
    }
    auto marks = database.query("SELECT kind, value, count, first_seen, last_seen FROM marks WHERE endpoint_id = $1",
                                {endpoint});
    if (!marks) return std::move(marks).error();
    for (const Row& row : *marks)
        facts.marks.add(text(row[0]), text(row[1]), seen_of(row, 2));
    auto parts = read_parts(database, endpoint);
    if (!parts) return std::move(parts).error();
    facts.parts = std::move(*parts);
    auto samples = database.query(
        "SELECT status, content_type, time, record FROM samples WHERE endpoint_id = $1 ORDER BY id", {endpoint});
    if (!samples) return std::move(samples).error();
    for (const Row& row : *samples)
        facts.samples.push_back(
            {static_cast<std::uint16_t>(integer(row[0])), text(row[1]), integer(row[2]), text(row[3])});
    return facts;
}

Status add_hours(Database& database, std::span<const Touched> touched) {
    std::vector<Row> keys;
    std::vector<const inventory::HourCounts*> counts;
    for (const Touched& one : touched) {
        for (const auto& [key, hour] : one.facts->hours) {
            keys.push_back({one.id, key.hour, static_cast<std::int64_t>(key.seen_at), std::int64_t{key.status}});
            counts.push_back(&hour);
        }
    }
    auto stored = database.query_many(
        "SELECT calls, latency FROM hours WHERE endpoint_id = $1 AND hour = $2 AND seen_at = $3 AND status = $4", keys);
    if (!stored) return std::move(stored).error();
    std::vector<Row> rows;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        std::uint64_t calls = counts[i]->calls;
        LatencySketch latency = counts[i]->latency;
        if (!(*stored)[i].empty()) {
            const Row& old = (*stored)[i][0];
            calls += count_of(old[0]);
            if (const auto sketch = LatencySketch::decode(text(old[1]))) latency.merge(*sketch);
        }
        Row row = keys[i];
        row.emplace_back(signed_of(calls));
        row.emplace_back(latency.encode());
        rows.push_back(std::move(row));
    }
    return database.execute_many(
        "INSERT INTO hours (endpoint_id, hour, seen_at, status, calls, latency) VALUES ($1, $2, $3, $4, $5, $6) "
        "ON CONFLICT (endpoint_id, hour, seen_at, status) DO UPDATE SET calls = excluded.calls, latency = "
        "excluded.latency",
        rows);
}

Result<std::vector<MarksChange>> add_marks(Database& database, std::span<const Touched> touched) {
    std::vector<Row> ids;
    for (const Touched& one : touched)
        ids.push_back({one.id});
    auto stored =
        database.query_many("SELECT kind, value, count, first_seen, last_seen FROM marks WHERE endpoint_id = $1", ids);
    if (!stored) return std::move(stored).error();
    std::vector<MarksChange> all(touched.size());
    std::vector<Row> rows;
    for (std::size_t i = 0; i < touched.size(); ++i) {
        auto& [before, after] = all[i];
        for (const Row& row : (*stored)[i])
            before.add(text(row[0]), text(row[1]), seen_of(row, 2));
        after = before;
        after.merge(touched[i].facts->marks);
        for (const auto& [kind, values] : after.kinds()) {
            for (const auto& [value, seen] : values) {
                const Seen* known = before.find(kind, value);
                if (known != nullptr && *known == seen) continue;
                rows.push_back({touched[i].id, kind, value, signed_of(seen.count), seen.first, seen.last});
            }
        }
    }
    APIARIST_TRY(database.execute_many(
        "INSERT INTO marks (endpoint_id, kind, value, count, first_seen, last_seen) VALUES ($1, $2, $3, $4, $5, $6) "
        "ON CONFLICT (endpoint_id, kind, value) DO UPDATE SET count = excluded.count, first_seen = "
        "excluded.first_seen, "
        "last_seen = excluded.last_seen",
        rows));
    return all;
}

Status add_parts(Database& database, std::span<const Touched> touched, std::vector<Change>& changes) {
    std::vector<Row> keys;
    std::vector<std::tuple<const Touched*, const PartKey*, const PartFacts*>> parts;
    for (const Touched& one : touched) {
        for (const auto& [key, facts] : one.facts->parts) {
            keys.push_back({one.id, std::string(to_string(key.part)), std::int64_t{key.status}, key.content_type});
            parts.emplace_back(&one, &key, &facts);
        }
    }
    auto stored = database.query_many(
        "SELECT count, first_seen, last_seen, schema FROM parts "
        "WHERE endpoint_id = $1 AND part = $2 AND status = $3 AND content_type = $4",
        keys);
    if (!stored) return std::move(stored).error();
    std::map<std::int64_t, std::int64_t> room;  // for further parts, of endpoints that have new ones
    std::vector<Row> rows;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto& [owner, key, facts] = parts[i];
        PartFacts whole{facts->schema, facts->seen};
        if (!(*stored)[i].empty()) {
            const Row& old = (*stored)[i][0];
            whole.seen.merge(seen_of(old, 0));
            if (const auto schema = Schema::decode(text(old[3]))) {
                const Places before = places_of(*schema);
                whole.schema.merge(*schema);
                compare(before, whole.schema, *key, {owner->id, facts->seen.first, {}, {}}, changes);
            }
        } else {
            if (!room.contains(owner->id)) {
                auto count = database.query("SELECT COUNT(*) FROM parts WHERE endpoint_id = $1", {owner->id});
                if (!count) return std::move(count).error();
                room[owner->id] = static_cast<std::int64_t>(FactLimits::kParts) - integer((*count)[0][0]);
            }
            if (room[owner->id]-- <= 0) continue;
        }
        Row row = keys[i];
        row.emplace_back(whole.schema.encode());
        row.emplace_back(signed_of(whole.seen.count));
        row.emplace_back(whole.seen.first);
        row.emplace_back(whole.seen.last);
        rows.push_back(std::move(row));
    }
    return database.execute_many(
        "INSERT INTO parts (endpoint_id, part, status, content_type, schema, count, first_seen, last_seen) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (endpoint_id, part, status, content_type) DO UPDATE SET "
        "schema = excluded.schema, count = excluded.count, first_seen = excluded.first_seen, last_seen = "
        "excluded.last_seen",
        rows);
}

Status add_samples(Database& database, std::span<const Touched> touched, std::int64_t& last_id) {
    std::vector<Row> ids;
    std::vector<const Touched*> owners;
    for (const Touched& one : touched) {
        if (one.facts->samples.empty()) continue;
        ids.push_back({one.id});
        owners.push_back(&one);
    }
    auto stored = database.query_many(
        "SELECT status, content_type, COUNT(*) FROM samples WHERE endpoint_id = $1 GROUP BY status, content_type", ids);
    if (!stored) return std::move(stored).error();
    std::vector<Row> rows;
    for (std::size_t i = 0; i < owners.size(); ++i) {
        std::map<std::pair<std::int64_t, std::string>, std::int64_t> kept;
        for (const Row& row : (*stored)[i])
            kept[{integer(row[0]), text(row[1])}] = integer(row[2]);
        for (const inventory::Sample& sample : owners[i]->facts->samples) {
            std::int64_t& count = kept[{sample.status, sample.content_type}];
            if (count >= static_cast<std::int64_t>(FactLimits::kSamples)) continue;
            ++count;
            rows.push_back({++last_id, owners[i]->id, std::int64_t{sample.status}, sample.content_type, sample.time,
                            sample.record});
        }
    }
    return database.execute_many(
        "INSERT INTO samples (id, endpoint_id, status, content_type, time, record) VALUES ($1, $2, $3, $4, $5, $6)",
        rows);
}

}  // namespace apiarist::store
