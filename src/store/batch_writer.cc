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

namespace apiarist::store {
namespace {

using inventory::Collection;
using inventory::Endpoint;
using inventory::EndpointIndex;
using inventory::EndpointRef;
using inventory::Evidence;
using inventory::Facts;
using inventory::LatencySketch;
using inventory::OpenedPlace;
using inventory::Seen;

std::string response_type_of(const Facts& facts) {
    for (const auto& [key, part] : facts.parts)
        if (key.part == inventory::Part::kResponse && key.status / 100 == 2) return key.content_type;
    return {};
}

Value optional_of(std::optional<std::uint64_t> value) {
    return value ? Value(static_cast<std::int64_t>(*value)) : Value(std::monostate{});
}

std::string json_list(const std::vector<std::string>& words) {
    std::string out = "[";
    for (const std::string& word : words) {
        if (out.size() > 1) out += ',';
        append_json_string(out, word);
    }
    return out + "]";
}

}  // namespace

BatchWriter::Totals BatchWriter::totals_of(const Facts& facts) {
    Totals totals;
    for (const auto& [key, hour] : facts.hours) {
        const auto requests = static_cast<std::int64_t>(hour.requests);
        totals.requests += requests;
        if (key.direction == 2) totals.client += requests;
        if (key.status / 100 == 4) totals.failed_4xx += requests;
        if (key.status / 100 == 5) totals.failed_5xx += requests;
        if (key.status == 0) totals.unanswered += requests;
        totals.latency.merge(hour.latency);
    }
    return totals;
}

// The columns requests to latency of a row, from `at` on.
void BatchWriter::add(Totals& totals, const Row& row, std::size_t at) {
    totals.requests += integer(row[at]);
    totals.client += integer(row[at + 1]);
    totals.failed_4xx += integer(row[at + 2]);
    totals.failed_5xx += integer(row[at + 3]);
    totals.unanswered += integer(row[at + 4]);
    if (const auto sketch = LatencySketch::decode(text(row[at + 5]))) totals.latency.merge(*sketch);
}

void BatchWriter::add(Totals& totals, const Totals& other) {
    totals.requests += other.requests;
    totals.client += other.client;
    totals.failed_4xx += other.failed_4xx;
    totals.failed_5xx += other.failed_5xx;
    totals.unanswered += other.unanswered;
    totals.latency.merge(other.latency);
}

void BatchWriter::take_away(Totals& totals, const Totals& other) {
    totals.requests -= other.requests;
    totals.client -= other.client;
    totals.failed_4xx -= other.failed_4xx;
    totals.failed_5xx -= other.failed_5xx;
    totals.unanswered -= other.unanswered;
    totals.latency.take_away(other.latency);
}

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
        auto row = database_.query(
            "SELECT requests, requests_client, failed_4xx, failed_5xx, unanswered, latency FROM endpoints WHERE id = "
            "$1",
            {endpoint.id});
        if (!row) return std::move(row).error();
        Inherited& inherited = inherited_[target];
        inherited.facts.merge(*stored);
        if (!row->empty()) add(inherited.beyond_hours, (*row)[0], 0);
        take_away(inherited.beyond_hours, totals_of(*stored));
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
        seen[ref.collection].merge(facts_of(ref).requests);
    std::vector<Row> made;
    std::vector<Row> changed;
    for (const auto& [index, when] : seen) {
        Collection& collection = catalog_.at(index);
        if (collection.id == 0) {
            collection.id = ++*last_id_;
            made.push_back({collection.id, collection.name, when.first, when.last, revision_});
        } else {
            changed.push_back({collection.id, when.first, when.last});
        }
    }
    APIARIST_TRY(database_.execute_many(
        "INSERT INTO collections (id, name, first_seen, last_seen, revision) VALUES ($1, $2, $3, $4, $5)", made));
    return database_.execute_many(
        "UPDATE collections SET first_seen = CASE WHEN first_seen < $2 THEN first_seen ELSE $2 END, "
        "last_seen = CASE WHEN last_seen > $3 THEN last_seen ELSE $3 END WHERE id = $1",
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
        "SELECT first_seen, last_seen, requests, requests_client, failed_4xx, failed_5xx, unanswered, latency, "
        "evidence, "
        "folded, revision FROM endpoints WHERE id = $1",
        old_ids);
    if (!stored) return std::move(stored).error();
    auto marks = add_marks(database_, touched);
    if (!marks) return std::move(marks).error();
    std::vector<Row> rows;
    std::vector<Change> changes;
    for (std::size_t i = 0; i < all_refs.size(); ++i) {
        Collection& collection = catalog_.at(all_refs[i].collection);
        Endpoint& endpoint = collection.tree.endpoint(all_refs[i].endpoint);
        if (!(*stored)[i].empty())
            if (const auto evidence = Evidence::decode(text((*stored)[i][0][8]))) endpoint.evidence.merge(*evidence);
        const Facts& facts = *touched[i].facts;
        const std::string template_text = collection.tree.text_of(endpoint.node);
        Totals totals = totals_of(facts);
        Seen seen = facts.requests;
        std::string folded(inventory::folded(endpoint.method, template_text, response_type_of(facts)));
        std::int64_t row_revision = revision_;
        if (const auto inherited = inherited_.find(all_refs[i]); inherited != inherited_.end())
            add(totals, inherited->second.beyond_hours);
        if (!(*stored)[i].empty()) {
            const Row& old = (*stored)[i][0];
            seen.merge({1, integer(old[0]), integer(old[1])});
            add(totals, old, 2);
            // Others need not read again what only counts.
            if (text(old[8]) == endpoint.evidence.encode()) row_revision = integer(old[10]);
            if (folded.empty() && (text(old[9]) == "static" || text(old[9]) == "health")) folded = text(old[9]);
        } else {
            changes.push_back({touched[i].id, facts.requests.first, "endpoint", endpoint.method + " " + template_text});
        }
        if (folded.empty() && !endpoint.evidence.succeeded) folded = "unsuccessful";
        const Facts& all = (*marks)[i];
        rows.push_back({touched[i].id,
                        collection.id,
                        endpoint.method,
                        template_text,
                        endpoint.operation,
                        seen.first,
                        seen.last,
                        totals.requests,
                        totals.client,
                        totals.failed_4xx,
                        totals.failed_5xx,
                        totals.unanswered,
                        totals.latency.encode(),
                        optional_of(totals.latency.quantile(0.5)),
                        optional_of(totals.latency.quantile(0.95)),
                        optional_of(totals.latency.quantile(0.99)),
                        endpoint.evidence.encode(),
                        folded,
                        values_of(all, "auth"),
                        std::string(access_of(all)),
                        sensitive_of(all),
                        row_revision});
    }
    APIARIST_TRY(database_.execute_many(
        "INSERT INTO endpoints (id, collection_id, method, template, operation, first_seen, last_seen, requests, "
        "requests_client, failed_4xx, failed_5xx, unanswered, latency, p50, p95, p99, evidence, folded, auth, access, "
        "sensitive, merged_into, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, "
        "$16, "
        "$17, $18, $19, $20, $21, 0, $22) ON CONFLICT (id) DO UPDATE SET first_seen = excluded.first_seen, "
        "last_seen = excluded.last_seen, requests = excluded.requests, requests_client = excluded.requests_client, "
        "failed_4xx = excluded.failed_4xx, failed_5xx = excluded.failed_5xx, unanswered = excluded.unanswered, "
        "latency = excluded.latency, p50 = excluded.p50, p95 = excluded.p95, p99 = excluded.p99, "
        "evidence = excluded.evidence, folded = excluded.folded, auth = excluded.auth, access = excluded.access, "
        "sensitive = excluded.sensitive, revision = excluded.revision",
        rows));
    APIARIST_TRY(add_hours(database_, touched));
    APIARIST_TRY(add_parts(database_, touched, changes));
    APIARIST_TRY(add_samples(database_, touched, *last_id_));
    return write_changes(changes);
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
    APIARIST_TRY(archive_joined(opened));
    APIARIST_TRY(write_collections());
    // Before the endpoints that take their place: two rows may not have one template.
    APIARIST_TRY(write_endpoints());
    return write_decisions(opened);
}

}  // namespace apiarist::store
