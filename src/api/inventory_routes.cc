// SPDX-License-Identifier: Apache-2.0
// Routes that look at all of the inventory.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/document.h"
#include "api/json_out.h"
#include "api/routes.h"
#include "base/json.h"
#include "store/queries.h"

namespace apiarist::api {
namespace {

using store::Database;
using store::Table;

Result<Reply> page(Result<Table> found) {
    if (!found) return std::move(found).error();
    return Reply{page_json(*found)};
}

}  // namespace

Result<Reply> get_status(const Context& context, const Request&) {
    return context.connections.read<Reply>([&](Database& database) -> Result<Reply> {
        auto status = store::read_status(database);
        if (!status) return std::move(status).error();
        std::string out = "{\"version\":";
        append_json_string(out, context.version);
        out += fmt::format(
            R"(,"time":{},"store":{{"kind":"{}","version":{},"revision":{}}},"collections":{},"endpoints":{},"folded":{},"ingest":{}}})",
            context.now_s(), status->kind, status->version, status->revision, status->collections, status->endpoints,
            status->folded, context.ingest ? context.ingest() : "null");
        return Reply{std::move(out)};
    });
}

Result<Reply> get_collections(const Context& context, const Request&) {
    return context.connections.read<Reply>([](Database& database) { return page(store::list_collections(database)); });
}

Result<Reply> get_changes(const Context& context, const Request& request) {
    return context.connections.read<Reply>([&](Database& database) {
        return page(
            store::list_changes(database, {request.number("since").value_or(0), request.text("kind")}, request.page()));
    });
}

// Types alone, or the places of one.
Result<Reply> get_sensitive(const Context& context, const Request& request) {
    return context.connections.read<Reply>([&](Database& database) {
        const std::string type = request.text("type");
        return page(type.empty() ? store::sensitive_types(database)
                                 : store::sensitive_places(database, type, request.page()));
    });
}

Result<Reply> get_service_map(const Context& context, const Request& request) {
    return context.connections.read<Reply>(
        [&](Database& database) { return page(store::service_map(database, request.number("collection"))); });
}

Result<Reply> get_traffic(const Context& context, const Request& request) {
    constexpr std::int64_t kDay = 86'400;
    const std::int64_t until = request.number("until").value_or(context.now_s());
    const store::TrafficFilter filter{request.number("collection"), request.number("step").value_or(3600),
                                      request.number("since").value_or(std::max<std::int64_t>(0, until - kDay)), until};
    return context.connections.read<Reply>(
        [&](Database& database) { return page(store::list_traffic(database, filter)); });
}

Result<Reply> get_document(const Context&, const Request&) {
    return Reply{std::string(document())};
}

}  // namespace apiarist::api
