// SPDX-License-Identifier: Apache-2.0
#include "store/maintenance.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include <utility>

#include "store/facet_sets.h"
#include "store/meta.h"
#include "store/migrations.h"
#include "store/store.h"
#include "store/sums.h"

namespace apiarist::store {
namespace {

Result<std::int64_t> count(Database& database, std::string_view sql, std::initializer_list<Value> parameters) {
    auto rows = database.query(sql, parameters);
    if (!rows) return std::move(rows).error();
    return integer((*rows)[0][0]);
}

// Rows that a condition of our own finds.
Result<std::int64_t> remove(Database& database, std::string_view table, std::string_view condition,
                            const Value& parameter) {
    auto removed = count(database, fmt::format("SELECT COUNT(*) FROM {} WHERE {}", table, condition), {parameter});
    if (!removed) return removed;
    APIARIST_TRY(database.execute(fmt::format("DELETE FROM {} WHERE {}", table, condition), {parameter}));
    return removed;
}

// `which` of the table endpoints, with all that hangs on them.
Result<Removed> remove_endpoints(Database& database, std::string_view which, const Value& parameter) {
    Removed removed;
    auto counted =
        count(database, fmt::format("SELECT COUNT(*) FROM endpoints WHERE merged_into = 0 AND {}", which), {parameter});
    if (!counted) return std::move(counted).error();
    removed.endpoints = *counted;
    for (const std::string_view table : kTablesOfEndpoints) {
        auto rows = remove(database, table, fmt::format("endpoint_id IN (SELECT id FROM endpoints WHERE {})", which),
                           parameter);
        if (!rows) return std::move(rows).error();
        if (table == "hours") removed.hours = *rows;
        if (table == "samples") removed.samples = *rows;
        if (table == "changes") removed.changes = *rows;
    }
    APIARIST_TRY(database.execute(fmt::format("DELETE FROM endpoints WHERE {}", which), {parameter}));
    return removed;
}

// A run asks for its offset until its next batch is stored, and each run has one of its own.
Status delete_old_offsets(Database& database, std::int64_t now_s) {
    constexpr std::int64_t kDay = 86400;
    return database.execute("DELETE FROM offsets WHERE topic LIKE $1 AND written < $2",
                            {std::string(kRunTopic) + "%", now_s - kDay});
}

Result<std::string> name_of(Database& database, std::int64_t collection) {
    auto rows = database.query("SELECT name FROM collections WHERE id = $1", {collection});
    if (!rows) return std::move(rows).error();
    if (rows->empty()) return Error{std::errc::no_such_file_or_directory, "there is no such collection"};
    return text((*rows)[0][0]);
}

}  // namespace

Result<Removed> delete_collection(Database& database, std::int64_t collection, const Actor& actor) {
    auto transaction = Transaction::begin(database);
    if (!transaction) return std::move(transaction).error();
    auto name = name_of(database, collection);
    if (!name) return std::move(name).error();
    auto removed = remove_endpoints(database, "collection_id = $1", collection);
    if (!removed) return std::move(removed).error();
    removed->collections = 1;
    APIARIST_TRY(delete_traffic_of(database, collection));
    for (const std::string_view table : {"callers", "facet_sets", "decisions", "documents"})
        APIARIST_TRY(database.execute(fmt::format("DELETE FROM {} WHERE collection_id = $1", table), {collection}));
    APIARIST_TRY(database.execute("DELETE FROM collections WHERE id = $1", {collection}));
    APIARIST_TRY(add_epoch(database));
    APIARIST_TRY(add_audit(database, actor, "delete collection", *name));
    APIARIST_TRY(transaction->commit());
    return removed;
}

Result<Removed> delete_before(Database& database, std::int64_t time, const Actor& actor) {
    auto transaction = Transaction::begin(database);
    if (!transaction) return std::move(transaction).error();
    auto touched = database.query("SELECT DISTINCT collection_id FROM endpoints WHERE last_seen < $1", {time});
    if (!touched) return std::move(touched).error();
    auto removed = remove_endpoints(database, "last_seen < $1", time);
    if (!removed) return std::move(removed).error();
    for (const Row& row : *touched)
        APIARIST_TRY(recount(database, integer(row[0])));
    APIARIST_TRY(FacetSets::delete_unused(database));
    APIARIST_TRY(delete_old_traffic(database, time, actor.now_s));
    APIARIST_TRY(delete_old_offsets(database, actor.now_s));
    auto hours = remove(database, "hours", "hour < $1", time / 3600);
    if (!hours) return std::move(hours).error();
    auto samples = remove(database, "samples", "time < $1", time);
    if (!samples) return std::move(samples).error();
    auto changes = remove(database, "changes", "time < $1", time);
    if (!changes) return std::move(changes).error();
    constexpr std::string_view kGone =
        "last_seen < $1 AND NOT EXISTS (SELECT 1 FROM endpoints e WHERE e.collection_id = collections.id) AND NOT "
        "EXISTS "
        "(SELECT 1 FROM documents d WHERE d.collection_id = collections.id)";
    APIARIST_TRY(database.execute(
        fmt::format("DELETE FROM decisions WHERE collection_id IN (SELECT id FROM collections WHERE {})", kGone),
        {time}));
    auto collections = remove(database, "collections", kGone, time);
    if (!collections) return std::move(collections).error();
    removed->collections = *collections;
    removed->hours += *hours;
    removed->samples += *samples;
    removed->changes += *changes;
    APIARIST_TRY(add_epoch(database));
    // It is looked for each hour what has become too old.
    if (actor.name != kRetention || *removed != Removed{})
        APIARIST_TRY(
            add_audit(database, actor, "delete data",
                      fmt::format("before {:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(time)))));
    APIARIST_TRY(transaction->commit());
    return removed;
}

Status delete_day_old(Database& database, std::int64_t now_s) {
    auto transaction = Transaction::begin(database);
    if (!transaction) return std::move(transaction).error();
    APIARIST_TRY(delete_old_traffic(database, 0, now_s));
    APIARIST_TRY(delete_old_offsets(database, now_s));
    return transaction->commit();
}

Status put_document(Database& database, std::int64_t collection, const std::string& name, const std::string& document,
                    const Actor& actor) {
    auto transaction = Transaction::begin(database);
    if (!transaction) return std::move(transaction).error();
    auto found = name_of(database, collection);
    if (!found) return std::move(found).error();
    APIARIST_TRY(database.execute(
        "INSERT INTO documents (collection_id, name, document, uploaded) VALUES ($1, $2, $3, $4) ON CONFLICT "
        "(collection_id) DO UPDATE SET name = excluded.name, document = excluded.document, uploaded = "
        "excluded.uploaded",
        {collection, name, document, actor.now_s}));
    APIARIST_TRY(add_audit(database, actor, "put document", *found));
    return transaction->commit();
}

}  // namespace apiarist::store
