// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "store/batch_writer.h"
#include "store/catalog_reader.h"
#include "store/meta.h"
#include "store/migrations.h"

namespace apiarist::store {
namespace {

using inventory::Catalog;

Result<std::map<std::string, std::int64_t>> read_all_meta(Database& database) {
    auto rows = database.query("SELECT name, value FROM meta", {});
    if (!rows) return std::move(rows).error();
    std::map<std::string, std::int64_t> meta;
    for (const Row& row : *rows)
        meta[text(row[0])] = integer(row[1]);
    return meta;
}

}  // namespace

Store::Store(DatabaseOptions options, const inventory::CatalogLimits& limits, std::unique_ptr<Database> database)
    : options_(std::move(options)),
      limits_(limits),
      database_(std::move(database)),
      catalog_(std::make_unique<Catalog>(limits)) {}

Result<Store> Store::open(const DatabaseOptions& options, const inventory::CatalogLimits& limits) {
    auto database = open_database(options);
    if (!database) return std::move(database).error();
    APIARIST_TRY(migrate(**database));
    Store store(options, limits, std::move(*database));
    auto meta = read_all_meta(*store.database_);
    if (!meta) return std::move(meta).error();
    APIARIST_TRY(read_catalog(*store.database_, *store.catalog_));
    // Another processor may have written between the two: what has a revision above this one is read again.
    store.revision_ = (*meta)["revision"];
    store.epoch_ = (*meta)["epoch"];
    return store;
}

Status Store::reconnect() {
    auto database = open_database(options_);
    if (!database) return std::move(database).error();
    database_ = std::move(*database);
    return Done{};
}

Result<std::int64_t> Store::next_offset(const std::string& topic, std::int32_t partition) {
    auto rows = database_->query("SELECT next_offset FROM offsets WHERE topic = $1 AND part = $2",
                                 {topic, std::int64_t{partition}});
    if (!rows) return std::move(rows).error();
    return rows->empty() ? std::int64_t{-1} : integer((*rows)[0][0]);
}

Result<bool> Store::is_at(const std::vector<Offset>& offsets) {
    for (const Offset& offset : offsets) {
        auto stored = next_offset(offset.topic, offset.partition);
        if (!stored) return std::move(stored).error();
        if (*stored != offset.next) return false;
    }
    return true;
}

Status Store::write_offsets(const Batch& batch, std::int64_t now_s) {
    std::vector<Row> rows;
    for (const Offset& offset : batch.end)
        rows.push_back({offset.topic, std::int64_t{offset.partition}, offset.next, now_s});
    return database_->execute_many(
        "INSERT INTO offsets (topic, part, next_offset, written) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (topic, part) DO UPDATE SET next_offset = excluded.next_offset, written = excluded.written",
        rows);
}

Result<Applied> Store::apply(Batch& batch, std::int64_t now_s) {
    auto applied = write(batch, now_s);
    if (applied) {
        opened_.clear();
        return applied;
    }
    // The catalog may know what the store does not: the batch is taken off it, and the next call reads it anew.
    auto detached = detach(*catalog_, batch.delta);
    catalog_ = std::make_unique<Catalog>(limits_);
    attach(*catalog_, std::move(detached), batch.delta);
    facet_sets_.forget();
    epoch_ = 0;
    return applied;
}

Result<Applied> Store::write(Batch& batch, std::int64_t now_s) {
    auto transaction = Transaction::begin(*database_);
    if (!transaction) return std::move(transaction).error();
    if (batch.in_doubt && !batch.end.empty()) {
        auto stored = is_at(batch.end);
        if (!stored) return std::move(stored).error();
        if (*stored) return Applied::kDone;
    }
    auto next = is_at(batch.begin);
    if (!next) return std::move(next).error();
    if (!*next) return Applied::kSuperseded;
    auto meta = read_all_meta(*database_);
    if (!meta) return std::move(meta).error();
    // A newer processor may have brought the store forward meanwhile.
    if ((*meta)["version"] != newest_version()) return check_version(*database_).error();
    const std::int64_t revision = (*meta)["revision"];
    bool current = (*meta)["epoch"] == epoch_;
    if (current && revision != revision_) {
        auto refreshed = refresh_catalog(*database_, *catalog_, revision_);
        if (!refreshed) return std::move(refreshed).error();
        current = *refreshed;
    }
    std::vector<inventory::OpenedPlace> opened;
    if (!current) {
        facet_sets_.forget();
        auto fresh = std::make_unique<Catalog>(limits_);
        APIARIST_TRY(read_catalog(*database_, *fresh));
        auto detached = detach(*catalog_, batch.delta);
        catalog_ = std::move(fresh);
        for (const inventory::OpenedPlace& place : std::exchange(opened_, {}))
            if (auto again = open_again(*catalog_, place)) opened.push_back(std::move(*again));
        attach(*catalog_, std::move(detached), batch.delta);
    }
    APIARIST_TRY(facet_sets_.refresh(*database_));
    std::int64_t last_id = (*meta)["last_id"];
    opened_ = std::move(opened);
    APIARIST_TRY(
        BatchWriter(*database_, *catalog_, facet_sets_, batch.delta, now_s).write(last_id, revision + 1, opened_));
    APIARIST_TRY(write_offsets(batch, now_s));
    APIARIST_TRY(write_meta(*database_, "revision", revision + 1));
    APIARIST_TRY(write_meta(*database_, "last_id", last_id));
    batch.in_doubt = true;
    APIARIST_TRY(transaction->commit());
    batch.in_doubt = false;
    revision_ = revision + 1;
    epoch_ = (*meta)["epoch"];
    return Applied::kDone;
}

}  // namespace apiarist::store
