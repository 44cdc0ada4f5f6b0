// SPDX-License-Identifier: Apache-2.0
// Routes that change something, and who did.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <utility>

#include "api/json_out.h"
#include "api/routes.h"
#include "base/json.h"
#include "store/maintenance.h"
#include "store/queries.h"

namespace apiarist::api {
namespace {

using store::Database;

store::Actor actor(const Context& context, const Request& request) {
    return {request.token.name, context.now_s()};
}

Result<Reply> removed_json(const Result<store::Removed>& removed) {
    if (!removed) return removed.error();
    return Reply{fmt::format(R"({{"collections":{},"endpoints":{},"hours":{},"samples":{},"changes":{}}})",
                             removed->collections, removed->endpoints, removed->hours, removed->samples,
                             removed->changes)};
}

// "2026-11-29", of UTC, or Unix seconds.
std::optional<std::int64_t> parse_time(const std::string& text) {
    if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
        const auto part = [&text](std::size_t at, std::size_t size) {
            int number = 0;
            for (const char c : text.substr(at, size)) {
                if (c < '0' || c > '9') return -1;
                number = number * 10 + (c - '0');
            }
            return number;
        };
        const int year = part(0, 4);
        const int month = part(5, 2);
        const int day = part(8, 2);
        if (year < 1970 || month < 1 || day < 1) return std::nullopt;
        const std::chrono::year_month_day date{std::chrono::year(year),
                                               std::chrono::month(static_cast<unsigned>(month)),
                                               std::chrono::day(static_cast<unsigned>(day))};
        if (!date.ok()) return std::nullopt;
        return std::chrono::sys_days(date).time_since_epoch().count() * std::int64_t{86400};
    }
    constexpr std::int64_t kEarliest = 100'000'000;  // of 1973: a year is no time, nor is a day
    Request one;
    one.parameters["time"] = text;
    const auto time = one.number("time");
    return time && *time >= kEarliest ? time : std::nullopt;
}

}  // namespace

Result<Reply> remove_collection(const Context& context, const Request& request) {
    return context.connections.write<Reply>([&](Database& database) {
        return removed_json(store::delete_collection(database, request.id, actor(context, request)));
    });
}

Result<Reply> remove_data(const Context& context, const Request& request) {
    const auto before = parse_time(request.text("before"));
    if (!before) return Error{std::errc::invalid_argument, "before: a date as in 2026-11-29, or Unix seconds"};
    if (*before > context.now_s()) return Error{std::errc::invalid_argument, "before: a time that is past"};
    return context.connections.write<Reply>([&](Database& database) {
        return removed_json(store::delete_before(database, *before, actor(context, request)));
    });
}

Result<Reply> unmerge(const Context& context, const Request& request) {
    return context.connections.write<Reply>([&](Database& database) -> Result<Reply> {
        std::optional<std::string> place;
        if (request.parameters.contains("place")) place = request.text("place");
        auto undone = store::undo_decision(database, request.id, place, actor(context, request));
        if (!undone) return std::move(undone).error();
        std::string out = "{\"place\":";
        append_json_string(out, undone->place);
        return Reply{out + fmt::format(",\"restored\":{},\"removed\":{}}}", undone->restored, undone->removed)};
    });
}

Result<Reply> get_audit(const Context& context, const Request& request) {
    return context.connections.read<Reply>([&](Database& database) -> Result<Reply> {
        auto found = store::list_audit(database, request.page());
        if (!found) return std::move(found).error();
        return Reply{page_json(*found)};
    });
}

}  // namespace apiarist::api
