// SPDX-License-Identifier: Apache-2.0
#include "store/batch_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "base/json.h"
#include "inventory/message_facts.h"
#include "store/endpoint_columns.h"
#include "store/sums.h"

namespace apiarist::store {
namespace {

using inventory::Collection;
using inventory::Endpoint;
using inventory::EndpointIndex;
using inventory::EndpointRef;
using inventory::Evidence;
using inventory::Facts;
using inventory::OpenedPlace;
using inventory::Seen;

std::string response_type_of(const Facts& facts) {
    for (const auto& [key, part] : facts.parts)
        if (key.part == inventory::Part::kResponse && key.status / 100 == 2) return key.content_type;
    return {};
}

const std::string kReadTotals =
    fmt::format("SELECT {}, s.latency FROM endpoints e JOIN endpoint_states s ON s.endpoint_id = e.id WHERE e.id = $1",
                Totals::kColumns);

std::string json_list(const std::vector<std::string>& words) {
    std::string out = "[";
    for (const std::string& word : words) {
        if (out.size() > 1) out += ',';
        append_json_string(out, word);
    }
    return out + "]";
}

}  // namespace

std::vector<EndpointRef> BatchWriter::refs() const {
    std::vector<EndpointRef> all;
    for (const auto& [ref, facts] : delta_.endpoints)
        all.push_back(ref);
    for (const auto& [ref, inherited] : inherited_)
        if (!delta_.endpoints.contains(ref)) all.push_back(ref);
    std::sort(all.begin(), all.end());
    return all;
}

const Facts& BatchWriter::facts_of(const EndpointRef& ref) {
    const auto inherited = inherited_.find(ref);
    return inherited != inherited_.end() ? inherited->second.facts : *delta_.endpoints.at(ref);
}

// What only other ends of calls told of, and nobody before, is no endpoint (Facts::has_request), and no collection.
void BatchWriter::leave_out_unfounded() {
    absl::erase_if(delta_.endpoints, [this](const auto& one) {
        const auto& [ref, facts] = one;
        return catalog_.at(ref.collection).tree.endpoint(ref.endpoint).id == 0 && !facts->has_request();
    });
}

Status BatchWriter::archive_joined(const std::vector<OpenedPlace>& opened) {
    std::map<EndpointRef, EndpointIndex> into;
    std::vector<EndpointRef> sources;
    for (const OpenedPlace& place : opened) {
        for (const auto& [from, to] : place.joined) {
            sources.push_back({place.collection, from});
            if (from != to) into[{place.collection, from}] = to;
        }
    }
    std::sort(sources.begin(), sources.end());
    sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
    for (const EndpointRef& source : sources) {
        Endpoint& endpoint = catalog_.at(source.collection).tree.endpoint(source.endpoint);
        if (endpoint.id == 0) continue;
        EndpointRef target = source;
        for (auto next = into.find(target); next != into.end(); next = into.find(target))
            target.endpoint = next->second;
        auto stored = read_facts(database_, endpoint.id);
        if (!stored) return std::move(stored).error();
        auto row = database_.query(kReadTotals, {endpoint.id});
        if (!row) return std::move(row).error();
        Inherited& inherited = inherited_[target];
        inherited.facts.merge(*stored);
        if (!row->empty()) inherited.beyond_hours.add(Totals::read((*row)[0], 0));
        inherited.beyond_hours.take_away(Totals::of(*stored));
        archived_.push_back({std::exchange(endpoint.id, 0), source, target});
    }
    for (auto& [ref, inherited] : inherited_)
        if (const auto own = delta_.endpoints.find(ref); own != delta_.endpoints.end())
            inherited.facts.merge(*own->second);
    return Done{};
}

Status BatchWriter::write_collections() {
    std::map<inventory::CollectionIndex, Seen> seen;
    for (const EndpointRef& ref : refs())
        seen[ref.collection].merge(facts_of(ref).seen);
    // What was taken over from another endpoint has been counted.
    std::map<inventory::CollectionIndex, Totals> counted;
    for (const auto& [ref, facts] : delta_.endpoints)
        counted[ref.collection].add(Totals::of(*facts));
    std::vector<Row> made;
    std::vector<Row> changed;
    for (const auto& [index, when] : seen) {
        Collection& collection = catalog_.at(index);
        const Totals& totals = counted[index];
        if (collection.id == 0) {
            collection.id = ++*last_id_;
            made.push_back({collection.id, collection.name, when.first, when.last, totals.requests, totals.failed_4xx,
                            totals.failed_5xx, revision_});
        } else {
            changed.push_back(
                {collection.id, when.first, when.last, totals.requests, totals.failed_4xx, totals.failed_5xx});
        }
    }
    APIARIST_TRY(database_.execute_many(
        "INSERT INTO collections (id, name, first_seen, last_seen, requests, failed_4xx, failed_5xx, revision) VALUES "
        "($1, $2, $3, $4, $5, $6, $7, $8)",
        made));
    return database_.execute_many(
        "UPDATE collections SET first_seen = CASE WHEN first_seen < $2 THEN first_seen ELSE $2 END, "
        "last_seen = CASE WHEN last_seen > $3 THEN last_seen ELSE $3 END, requests = requests + $4, "
        "failed_4xx = failed_4xx + $5, failed_5xx = failed_5xx + $6 WHERE id = $1",
        changed);
}

Status BatchWriter::write_endpoints() {
    const std::vector<EndpointRef> all_refs = refs();
    std::vector<Touched> touched;
    std::vector<Row> old_ids;
    for (const EndpointRef& ref : all_refs) {
        Endpoint& endpoint = catalog_.at(ref.collection).tree.endpoint(ref.endpoint);
        Touched one{endpoint.id, endpoint.id == 0, &facts_of(ref)};
        if (one.is_new) one.id = endpoint.id = ++*last_id_;
        old_ids.push_back({one.id});
        touched.push_back(one);
    }
    auto stored = database_.query_many(
        fmt::format("SELECT {}, s.latency, e.first_seen, e.last_seen, e.folded, e.revision, s.evidence, e.facet_set_id "
                    "FROM endpoints e JOIN endpoint_states s ON s.endpoint_id = e.id WHERE e.id = $1",
                    Totals::kColumns),
        old_ids);
    if (!stored) return std::move(stored).error();
    constexpr std::size_t kFirstSeen = Totals::kCount + 1;
    auto marks = add_marks(database_, touched);
    if (!marks) return std::move(marks).error();
    std::vector<Row> rows;
    std::vector<Row> states;
    std::vector<Change> changes;
    Callers callers;
    FacetSets::Gains gains;
    rows.reserve(all_refs.size());
    states.reserve(all_refs.size());
    for (std::size_t i = 0; i < all_refs.size(); ++i) {
        Collection& collection = catalog_.at(all_refs[i].collection);
        Endpoint& endpoint = collection.tree.endpoint(all_refs[i].endpoint);
        const Row* old = (*stored)[i].empty() ? nullptr : (*stored)[i].data();
        const std::string old_evidence = old == nullptr ? std::string() : text((*old)[kFirstSeen + 4]);
        if (const auto evidence = Evidence::decode(old_evidence)) endpoint.evidence.merge(*evidence);
        const Facts& facts = *touched[i].facts;
        const std::string template_text = collection.tree.text_of(endpoint.node);
        Totals totals = Totals::of(facts);
        Seen seen = facts.seen;
        std::string folded(inventory::folded(endpoint.method, template_text, response_type_of(facts)));
        std::int64_t row_revision = revision_;
        if (const auto inherited = inherited_.find(all_refs[i]); inherited != inherited_.end())
            totals.add(inherited->second.beyond_hours);
        const std::string evidence = endpoint.evidence.encode();
        if (old != nullptr) {
            seen.merge({1, integer((*old)[kFirstSeen]), integer((*old)[kFirstSeen + 1])});
            totals.add(Totals::read(*old, 0));
            // Others need not read again what only counts.
            if (old_evidence == evidence) row_revision = integer((*old)[kFirstSeen + 3]);
            const std::string& was = text((*old)[kFirstSeen + 2]);
            if (folded.empty() && (was == "static" || was == "health")) folded = was;
        } else {
            changes.push_back({touched[i].id, facts.seen.first, "endpoint", endpoint.method + " " + template_text});
        }
        if (folded.empty() && !endpoint.evidence.succeeded) folded = "unsuccessful";
        count_callers(callers, collection.id, (*marks)[i]);
        const FacetSets::Set set{collection.id, folded, endpoint.method, columns_of((*marks)[i].after)};
        auto facet_set = facet_sets_.id_of(database_, set, *last_id_);
        if (!facet_set) return std::move(facet_set).error();
        ++gains[*facet_set];
        if (old != nullptr) --gains[integer((*old)[kFirstSeen + 5])];
        Row row = {touched[i].id, collection.id, *facet_set, seen.first, seen.last};
        totals.append_to(row);
        append_quantiles(row, totals.latency);
        row.insert(row.end(),
                   {row_revision, folded, endpoint.method, set.marks.access, template_text, endpoint.operation,
                    set.marks.auth, set.marks.sensitive, set.marks.returned, set.marks.exposed});
        rows.push_back(std::move(row));
        states.push_back({touched[i].id, totals.latency.encode(), evidence});
    }
    APIARIST_TRY(write_rows(rows, states));
    APIARIST_TRY(FacetSets::add_endpoints(database_, gains));
    APIARIST_TRY(add_callers(database_, callers));
    APIARIST_TRY(add_hours(database_, touched));
    APIARIST_TRY(add_parts(database_, touched, changes));
    APIARIST_TRY(add_samples(database_, touched, *last_id_));
    return write_changes(changes);
}

Status BatchWriter::write_rows(const std::vector<Row>& endpoints, const std::vector<Row>& states) {
    APIARIST_TRY(database_.execute_many(
        fmt::format("INSERT INTO endpoints (id, collection_id, facet_set_id, first_seen, last_seen, {}, p50, p95, p99, "
                    "revision, folded, method, access, template, operation, auth, sensitive, returned, exposed, "
                    "merged_into) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, "
                    "$18, $19, $20, $21, $22, $23, $24, $25, 0) ON CONFLICT (id) DO UPDATE SET facet_set_id = "
                    "excluded.facet_set_id, first_seen = excluded.first_seen, last_seen = excluded.last_seen, "
                    "requests = excluded.requests, requests_client = excluded.requests_client, "
                    "answered_2xx = excluded.answered_2xx, answered_3xx = excluded.answered_3xx, "
                    "failed_4xx = excluded.failed_4xx, failed_5xx = excluded.failed_5xx, "
                    "unanswered = excluded.unanswered, p50 = excluded.p50, p95 = excluded.p95, p99 = excluded.p99, "
                    "revision = excluded.revision, folded = excluded.folded, access = excluded.access, "
                    "auth = excluded.auth, sensitive = excluded.sensitive, returned = excluded.returned, "
                    "exposed = excluded.exposed",
                    Totals::kColumns),
        endpoints));
    return database_.execute_many(
        "INSERT INTO endpoint_states (endpoint_id, latency, evidence) VALUES ($1, $2, $3) ON CONFLICT (endpoint_id) DO "
        "UPDATE SET latency = excluded.latency, evidence = excluded.evidence",
        states);
}

Status BatchWriter::write_sums() {
    Traffic traffic;
    for (const auto& [index, minutes] : delta_.traffic)
        if (const std::int64_t id = catalog_.at(index).id; id != 0) traffic[id] = &minutes;
    APIARIST_TRY(add_traffic(database_, traffic, now_s_));
    // Endpoints that were joined have callers in common.
    std::set<std::int64_t> joined;
    for (const Archived& one : archived_)
        joined.insert(catalog_.at(one.into.collection).id);
    for (const std::int64_t collection : joined)
        APIARIST_TRY(recount(database_, collection));
    return Done{};
}

Status BatchWriter::write_changes(const std::vector<Change>& changes) {
    std::vector<Row> rows;
    rows.reserve(changes.size());
    for (const Change& change : changes)
        rows.push_back({++*last_id_, change.time, change.endpoint, change.kind, change.detail});
    return database_.execute_many(
        "INSERT INTO changes (id, time, endpoint_id, kind, detail) VALUES ($1, $2, $3, $4, $5)", rows);
}

Status BatchWriter::write_decisions(const std::vector<OpenedPlace>& opened) {
    std::set<EndpointRef> stored;
    for (const Archived& one : archived_)
        stored.insert(one.from);
    std::vector<Row> rows;
    std::vector<Row> again;
    for (const OpenedPlace& place : opened) {
        if (place.again) {
            // Others must read anew only what they have read before; the words that were the evidence stay.
            const bool seen = std::any_of(place.joined.begin(), place.joined.end(), [&](const auto& one) {
                return stored.contains({place.collection, one.first});
            });
            if (seen) again.push_back({catalog_.at(place.collection).id, place.place, revision_});
            continue;
        }
        rows.push_back({catalog_.at(place.collection).id, place.place,
                        static_cast<std::int64_t>(inventory::Decision::kEvidence), place.why, json_list(place.words),
                        now_s_, revision_});
    }
    APIARIST_TRY(
        database_.execute_many("UPDATE decisions SET revision = $3 WHERE collection_id = $1 AND template = $2", again));
    APIARIST_TRY(database_.execute_many(
        "INSERT INTO decisions (collection_id, template, decision, why, words, time, revision) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (collection_id, template) DO UPDATE SET "
        "decision = excluded.decision, why = excluded.why, words = excluded.words, time = excluded.time, "
        "revision = excluded.revision",
        rows));
    std::vector<Row> merged;
    merged.reserve(archived_.size());
    for (const Archived& one : archived_)
        merged.push_back({one.id, catalog_.at(one.into.collection).tree.endpoint(one.into.endpoint).id, revision_});
    return database_.execute_many("UPDATE endpoints SET merged_into = $2, revision = $3 WHERE id = $1", merged);
}

Status BatchWriter::write(std::int64_t& last_id, std::int64_t revision, std::vector<OpenedPlace>& opened) {
    last_id_ = &last_id;
    revision_ = revision;
    std::vector<OpenedPlace> decided = decide(catalog_, delta_);
    opened.insert(opened.end(), std::make_move_iterator(decided.begin()), std::make_move_iterator(decided.end()));
    leave_out_unfounded();
    APIARIST_TRY(archive_joined(opened));
    APIARIST_TRY(write_collections());
    // Before the endpoints that take their place: two rows may not have one template.
    APIARIST_TRY(write_endpoints());
    APIARIST_TRY(write_decisions(opened));
    return write_sums();
}

}  // namespace apiarist::store
