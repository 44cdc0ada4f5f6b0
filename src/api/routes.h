// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the API answers: a table of routes. What a request may say is in the table and checked before its handler is
// called, so a handler meets known parameters of the right kind. Handlers are for any thread.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/connections.h"
#include "api/tokens.h"
#include "base/result.h"
#include "live/feed.h"
#include "store/endpoint_queries.h"
#include "store/table.h"

namespace apiarist::api {

struct Context {
    Connections& connections;
    std::string version;
    std::function<std::string()> ingest;
    std::function<std::int64_t()> now_s;
    std::function<std::string()> collector;
    live::Feed* live = nullptr;
};

enum class Method : std::uint8_t { kGet, kPut, kPost, kDelete };
[[nodiscard]] std::string_view to_string(Method method);

enum class ParameterKind : std::uint8_t {
    kText,
    kNumber,  // 0 and above
};
struct Parameter {
    std::string_view name;
    ParameterKind kind = ParameterKind::kText;
};

struct Request {
    std::int64_t id = 0;  // of the path; 0: it has none
    std::map<std::string, std::string, std::less<>> parameters;
    std::string body;
    Token token;

    [[nodiscard]] std::string text(std::string_view name) const;  // empty where it is not there
    [[nodiscard]] std::optional<std::int64_t> number(std::string_view name) const;
    [[nodiscard]] store::Page page() const;  // limit, cursor, sort, order
};

struct Reply {
    std::string body;
    std::string content_type = "application/json";
    std::string file_name{};  // of a download
    int status = 200;
    std::unique_ptr<live::Reader> live{};  // the answer goes on with what it gets
};

// Errors: invalid_argument is 400, no_such_file_or_directory 404, resource_unavailable_try_again 503, with their text;
// any other is 500, without.
using Handler = Result<Reply> (*)(const Context& context, const Request& request);

struct Route {
    Method method;
    std::string_view pattern;  // "/api/v1/endpoints/{id}"
    Role role;
    Handler handler;
    std::vector<Parameter> parameters{};
    std::size_t body_bytes = 0;  // of a body that it takes; 0: what comes is not read
    // Media types of a body, in lower case: none that the form of another site's page can send.
    std::vector<std::string_view> body_types{};
};
[[nodiscard]] std::span<const Route> routes();

// Whether a path is one of the pattern; then `id` is what stands for {id}.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view path, std::int64_t& id);
// Nothing: they are what the route takes. Else what is wrong, in words of our own.
[[nodiscard]] std::optional<std::string> check_parameters(const Route& route, const Request& request);

Result<Reply> get_status(const Context& context, const Request& request);
Result<Reply> get_collections(const Context& context, const Request& request);
Result<Reply> get_changes(const Context& context, const Request& request);
Result<Reply> get_sensitive(const Context& context, const Request& request);
Result<Reply> get_service_map(const Context& context, const Request& request);
Result<Reply> get_traffic(const Context& context, const Request& request);
Result<Reply> get_document(const Context& context, const Request& request);

Result<Reply> get_session(const Context& context, const Request& request);
Result<Reply> get_collector(const Context& context, const Request& request);
Result<Reply> get_live(const Context& context, const Request& request);

// Of the parameters that lists of endpoints and exports share.
[[nodiscard]] store::EndpointFilter filter_of(const Request& request);
Result<Reply> get_endpoints(const Context& context, const Request& request);
Result<Reply> get_facets(const Context& context, const Request& request);
Result<Reply> get_endpoint(const Context& context, const Request& request);
Result<Reply> get_hours(const Context& context, const Request& request);
Result<Reply> get_samples(const Context& context, const Request& request);

Result<Reply> remove_collection(const Context& context, const Request& request);
Result<Reply> remove_data(const Context& context, const Request& request);
Result<Reply> unmerge(const Context& context, const Request& request);
Result<Reply> get_audit(const Context& context, const Request& request);

Result<Reply> put_openapi(const Context& context, const Request& request);
Result<Reply> get_conformance(const Context& context, const Request& request);

Result<Reply> export_csv(const Context& context, const Request& request);
Result<Reply> export_postman(const Context& context, const Request& request);
Result<Reply> export_har(const Context& context, const Request& request);
Result<Reply> export_openapi(const Context& context, const Request& request);

}  // namespace apiarist::api
