// SPDX-License-Identifier: Apache-2.0
#include "api/api_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <thread>
#include <utility>

#include "api/bounded_server.h"
#include "api/guard.h"
#include "api/json_out.h"
#include "api/routes.h"
#include "api/static_answer.h"
#include "base/http_port.h"
#include "base/json.h"
#include "base/kept_sigpipe.h"
#include "store/migrations.h"

namespace apiarist::api {
namespace {

using httplib::Server;

constexpr const char* kProblem = "application/problem+json";
constexpr std::size_t kMostPath = 512;

struct Address {
    std::string host;
    int port = 0;
};

Result<Address> parse_address(const std::string& text) {
    const Error bad{std::errc::invalid_argument, "not ADDRESS:PORT, as in 127.0.0.1:8686 or [::1]:8686"};
    const auto colon = text.rfind(':');
    if (colon == std::string::npos) return bad;
    Address address{.host = text.substr(0, colon)};
    const bool brackets = address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']';
    if (brackets) address.host = address.host.substr(1, address.host.size() - 2);
    if (address.host == "localhost") address.host = "127.0.0.1";
    in6_addr bits{};
    if (::inet_pton(brackets ? AF_INET6 : AF_INET, address.host.c_str(), &bits) != 1) return bad;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, address.port);
    if (error != std::errc{} || stop != end || address.port < 0 || address.port > 65535) return bad;
    return address;
}

std::string_view title(int status) {
    switch (status) {
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 411:
            return "Length Required";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 416:
            return "Range Not Satisfiable";
        case 503:
            return "Service Unavailable";
        default:
            return status < 500 ? "Bad Request" : "Internal Server Error";
    }
}

// RFC 9457. `detail` is of our own words.
void answer_problem(httplib::Response& response, int status, std::string_view detail = {}) {
    std::string out = fmt::format(R"({{"type":"about:blank","title":"{}","status":{})", title(status), status);
    if (!detail.empty()) {
        out += ",\"detail\":";
        append_json_string(out, detail);
    }
    response.status = status;
    response.set_content(without_markup(out + "}"), kProblem);
}

void answer_error(httplib::Response& response, const Error& error,
                  const std::function<void(const std::string&)>& on_trouble) {
    if (error.code == std::errc::invalid_argument) return answer_problem(response, 400, error.what);
    if (error.code == std::errc::no_such_file_or_directory) return answer_problem(response, 404, error.what);
    if (error.code == std::errc::resource_unavailable_try_again) return answer_problem(response, 503, error.what);
    if (on_trouble) on_trouble("api: " + error.what);
    answer_problem(response, 500);
}

// Of the one field of that name; empty: there is none. Nothing: there are several.
std::optional<std::string> one_header(const httplib::Request& request, const char* name) {
    if (request.get_header_value_count(name) > 1) return std::nullopt;
    return request.get_header_value(name);
}

// Empty: none.
std::string given_token(const httplib::Request& request) {
    constexpr std::string_view kScheme = "Bearer ";
    const std::string given = one_header(request, "Authorization").value_or("");
    return given.starts_with(kScheme) ? given.substr(kScheme.size()) : std::string();
}

}  // namespace

struct ApiServer::State {
    ApiOptions options;
    Address address;
    std::unique_ptr<BoundedServer> http;
    std::unique_ptr<Connections> connections;
    std::vector<std::string> token_files;
    std::thread thread;

    Status prepare_store();
    void add_handlers();
    void serve();
    // False: it was answered. `is_page`: it is no answer of the API, and another site may lead a browser to it.
    bool is_allowed(const httplib::Request& request, httplib::Response& response, bool is_page) const;
    bool is_bounded(const httplib::Request& request, httplib::Response& response, std::size_t body_bytes) const;
    std::optional<Token> who(const httplib::Request& request, httplib::Response& response) const;
    const Route* find_route(const httplib::Request& request, httplib::Response& response, std::int64_t& id) const;
    // `has_body`: the body was read.
    Server::HandlerResponse handle(const httplib::Request& request, httplib::Response& response, bool has_body) const;
    void call(const Route& route, const Request& asked, const httplib::Request& request,
              httplib::Response& response) const;
    void go_on(Reply reply, const httplib::Request& request, httplib::Response& response) const;
};

Status ApiServer::State::prepare_store() {
    connections = std::make_unique<Connections>(options.database);
    auto written = connections->write<std::vector<std::string>>(
        [this](store::Database& database) -> Result<std::vector<std::string>> {
            APIARIST_TRY(store::migrate(database));
            return make_first_tokens(database, options.token_folder, options.now_s());
        });
    if (!written) return std::move(written).error();
    token_files = std::move(*written);
    return Done{};
}

bool ApiServer::State::is_allowed(const httplib::Request& request, httplib::Response& response, bool is_page) const {
    const auto host = one_header(request, "Host");
    if (!host || !is_own_host(*host, options.hosts)) {
        answer_problem(response, 403, "the request names another host");
        return false;
    }
    const auto origin = one_header(request, "Origin");
    const auto site = one_header(request, "Sec-Fetch-Site");
    const bool led = is_page && is_navigation(request.get_header_value("Sec-Fetch-Mode"),
                                              request.get_header_value("Sec-Fetch-Dest"));
    if (!origin || (!origin->empty() && !is_same_origin(*origin, *host)) || !site ||
        (!led && (*site == "cross-site" || *site == "same-site"))) {
        answer_problem(response, 403, "the request is made by a page of another site");
        return false;
    }
    return true;
}

bool ApiServer::State::is_bounded(const httplib::Request& request, httplib::Response& response,
                                  std::size_t body_bytes) const {
    constexpr std::size_t kAnyBody = 64u << 10;
    const auto refuse = [&response](int status, std::string_view why = {}) {
        answer_problem(response, status, why);
        return false;
    };
    if (!request.ranges.empty()) return refuse(400, "no part of an answer can be asked for");
    if (request.has_header("Transfer-Encoding")) return refuse(411);
    if (request.has_header("Content-Encoding")) return refuse(415, "a body has no content coding here");
    const auto length = one_header(request, "Content-Length");
    if (!length) return refuse(400);
    if (length->empty()) return true;
    std::uint64_t bytes = 0;
    const auto [end, error] = std::from_chars(length->data(), length->data() + length->size(), bytes);
    if (error != std::errc{} || end != length->data() + length->size()) return refuse(400);
    return bytes <= std::max(body_bytes, kAnyBody) || refuse(413);
}

std::optional<Token> ApiServer::State::who(const httplib::Request& request, httplib::Response& response) const {
    if (const std::string given = given_token(request); !given.empty()) {
        const auto found = connections->read<std::optional<Token>>(
            [&given](store::Database& database) { return find_token(database, given); });
        if (!found) {
            answer_error(response, found.error(), options.on_trouble);
            return std::nullopt;
        }
        if (*found) return *found;
    }
    response.set_header("WWW-Authenticate", "Bearer");
    answer_problem(response, 401, "a token is needed: Authorization: Bearer");
    return std::nullopt;
}

const Route* ApiServer::State::find_route(const httplib::Request& request, httplib::Response& response,
                                          std::int64_t& id) const {
    const std::string method = request.method == "HEAD" ? "GET" : request.method;
    std::string allowed;
    for (const Route& route : routes()) {
        if (!matches(route.pattern, request.path, id)) continue;
        if (to_string(route.method) == method) return &route;
        allowed += (allowed.empty() ? "" : ", ") + std::string(to_string(route.method));
        if (route.method == Method::kGet) allowed += ", HEAD";
    }
    if (!allowed.empty()) response.set_header("Allow", allowed);
    answer_problem(response, allowed.empty() ? 404 : 405);
    return nullptr;
}

// The head alone is the library's; without a length, the end of the connection is the end of the answer.
void ApiServer::State::go_on(Reply reply, const httplib::Request& request, httplib::Response& response) const {
    response.set_header("X-Accel-Buffering", "no");  // proxies pass events on as they come
    response.set_content_provider(reply.content_type, [](std::size_t, httplib::DataSink& sink) {
        sink.done();
        return true;
    });
    if (request.method != "GET") return;
    const auto is_allowed = [this, given = given_token(request)] {
        const auto found = connections->read<std::optional<Token>>(
            [&given](store::Database& database) { return find_token(database, given); });
        return found && *found;
    };
    http->go_on_with(request, {std::move(reply.live), is_allowed});
}

void ApiServer::State::call(const Route& route, const Request& asked, const httplib::Request& request,
                            httplib::Response& response) const {
    if (const auto wrong = check_parameters(route, asked)) return answer_problem(response, 400, *wrong);
    auto reply = route.handler(
        {*connections, options.version, options.ingest, options.now_s, options.collector, options.live}, asked);
    if (!reply) return answer_error(response, reply.error(), options.on_trouble);
    response.status = reply->status;
    if (reply->live) return go_on(std::move(*reply), request, response);
    const bool json = reply->content_type == "application/json";
    response.set_content(json ? without_markup(reply->body) : reply->body, reply->content_type);
    if (!reply->file_name.empty())
        response.set_header("Content-Disposition", fmt::format("attachment; filename=\"{}\"", reply->file_name));
}

Server::HandlerResponse ApiServer::State::handle(const httplib::Request& request, httplib::Response& response,
                                                 bool has_body) const {
    constexpr auto kHandled = Server::HandlerResponse::Handled;
    const bool reads = request.method == "GET" || request.method == "HEAD";
    const bool is_page = reads && !is_api_path(request.path);
    if (!is_allowed(request, response, is_page)) return kHandled;
    if (reads && request.path == "/healthz") {
        response.set_content("{\"status\":\"ok\"}", "application/json");
        return kHandled;
    }
    if (request.path.size() > kMostPath) {
        answer_problem(response, 414);
        return kHandled;
    }
    if (is_page) {
        if (is_bounded(request, response, 0) && !answer_file(options.dashboard, request, response))
            answer_problem(response, 404,
                           options.dashboard.empty() ? "this build has no dashboard; the API is at /api/v1" : "");
        return kHandled;
    }
    const auto token = who(request, response);
    if (!token) return kHandled;
    Request asked;
    asked.token = *token;
    const Route* route = find_route(request, response, asked.id);
    if (route == nullptr) return kHandled;
    if (route->role == Role::kAdmin && token->role != Role::kAdmin) {
        answer_problem(response, 403, "this needs an admin's token");
        return kHandled;
    }
    if (!is_bounded(request, response, route->body_bytes)) return kHandled;
    if (route->body_bytes > 0) {
        const auto type = one_header(request, "Content-Type");
        if (!type || !is_media_type(*type, route->body_types)) {
            answer_problem(response, 415,
                           fmt::format("the body must be one of {}", fmt::join(route->body_types, ", ")));
            return kHandled;
        }
        if (!has_body) return Server::HandlerResponse::Unhandled;
        asked.body = request.body;
    }
    for (const auto& [name, value] : request.params) {
        if (asked.parameters.emplace(name, value).second) continue;
        answer_problem(response, 400, "a query parameter is there twice");
        return kHandled;
    }
    call(*route, asked, request, response);
    return kHandled;
}

void ApiServer::State::add_handlers() {
    constexpr std::size_t kMostBody = 20u << 20;
    http->set_payload_max_length(kMostBody);
    http->set_default_headers({{"Server", "apiarist"},
                               {"Cache-Control", "no-store"},
                               {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
                               {"Cross-Origin-Resource-Policy", "same-origin"},
                               {"Referrer-Policy", "no-referrer"},
                               {"X-Content-Type-Options", "nosniff"}});
    // All is decided before a body is read; the library's own routes are for those that have one.
    http->set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
        return handle(request, response, false);
    });
    http->Put(".*", [this](const httplib::Request& request, httplib::Response& response) {
        (void)handle(request, response, true);
    });
    http->set_error_handler([](const httplib::Request&, httplib::Response& response) {
        if (response.body.empty()) answer_problem(response, response.status);
    });
    http->set_exception_handler(
        [this](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) {
            if (options.on_trouble) options.on_trouble("api: a request was not answered for an exception");
            answer_problem(response, 500);
        });
}

void ApiServer::State::serve() {
    thread = std::thread([this] {
        block_sigpipe();
        (void)http->listen_after_bind();
    });
    http->wait_until_accepting();
}

ApiServer::ApiServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

ApiServer::~ApiServer() {
    state_->http->end();
    state_->thread.join();
}

Result<std::unique_ptr<ApiServer>> ApiServer::make(ApiOptions options) {
    auto address = parse_address(options.address);
    if (!address) return std::move(address).error();
    auto state = std::make_unique<State>();
    state->address = std::move(*address);
    state->options = std::move(options);
    ServerBounds bounds;
    bounds.connections = state->options.connections;
    bounds.request_time = std::chrono::seconds(state->options.request_seconds);
    bounds.idle_time = state->options.idle_time;
    bounds.stall_time = state->options.stall_time;
    if (state->options.live != nullptr) bounds.streams = state->options.live->limits().readers;
    state->http = BoundedServer::make(bounds);
    // The port first: who cannot serve makes no tokens.
    APIARIST_TRY(bind_port(*state->http, state->address.host, state->address.port));
    APIARIST_TRY(state->prepare_store());
    state->add_handlers();
    state->serve();
    return std::unique_ptr<ApiServer>(new ApiServer(std::move(state)));
}

int ApiServer::port() const {
    return state_->address.port;
}

std::string ApiServer::url() const {
    return http_url(state_->address.host, port());
}

const std::vector<std::string>& ApiServer::token_files() const {
    return state_->token_files;
}

}  // namespace apiarist::api
