// SPDX-License-Identifier: Apache-2.0
#include "store/meta.h"

namespace apiarist::store {

Result<std::int64_t> add_one(Database& database, const std::string& name) {
    APIARIST_TRY(database.execute("UPDATE meta SET value = value + 1 WHERE name = $1", {name}));
    return read_meta(database, name);
}

Result<std::int64_t> read_meta(Database& database, const std::string& name) {
    auto rows = database.query("SELECT value FROM meta WHERE name = $1", {name});
    if (!rows) return std::move(rows).error();
    if (rows->empty()) return Error{std::errc::io_error, "the table meta is incomplete"};
    return integer((*rows)[0][0]);
}

Status write_meta(Database& database, const std::string& name, std::int64_t value) {
    return database.execute("UPDATE meta SET value = $2 WHERE name = $1", {name, value});
}

Status add_epoch(Database& database) {
    auto epoch = add_one(database, "epoch");
    if (!epoch) return std::move(epoch).error();
    return Done{};
}

Status add_audit(Database& database, const Actor& actor, std::string_view action, std::string_view detail) {
    auto id = add_one(database, "last_id");
    if (!id) return std::move(id).error();
    return database.execute("INSERT INTO audit (id, time, who, action, detail) VALUES ($1, $2, $3, $4, $5)",
                            {*id, actor.now_s, actor.name, std::string(action), std::string(detail)});
}

}  // namespace apiarist::store
