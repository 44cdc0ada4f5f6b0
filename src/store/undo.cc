// SPDX-License-Identifier: Apache-2.0
// undo_decision() of maintenance.h.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "inventory/path_tree.h"
#include "store/endpoint_columns.h"
#include "store/facet_sets.h"
#include "store/facts_rows.h"
#include "store/maintenance.h"
#include "store/meta.h"
#include "store/migrations.h"
#include "store/sums.h"
#include "store/totals.h"

namespace apiarist::store {
namespace {

using inventory::Decision;
using inventory::Facts;
using inventory::LatencySketch;
using inventory::Seen;

constexpr std::string_view kParameter = "/{}";

// "/orders/{}" and "/orders/{}/items" are below "/orders/{}".
bool is_below(std::string_view template_text, std::string_view prefix) {
    return template_text.starts_with(prefix) &&
           (template_text.size() == prefix.size() || template_text[prefix.size()] == '/');
}

struct Archived {
    std::int64_t id = 0;
    std::string template_text;
    std::int64_t into = 0;
};

class Undo {
  public:
    Undo(Database& database, std::int64_t revision, std::int64_t& last_id)
        : database_(database), revision_(revision), last_id_(last_id) {}

    Result<Undone> run(std::int64_t collection, const std::string& place);

  private:
    Status read(std::int64_t collection);
    Status restore(const Archived& one);
    // What `from` has is taken off `target`.
    Status take_away(std::int64_t target, std::int64_t from, const Facts& facts);
    Status take_hours(std::int64_t target, const Facts& facts);
    Status take_marks(std::int64_t target, const Facts& facts);
    Status take_parts(std::int64_t target, const Facts& facts);
    Status take_samples(std::int64_t target, const Facts& facts);
    Status take_totals(std::int64_t target, std::int64_t from);
    Status remove_empty(Undone& undone);

    Database& database_;
    const std::int64_t revision_;
    std::int64_t& last_id_;  // the highest id of a row; borrowed
    FacetSets facet_sets_;
    std::map<std::int64_t, Archived> all_;  // endpoints of the collection, those too that count
    std::set<std::int64_t> targets_;
};

Status Undo::read(std::int64_t collection) {
    auto rows =
        database_.query("SELECT id, template, merged_into FROM endpoints WHERE collection_id = $1", {collection});
    if (!rows) return std::move(rows).error();
    for (const Row& row : *rows)
        all_[integer(row[0])] = {integer(row[0]), text(row[1]), integer(row[2])};
    return Done{};
}

Status Undo::take_hours(std::int64_t target, const Facts& facts) {
    for (const auto& [key, hour] : facts.hours) {
        const Row where = {target, key.hour, static_cast<std::int64_t>(key.seen_at), std::int64_t{key.status}};
        auto rows = database_.query(
            "SELECT calls, latency FROM hours WHERE endpoint_id = $1 AND hour = $2 AND seen_at = $3 AND status = $4",
            where);
        if (!rows) return std::move(rows).error();
        if (rows->empty()) continue;
        const std::int64_t left = integer((*rows)[0][0]) - static_cast<std::int64_t>(hour.calls);
        LatencySketch latency = LatencySketch::decode(text((*rows)[0][1])).value_or(LatencySketch());
        latency.take_away(hour.latency);
        Row values = where;
        values.emplace_back(left);
        values.emplace_back(latency.encode());
        auto done = left > 0 ? database_.query(
                                   "UPDATE hours SET calls = $5, latency = $6 WHERE endpoint_id = $1 AND hour = "
                                   "$2 AND seen_at = $3 AND status = $4",
                                   values)
                             : database_.query(
                                   "DELETE FROM hours WHERE endpoint_id = $1 AND hour = $2 AND seen_at = $3 AND "
                                   "status = $4",
                                   where);
        if (!done) return std::move(done).error();
    }
    return Done{};
}

Status Undo::take_marks(std::int64_t target, const Facts& facts) {
    std::vector<std::tuple<std::string, std::string, Seen>> marks;
    for (const auto& [kind, values] : facts.marks.kinds())
        for (const auto& [value, seen] : values)
            marks.emplace_back(kind, value, seen);
    for (auto& [kind, value, seen] : marks) {
        auto rows = database_.query("SELECT count FROM marks WHERE endpoint_id = $1 AND kind = $2 AND value = $3",
                                    {target, kind, value});
        if (!rows) return std::move(rows).error();
        if (rows->empty()) {
            // It was one too many for the endpoint.
            value = "(others)";
            rows = database_.query("SELECT count FROM marks WHERE endpoint_id = $1 AND kind = $2 AND value = $3",
                                   {target, kind, value});
            if (!rows) return std::move(rows).error();
            if (rows->empty()) continue;
        }
        const std::int64_t left = integer((*rows)[0][0]) - static_cast<std::int64_t>(seen.count);
        if (left > 0) {
            APIARIST_TRY(
                database_.execute("UPDATE marks SET count = $4 WHERE endpoint_id = $1 AND kind = $2 AND value = $3",
                                  {target, kind, value, left}));
        } else {
            APIARIST_TRY(database_.execute("DELETE FROM marks WHERE endpoint_id = $1 AND kind = $2 AND value = $3",
                                           {target, kind, value}));
        }
    }
    return Done{};
}

Status Undo::take_parts(std::int64_t target, const Facts& facts) {
    for (const auto& [key, part] : facts.parts) {
        const std::string name(to_string(key.part));
        APIARIST_TRY(database_.execute(
            "UPDATE parts SET count = count - $5 WHERE endpoint_id = $1 AND part = $2 AND status = $3 AND content_type "
            "= "
            "$4",
            {target, name, std::int64_t{key.status}, key.content_type, static_cast<std::int64_t>(part.seen.count)}));
    }
    return database_.execute("DELETE FROM parts WHERE endpoint_id = $1 AND count <= 0", {target});
}

Status Undo::take_samples(std::int64_t target, const Facts& facts) {
    for (const inventory::Sample& sample : facts.samples)
        APIARIST_TRY(
            database_.execute("DELETE FROM samples WHERE endpoint_id = $1 AND status = $2 AND content_type = $3 AND "
                              "time = $4 AND record = "
                              "$5",
                              {target, std::int64_t{sample.status}, sample.content_type, sample.time, sample.record}));
    return Done{};
}

Status Undo::take_totals(std::int64_t target, std::int64_t from) {
    const std::string sql = fmt::format(
        "SELECT {}, s.latency, e.collection_id, e.folded, e.method FROM endpoints e JOIN endpoint_states s ON "
        "s.endpoint_id = e.id WHERE e.id = $1",
        Totals::kColumns);
    auto own = database_.query(sql, {target});
    if (!own) return std::move(own).error();
    auto other = database_.query(sql, {from});
    if (!other) return std::move(other).error();
    if (own->empty() || other->empty()) return Done{};
    const Row& row = (*own)[0];
    Totals left = Totals::read(row, 0);
    left.take_away(Totals::read((*other)[0], 0));
    left.keep_above_zero();
    inventory::Marks marks;
    auto rows = database_.query("SELECT kind, value FROM marks WHERE endpoint_id = $1", {target});
    if (!rows) return std::move(rows).error();
    for (const Row& mark : *rows)
        marks.add(text(mark[0]), text(mark[1]), {});
    constexpr std::size_t kCollection = Totals::kCount + 1;
    const FacetSets::Set set{integer(row[kCollection]), text(row[kCollection + 1]), text(row[kCollection + 2]),
                             columns_of(marks)};
    auto facet_set = facet_sets_.id_of(database_, set, last_id_);
    if (!facet_set) return std::move(facet_set).error();
    Row values = {target};
    left.append_to(values);
    append_quantiles(values, left.latency);
    values.insert(values.end(), {set.marks.auth, set.marks.access, set.marks.sensitive, set.marks.returned,
                                 set.marks.exposed, *facet_set, revision_});
    auto updated = database_.query(
        "UPDATE endpoints SET requests = $2, requests_client = $3, answered_2xx = $4, answered_3xx = $5, failed_4xx = "
        "$6, failed_5xx = $7, unanswered = $8, p50 = $9, p95 = $10, p99 = $11, auth = $12, access = $13, sensitive = "
        "$14, returned = $15, exposed = $16, facet_set_id = $17, revision = $18 WHERE id = $1",
        values);
    if (!updated) return std::move(updated).error();
    return database_.execute("UPDATE endpoint_states SET latency = $2 WHERE endpoint_id = $1",
                             {target, left.latency.encode()});
}

Status Undo::take_away(std::int64_t target, std::int64_t from, const Facts& facts) {
    APIARIST_TRY(take_hours(target, facts));
    APIARIST_TRY(take_marks(target, facts));
    APIARIST_TRY(take_parts(target, facts));
    APIARIST_TRY(take_samples(target, facts));
    return take_totals(target, from);
}

Status Undo::restore(const Archived& one) {
    auto facts = read_facts(database_, one.id);
    if (!facts) return std::move(facts).error();
    // Those that it became part of may have become part of others.
    std::set<std::int64_t> passed;
    for (auto next = all_.find(one.into); next != all_.end() && passed.insert(next->first).second;
         next = all_.find(next->second.into)) {
        APIARIST_TRY(take_away(next->first, one.id, *facts));
        targets_.insert(next->first);
    }
    return database_.execute("UPDATE endpoints SET merged_into = 0, revision = $2 WHERE id = $1", {one.id, revision_});
}

Status Undo::remove_empty(Undone& undone) {
    for (const std::int64_t target : targets_) {
        auto rows = database_.query("SELECT requests FROM endpoints WHERE id = $1", {target});
        if (!rows) return std::move(rows).error();
        if (rows->empty() || integer((*rows)[0][0]) > 0) continue;
        for (const std::string_view table : kTablesOfEndpoints)
            APIARIST_TRY(database_.execute(fmt::format("DELETE FROM {} WHERE endpoint_id = $1", table), {target}));
        APIARIST_TRY(database_.execute("DELETE FROM endpoints WHERE id = $1", {target}));
        ++undone.removed;
    }
    return Done{};
}

Result<Undone> Undo::run(std::int64_t collection, const std::string& place) {
    Undone undone{.place = place};
    APIARIST_TRY(facet_sets_.refresh(database_));
    APIARIST_TRY(read(collection));
    const std::string parameter = place + std::string(kParameter);
    std::vector<Archived> restored;
    for (const auto& [id, one] : all_) {
        const auto into = all_.find(one.into);
        if (one.into == 0 || into == all_.end()) continue;
        const bool was_word = is_below(one.template_text, place) && one.template_text.size() > place.size() &&
                              !is_below(one.template_text, parameter);
        if (!was_word || !is_below(into->second.template_text, parameter)) continue;
        // One that came back by itself since has its place.
        auto taken = database_.query(
            "SELECT COUNT(*) FROM endpoints e JOIN endpoints o ON e.collection_id = o.collection_id AND e.method = "
            "o.method "
            "AND e.template = o.template AND e.operation = o.operation WHERE o.id = $1 AND e.merged_into = 0",
            {one.id});
        if (!taken) return std::move(taken).error();
        if (integer((*taken)[0][0]) == 0) restored.push_back(one);
    }
    for (const Archived& one : restored)
        APIARIST_TRY(restore(one));
    undone.restored = static_cast<std::int64_t>(restored.size());
    APIARIST_TRY(remove_empty(undone));
    APIARIST_TRY(database_.execute(
        "UPDATE decisions SET decision = $3, revision = $4 WHERE collection_id = $1 AND template = $2",
        {collection, place, static_cast<std::int64_t>(Decision::kLiterals), revision_}));
    return undone;
}

// The place of the last parameter that evidence made, or `wanted` if it is one.
Result<std::string> find_place(Database& database, std::int64_t collection, const std::string& template_text,
                               const std::optional<std::string>& wanted) {
    for (auto at = template_text.rfind(kParameter); at != std::string::npos;
         at = at == 0 ? std::string::npos : template_text.rfind(kParameter, at - 1)) {
        const std::string place = template_text.substr(0, at);
        if (!is_below(template_text, place + std::string(kParameter)) || (wanted && *wanted != place)) continue;
        auto rows = database.query(
            "SELECT COUNT(*) FROM decisions WHERE collection_id = $1 AND template = $2 AND decision = $3",
            {collection, place, static_cast<std::int64_t>(Decision::kEvidence)});
        if (!rows) return std::move(rows).error();
        if (integer((*rows)[0][0]) > 0) return place;
    }
    return Error{std::errc::invalid_argument, "no decision by evidence made a parameter there"};
}

}  // namespace

Result<Undone> undo_decision(Database& database, std::int64_t endpoint, const std::optional<std::string>& place,
                             const Actor& actor) {
    auto transaction = Transaction::begin(database);
    if (!transaction) return std::move(transaction).error();
    auto rows =
        database.query("SELECT collection_id, template FROM endpoints WHERE id = $1 AND merged_into = 0", {endpoint});
    if (!rows) return std::move(rows).error();
    if (rows->empty()) return Error{std::errc::no_such_file_or_directory, "there is no such endpoint"};
    const std::int64_t collection = integer((*rows)[0][0]);
    auto found = find_place(database, collection, text((*rows)[0][1]), place);
    if (!found) return std::move(found).error();
    auto revision = add_one(database, "revision");
    if (!revision) return std::move(revision).error();
    auto last_id = read_meta(database, "last_id");
    if (!last_id) return std::move(last_id).error();
    auto undone = Undo(database, *revision, *last_id).run(collection, *found);
    if (!undone) return undone;
    APIARIST_TRY(write_meta(database, "last_id", *last_id));
    APIARIST_TRY(recount(database, collection));
    APIARIST_TRY(add_epoch(database));
    APIARIST_TRY(add_audit(database, actor, "unmerge", fmt::format("{} behind {}", text((*rows)[0][1]), *found)));
    APIARIST_TRY(transaction->commit());
    return undone;
}

}  // namespace apiarist::store
