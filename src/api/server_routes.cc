// SPDX-License-Identifier: Apache-2.0
// Routes that tell of who asks, and of the server itself.
#include <fmt/format.h>

#include <utility>

#include "api/routes.h"
#include "base/json.h"
#include "live/feed.h"

namespace apiarist::api {

Result<Reply> get_session(const Context&, const Request& request) {
    std::string out = "{\"name\":";
    append_json_string(out, request.token.name);
    out += fmt::format(R"(,"role":"{}"}})", request.token.role == Role::kAdmin ? "admin" : "reader");
    return Reply{std::move(out)};
}

Result<Reply> get_collector(const Context& context, const Request&) {
    if (!context.collector) return Error{std::errc::no_such_file_or_directory, "nothing is known of what serves this"};
    return Reply{context.collector()};
}

Result<Reply> get_live(const Context& context, const Request& request) {
    live::Filter filter{.collection = request.text("collection"),
                        .method = request.text("method"),
                        .search = request.text("search"),
                        .status = request.text("status")};
    if (!filter.status.empty() && !live::is_status(filter.status))
        return Error{std::errc::invalid_argument, "status: succeeded, 2xx, 3xx, 4xx, 5xx or unanswered"};
    if (context.live == nullptr) return Error{std::errc::no_such_file_or_directory, "no records pass here"};
    Reply reply;
    reply.content_type = "text/event-stream";
    reply.live = context.live->subscribe(std::move(filter));
    if (!reply.live)
        return Error{std::errc::resource_unavailable_try_again,
                     fmt::format("{} look on already", context.live->limits().readers)};
    return reply;
}

}  // namespace apiarist::api
