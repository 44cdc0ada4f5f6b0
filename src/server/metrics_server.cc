// SPDX-License-Identifier: Apache-2.0
#include "server/metrics_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <future>
#include <thread>
#include <utility>

#include "base/cpu_time.h"
#include "base/http_port.h"
#include "base/kept_sigpipe.h"
#include "base/text.h"
#include "server/metrics_text.h"

namespace apiarist::server {
namespace {

constexpr const char* kTextType = "text/plain; charset=utf-8";
constexpr const char* kJsonType = "application/json";
constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

bool is_loopback(const std::string& host) {
    in_addr four{};
    if (::inet_pton(AF_INET, host.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24 == 127;
    in6_addr six{};
    return ::inet_pton(AF_INET6, host.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

std::unique_ptr<httplib::Server> make_http_server() {
    const KeptSigpipe kept;
    return std::make_unique<httplib::Server>();
}

}  // namespace

Result<LoopbackAddress> parse_loopback(const std::string& address) {
    const auto refuse = [&](std::string_view why) {
        return Error{std::errc::invalid_argument, fmt::format("\"{}\": {}", address, why)};
    };
    constexpr std::string_view kForm = "not ADDRESS:PORT, as in 127.0.0.1:9464 or [::1]:9464";
    const auto colon = address.rfind(':');
    if (colon == std::string::npos) return refuse(kForm);
    LoopbackAddress parsed{.host = address.substr(0, colon)};
    const bool brackets = parsed.host.size() > 2 && parsed.host.front() == '[' && parsed.host.back() == ']';
    if (brackets) parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
    if (parsed.host == "localhost") parsed.host = "127.0.0.1";
    if (brackets != (parsed.host.find(':') != std::string::npos)) return refuse(kForm);
    const char* const end = address.data() + address.size();
    const auto [stop, error] = std::from_chars(address.data() + colon + 1, end, parsed.port);
    if (error != std::errc{} || stop != end || parsed.port < 0 || parsed.port > 65535) return refuse(kForm);
    if (!is_loopback(parsed.host))
        return refuse("not a loopback address: what is served here asks nobody who he is (127.0.0.1 or [::1])");
    return parsed;
}

bool names_loopback(std::string_view host) {
    std::string name(host);
    const auto colon = name.rfind(':');
    const auto bracket = name.rfind(']');
    if (colon != std::string::npos && (bracket == std::string::npos ? name.find(':') == colon : bracket < colon)) {
        if (name.find_first_not_of("0123456789", colon + 1) != std::string::npos) return false;
        name.erase(colon);
    }
    if (name.size() > 2 && name.front() == '[' && name.back() == ']')
        return name.find(':') != std::string::npos && is_loopback(name.substr(1, name.size() - 2));
    return to_lower(name) == "localhost" || (name.find(':') == std::string::npos && is_loopback(name));
}

struct MetricsServer::State {
    MetricsCallbacks callbacks;
    LoopbackAddress address;
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    std::unique_ptr<httplib::Server> http = make_http_server();
    std::thread thread;

    void refuse_other_hosts();
    void add_handlers();
    void add_coverage(const char* path, const char* type, const std::function<std::optional<std::string>()>& answer);
    Status bind();
    void serve();
};

void MetricsServer::State::refuse_other_hosts() {
    http->set_pre_routing_handler([](const httplib::Request& request, httplib::Response& response) {
        const auto [first, last] = request.headers.equal_range("Host");
        if (std::all_of(first, last, [](const auto& header) { return names_loopback(header.second); }))
            return httplib::Server::HandlerResponse::Unhandled;
        response.status = 403;
        response.set_content("refused: the request names another host\n", kTextType);
        return httplib::Server::HandlerResponse::Handled;
    });
}

void MetricsServer::State::add_handlers() {
    http->Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
        const std::chrono::duration<double> uptime = std::chrono::steady_clock::now() - start;
        const ProcessFacts process{.version = callbacks.version,
                                   .ready = callbacks.why_not_ready().empty(),
                                   .uptime_seconds = uptime.count(),
                                   .cpu_seconds = process_cpu_seconds(),
                                   .resident_bytes = resident_bytes()};
        response.set_content(metrics_text(callbacks.ledger(), process), kMetricsType);
    });
    add_coverage("/coverage", kTextType, callbacks.coverage_text);
    add_coverage("/coverage.json", kJsonType, callbacks.coverage_json);
    http->Get("/healthz",
              [](const httplib::Request&, httplib::Response& response) { response.set_content("ok\n", kTextType); });
    http->Get("/readyz", [this](const httplib::Request&, httplib::Response& response) {
        const std::string why = callbacks.why_not_ready();
        if (!why.empty()) response.status = 503;
        response.set_content(why.empty() ? "ready\n" : "not ready: " + why + "\n", kTextType);
    });
}

void MetricsServer::State::add_coverage(const char* path, const char* type,
                                        const std::function<std::optional<std::string>()>& answer) {
    if (!answer) return;
    http->Get(path, [this, type, &answer](const httplib::Request&, httplib::Response& response) {
        if (const auto text = answer()) return response.set_content(*text, type);
        response.status = 503;
        response.set_content("not ready: " + callbacks.why_not_ready() + "\n", kTextType);
    });
}

Status MetricsServer::State::bind() {
    constexpr std::size_t kMaxPayload = 4096;  // nothing here takes one
    http->set_default_headers({{"Server", kServerName}});
    http->set_payload_max_length(kMaxPayload);
    // One request for a connection, and short patience: the end of the run waits for these threads.
    http->set_keep_alive_max_count(1);
    http->set_keep_alive_timeout(1);
    http->set_read_timeout(1);
    http->set_write_timeout(1);
    return bind_port(*http, address.host, address.port);
}

// stop() is not heard before the library's loop runs; it makes its workers when it does.
void MetricsServer::State::serve() {
    std::promise<void> running;
    auto runs = running.get_future();
    http->new_task_queue = [&running]() -> httplib::TaskQueue* {
        constexpr std::size_t kWorkers = 2;
        auto queue = std::make_unique<httplib::ThreadPool>(kWorkers);
        running.set_value();
        return queue.release();
    };
    thread = std::thread([this] {
        block_sigpipe();
        (void)http->listen_after_bind();
    });
    runs.wait();
}

MetricsServer::MetricsServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

MetricsServer::~MetricsServer() {
    state_->http->stop();
    state_->thread.join();
}

Result<std::unique_ptr<MetricsServer>> MetricsServer::make(const std::string& address, MetricsCallbacks callbacks) {
    auto parsed = parse_loopback(address);
    if (!parsed) return std::move(parsed).error();
    auto state = std::make_unique<State>();
    state->callbacks = std::move(callbacks);
    state->address = std::move(*parsed);
    state->refuse_other_hosts();
    state->add_handlers();
    APIARIST_TRY(state->bind());
    state->serve();
    return std::unique_ptr<MetricsServer>(new MetricsServer(std::move(state)));
}

int MetricsServer::port() const {
    return state_->address.port;
}

std::string MetricsServer::url() const {
    return http_url(state_->address.host, port());
}

}  // namespace apiarist::server
