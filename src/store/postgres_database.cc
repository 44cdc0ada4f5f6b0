// SPDX-License-Identifier: Apache-2.0
#include "store/postgres_database.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/text.h"
#include "store/stored_text.h"

namespace apiarist::store {
namespace {

// Of advisory locks, whose numbers all programs of a database share: "apiarist" in ASCII.
constexpr std::string_view kWriterLock = "SELECT pg_advisory_xact_lock(7021240104462610548)";
constexpr std::size_t kInFlight = 500;  // statements that are sent before answers are read: beyond, both sides may wait

// A processor that stands still in a transaction must not hold up the others, nor they wait for ever.
constexpr std::string_view kSession =
    "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on; "
    "SET idle_in_transaction_session_timeout = '60s'; SET lock_timeout = '60s'";

// Types of PostgreSQL's answers (catalog pg_type).
constexpr Oid kBool = 16;
constexpr Oid kInt8 = 20;
constexpr Oid kInt2 = 21;
constexpr Oid kInt4 = 23;
constexpr Oid kFloat4 = 700;
constexpr Oid kFloat8 = 701;
constexpr Oid kNumeric = 1700;

Value cell(const PGresult* answer, int row, int column) {
    if (PQgetisnull(answer, row, column) != 0) return std::monostate{};
    const std::string_view text(PQgetvalue(answer, row, column),
                                static_cast<std::size_t>(PQgetlength(answer, row, column)));
    std::int64_t whole = 0;
    double number = 0;
    switch (PQftype(answer, column)) {
        case kBool:
            return static_cast<std::int64_t>(text == "t");
        case kInt2:
        case kInt4:
        case kInt8:
        case kNumeric:  // sums of whole numbers
            if (std::from_chars(text.data(), text.data() + text.size(), whole).ptr == text.data() + text.size())
                return whole;
            [[fallthrough]];
        case kFloat4:
        case kFloat8:
            std::from_chars(text.data(), text.data() + text.size(), number);
            return number;
        default:
            return std::string(text);
    }
}

Rows rows_of(const PGresult* answer) {
    Rows rows(static_cast<std::size_t>(PQntuples(answer)));
    for (std::size_t i = 0; i < rows.size(); ++i)
        for (int column = 0; column < PQnfields(answer); ++column)
            rows[i].push_back(cell(answer, static_cast<int>(i), column));
    return rows;
}

bool is_good(const PGresult* answer) {
    const ExecStatusType status = PQresultStatus(answer);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_PIPELINE_SYNC;
}

std::string first_line(const char* text) {
    const std::string_view all = text == nullptr ? "" : text;
    return std::string(trimmed(all.substr(0, all.find('\n')), " \r\t"));
}

}  // namespace

Error PostgresDatabase::error(std::string_view doing, const PGresult* answer) const {
    const char* state = answer != nullptr ? PQresultErrorField(answer, PG_DIAG_SQLSTATE) : nullptr;
    const std::string what =
        first_line(answer != nullptr ? PQresultErrorMessage(answer) : PQerrorMessage(connection_.get()));
    std::errc code = lost() ? std::errc::not_connected : std::errc::io_error;
    if (state != nullptr) {
        const std::string_view name(state);
        if (name == "53100") code = std::errc::no_space_on_device;
        if (name.starts_with("23")) code = std::errc::file_exists;
        // Data exceptions, and limits of the program: a row that is too long for an index.
        if (name.starts_with("22") || name.starts_with("54")) code = std::errc::invalid_argument;
    }
    return {code, fmt::format("{}: PostgreSQL: {}", doing, what)};
}

Result<std::unique_ptr<Database>> PostgresDatabase::open(const DatabaseOptions& options) {
    // A host that vanishes without a word must not hold a processor for ever. Seconds, but for the milliseconds of TCP.
    const std::array<const char*, 7> names{
        "dbname", "connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
        nullptr};
    const std::array<const char*, 7> values{options.location.c_str(), "10", "30", "10", "3", "30000", nullptr};
    Connection connection(PQconnectdbParams(names.data(), values.data(), 1));
    if (!connection) return Error{std::errc::not_enough_memory, "no memory for a connection to PostgreSQL"};
    auto database = std::unique_ptr<PostgresDatabase>(new PostgresDatabase(std::move(connection)));
    if (database->lost()) return database->error("connect");
    PQsetNoticeProcessor(
        database->connection_.get(), [](void*, const char*) {}, nullptr);
    if (auto done = database->script(kSession); !done) return std::move(done).error();
    if (options.read_only)
        // Questions here are small: a second process for one costs more than it gives.
        if (auto done =
                database->script("SET default_transaction_read_only = on; SET statement_timeout = '20s'; SET "
                                 "max_parallel_workers_per_gather = 0; SET plan_cache_mode = force_custom_plan");
            !done)
            return std::move(done).error();
    return std::unique_ptr<Database>(std::move(database));
}

Result<std::string> PostgresDatabase::prepared(std::string_view sql) {
    const auto known = statements_.find(sql);
    if (known != statements_.end()) return known->second;
    std::string name = fmt::format("s{}", statements_.size());
    const Answer answer(PQprepare(connection_.get(), name.c_str(), std::string(sql).c_str(), 0, nullptr));
    if (!is_good(answer.get())) return error(statement_name(sql), answer.get());
    statements_.emplace(std::string(sql), name);
    return name;
}

Status PostgresDatabase::send(const std::string& name, std::span<const Value> parameters) {
    std::vector<std::string> texts(parameters.size());
    std::vector<const char*> values(parameters.size(), nullptr);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (const auto* whole = std::get_if<std::int64_t>(&parameters[i])) {
            texts[i] = std::to_string(*whole);
        } else if (const auto* number = std::get_if<double>(&parameters[i])) {
            texts[i] = fmt::format("{}", *number);
        } else if (const auto* string = std::get_if<std::string>(&parameters[i])) {
            std::string kept;
            texts[i] = stored_text(*string, kept);
        } else {
            continue;
        }
        values[i] = texts[i].c_str();
    }
    if (PQsendQueryPrepared(connection_.get(), name.c_str(), static_cast<int>(values.size()), values.data(), nullptr,
                            nullptr, 0) == 0)
        return error(name);
    return Done{};
}

// One transaction's part: an error in it leaves the others behind it unexecuted, and is returned.
Result<std::vector<Rows>> PostgresDatabase::pipeline(const std::string& name, std::span<const Row> parameters,
                                                     bool keep) {
    std::vector<Rows> all;
    while (!parameters.empty()) {
        const auto some = parameters.subspan(0, std::min(kInFlight, parameters.size()));
        parameters = parameters.subspan(some.size());
        if (PQenterPipelineMode(connection_.get()) == 0) return error(name);
        std::optional<Error> fault;
        for (const Row& row : some)
            if (auto sent = send(name, row); !sent && !fault) fault = std::move(sent).error();
        if (PQpipelineSync(connection_.get()) == 0 && !fault) fault = error(name);
        bool synced = false;
        while (!synced && !lost()) {
            const Answer answer(PQgetResult(connection_.get()));
            if (!answer) continue;  // the end of one statement's answers
            synced = PQresultStatus(answer.get()) == PGRES_PIPELINE_SYNC;
            if (synced) break;
            if (PQresultStatus(answer.get()) == PGRES_PIPELINE_ABORTED) continue;
            if (!is_good(answer.get())) {
                if (!fault) fault = error(name, answer.get());
            } else if (keep) {
                all.push_back(rows_of(answer.get()));
            }
        }
        if (!fault && lost()) fault = error(name);
        PQexitPipelineMode(connection_.get());
        if (fault) return std::move(*fault);
    }
    return all;
}

Result<Rows> PostgresDatabase::query(std::string_view sql, std::span<const Value> parameters) {
    auto name = prepared(sql);
    if (!name) return std::move(name).error();
    if (auto sent = send(*name, parameters); !sent) return std::move(sent).error().context(statement_name(sql));
    Rows rows;
    std::optional<Error> fault;
    while (true) {
        const Answer answer(PQgetResult(connection_.get()));
        if (!answer) break;
        if (!is_good(answer.get())) {
            if (!fault) fault = error(statement_name(sql), answer.get());
            if (lost()) break;
        } else {
            rows = rows_of(answer.get());
        }
    }
    if (fault) return std::move(*fault);
    return rows;
}

Result<std::vector<Rows>> PostgresDatabase::query_many(std::string_view sql, std::span<const Row> parameters) {
    auto name = prepared(sql);
    if (!name) return std::move(name).error();
    auto all = pipeline(*name, parameters, true);
    if (!all) return std::move(all).error().context(statement_name(sql));
    return all;
}

Status PostgresDatabase::execute_many(std::string_view sql, std::span<const Row> parameters) {
    auto name = prepared(sql);
    if (!name) return std::move(name).error();
    auto all = pipeline(*name, parameters, false);
    if (!all) return std::move(all).error().context(statement_name(sql));
    return Done{};
}

Status PostgresDatabase::script(std::string_view sql) {
    const Answer answer(PQexec(connection_.get(), std::string(sql).c_str()));
    if (!is_good(answer.get())) return error("script", answer.get());
    return Done{};
}

Status PostgresDatabase::begin() {
    APIARIST_TRY(script("BEGIN"));
    if (auto locked = script(kWriterLock); !locked) {
        rollback();
        return std::move(locked).error();
    }
    return Done{};
}

Status PostgresDatabase::commit() {
    return script("COMMIT");
}

void PostgresDatabase::rollback() {
    static_cast<void>(script("ROLLBACK"));
}

}  // namespace apiarist::store
