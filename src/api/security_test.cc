// SPDX-License-Identifier: Apache-2.0
// Who may ask, and what a hostile client or page gets.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "api/fixture_test.h"
#include "api/routes.h"
#include "api/tokens.h"
#include "base/json.h"

namespace apiarist::api {
namespace {

using store::integer;
using store::text;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class SecurityTest : public ApiTest {
  protected:
    void SetUp() override {
        ApiTest::SetUp();
        if (IsSkipped()) return;
        put({{.target = "/orders/1", .answer = R"({"id":1,"mail":"a@b.example"})"}});
        serve({"inventory.example"});
    }
    int status_of(const httplib::Result& answer) { return answer ? answer->status : -1; }
    int status_with(const httplib::Headers& more, const std::string& target = "/api/v1/status") {
        httplib::Headers headers = as(admin_);
        for (const auto& [name, value] : more)
            headers.emplace(name, value);
        return status_of(client_->Get(target, headers));
    }
    httplib::Result send(const Route& route, const std::string& token) {
        std::string path(route.pattern);
        if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, "1");
        switch (route.method) {
            case Method::kGet:
                return client_->Get(path, as(token));
            case Method::kPut:
                return client_->Put(path, as(token), "{}", "application/json");
            case Method::kPost:
                return client_->Post(path, as(token));
            case Method::kDelete:
                return client_->Delete(path, as(token));
        }
        return client_->Get(path);
    }
};

TEST_P(SecurityTest, each_route_needs_a_token_that_is_known) {
    for (const Route& route : routes()) {
        for (const std::string& token : {std::string(), "apiarist_" + std::string(64, '0'), admin_ + "0",
                                         admin_.substr(0, admin_.size() - 1), std::string("' OR '1'='1")}) {
            const auto answer = send(route, token);
            ASSERT_EQ(status_of(answer), 401) << route.pattern << " with \"" << token << '"';
            EXPECT_EQ(answer->get_header_value("WWW-Authenticate"), "Bearer");
            EXPECT_EQ(answer->get_header_value("Content-Type"), "application/problem+json");
        }
    }
    EXPECT_EQ(status_of(client_->Get("/api/v1/status?token=" + admin_)), 401);
    EXPECT_EQ(status_of(client_->Get("/api/v1/nothing")), 401) << "who is nobody learns no routes";
    EXPECT_EQ(status_of(client_->Get("/api")), 401);
    EXPECT_EQ(status_of(client_->Post("/")), 401);
    EXPECT_EQ(status_of(client_->Get("/nothing")), 404);
    EXPECT_EQ(status_of(client_->Get("/healthz")), 200);
}

TEST_P(SecurityTest, a_reader_may_not_change_anything) {
    int refused = 0;
    for (const Route& route : routes()) {
        const int status = status_of(send(route, reader_));
        if (route.role == Role::kAdmin) {
            EXPECT_EQ(status, 403) << route.pattern;
            ++refused;
        } else {
            EXPECT_NE(status, 403) << route.pattern;
        }
    }
    EXPECT_GE(refused, 4);
    EXPECT_EQ(number("SELECT COUNT(*) FROM endpoints"), 1);
    EXPECT_EQ(number("SELECT COUNT(*) FROM audit"), 0);
}

TEST_P(SecurityTest, tokens_are_in_files_of_their_owner_and_not_in_the_store) {
    for (const std::string& path : server_->token_files()) {
        struct stat facts {};
        ASSERT_EQ(::stat(path.c_str(), &facts), 0);
        EXPECT_EQ(facts.st_mode & 0777, 0600U) << path;
    }
    EXPECT_EQ(server_->token_files().size(), 2U);
    auto rows = store_->database().query("SELECT hash FROM tokens", {});
    ASSERT_TRUE(rows);
    for (const store::Row& row : *rows) {
        EXPECT_NE(text(row[0]), admin_);
        EXPECT_EQ(text(row[0]).size(), 64U);
    }
    // Another start makes no others.
    server_.reset();
    const std::string before = admin_;
    serve();
    EXPECT_TRUE(server_->token_files().empty());
    EXPECT_EQ(admin_, before);
    EXPECT_EQ(status_of(get("/api/v1/status")), 200);
}

TEST_P(SecurityTest, tokens_are_replaced_below_a_server_that_runs) {
    const std::string before = admin_;
    ASSERT_EQ(status_of(get("/api/v1/status")), 200);
    const auto written = replace_tokens(store_->database(), directory_, 1'800'000'000);
    ASSERT_TRUE(written) << written.error().what;
    EXPECT_THAT(*written, testing::ElementsAre(directory_ + "/admin.token", directory_ + "/reader.token"));
    EXPECT_EQ(number("SELECT COUNT(*) FROM tokens"), 2);
    EXPECT_EQ(number("SELECT COUNT(*) FROM audit WHERE action = 'replace tokens' AND time = 1800000000"), 1);
    EXPECT_EQ(status_of(get("/api/v1/status")), 401) << "that of before";
    admin_.clear();
    std::ifstream(directory_ + "/admin.token") >> admin_;
    EXPECT_NE(admin_, before);
    EXPECT_EQ(status_of(get("/api/v1/status")), 200);
    // One of the files cannot be written: those of before stay, and so do their files.
    std::filesystem::create_directories(directory_ + "/reader.token.new/x");
    EXPECT_FALSE(replace_tokens(store_->database(), directory_, 1'800'000'000));
    EXPECT_EQ(status_of(get("/api/v1/status")), 200);
    std::string kept;
    std::ifstream(directory_ + "/admin.token") >> kept;
    EXPECT_EQ(kept, admin_);
}

TEST_P(SecurityTest, a_token_is_not_written_into_what_others_put_there) {
    server_.reset();
    ASSERT_TRUE(store_->database().script("DELETE FROM tokens"));
    const std::string other = directory_ + "/of-another";
    std::ofstream(other) << "theirs";
    std::filesystem::remove(directory_ + "/admin.token");
    std::filesystem::create_symlink(other, directory_ + "/admin.token");
    std::filesystem::permissions(directory_ + "/reader.token", std::filesystem::perms::all);
    serve();
    std::string kept;
    std::ifstream(other) >> kept;
    EXPECT_EQ(kept, "theirs");
    for (const char* name : {"/admin.token", "/reader.token"}) {
        struct stat facts {};
        ASSERT_EQ(::lstat((directory_ + name).c_str(), &facts), 0);
        EXPECT_TRUE(S_ISREG(facts.st_mode)) << name;
        EXPECT_EQ(facts.st_mode & 0777, 0600U) << name;
    }
    EXPECT_EQ(status_of(get("/api/v1/status")), 200);
}

TEST_P(SecurityTest, a_page_of_another_site_is_refused) {
    const std::string own = fmt::format("127.0.0.1:{}", server_->port());
    EXPECT_EQ(status_with({{"Origin", "http://" + own}}), 200);
    for (const char* origin : {"http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1.evil.example",
                               "http://localhost:1", "file://"})
        EXPECT_EQ(status_with({{"Origin", origin}}), 403) << origin;
    EXPECT_EQ(status_with({{"Sec-Fetch-Site", "cross-site"}}), 403);
    EXPECT_EQ(status_with({{"Sec-Fetch-Site", "same-origin"}}), 200);
    const auto answer = client_->Options("/api/v1/status", {{"Origin", "http://" + own}});
    EXPECT_EQ(answer->get_header_value("Access-Control-Allow-Origin"), "");
}

TEST_P(SecurityTest, a_request_that_names_another_host_is_refused) {
    for (const char* host : {"evil.example", "evil.example:8686", "127.0.0.1.evil.example", "localhost.evil.example",
                             "[::1", "[evil]", "", "127.0.0.1:x", "[::1]evil"})
        EXPECT_EQ(status_with({{"Host", host}}), 403) << host;
    for (const char* host : {"127.0.0.1", "localhost:9", "[::1]:8686", "10.1.2.3:80", "inventory.example", "LOCALHOST"})
        EXPECT_EQ(status_with({{"Host", host}}), 200) << host;
    EXPECT_THAT(raw("GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"), HasSubstr(" 403 "));
    EXPECT_THAT(raw("GET /healthz HTTP/1.1\r\n\r\n"), HasSubstr(" 403 "));
}

TEST_P(SecurityTest, paths_lead_nowhere) {
    for (const char* path : {"/api/v1/../../etc/passwd", "/api/v1/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd",
                             "//api/v1/status", "/api/v1/status/", "/API/V1/STATUS", "/api/v1/endpoints/1%00",
                             "/api/v1/endpoints/-1", "/api/v1/endpoints/0", "/api/v1/endpoints/99999999999999999999",
                             "/api/v1/endpoints/1;DROP TABLE endpoints", "/api/v1/endpoints/%3Cscript%3E", "/"}) {
        const auto answer = get(path);
        EXPECT_EQ(status_of(answer), 404) << path;
        EXPECT_THAT(answer->body, Not(HasSubstr("script"))) << path;
    }
    EXPECT_EQ(status_of(get("/api/v1/" + std::string(600, 'x'))), 414);
}

TEST_P(SecurityTest, what_is_too_large_is_refused) {
    const std::string head = fmt::format("Host: localhost\r\nAuthorization: Bearer {}\r\n", admin_);
    EXPECT_THAT(raw("GET /api/v1/endpoints?search=" + std::string(10u << 20, 'a') + " HTTP/1.1\r\n" + head + "\r\n"),
                HasSubstr(" 431 "));
    EXPECT_THAT(raw("GET /api/v1/endpoints?search=" + std::string(9000, 'a') + " HTTP/1.1\r\n" + head + "\r\n"),
                HasSubstr(" 414 "));
    std::string many;
    for (int i = 0; i < 5000; ++i)
        many += fmt::format("x-{}: y\r\n", i);
    EXPECT_THAT(raw("GET /healthz HTTP/1.1\r\n" + head + many + "\r\n"), HasSubstr(" 431 "));
    const auto post = [&](std::string_view more, std::string_view body) {
        return raw(fmt::format("POST /api/v1/endpoints/1/unmerge HTTP/1.1\r\n{}{}\r\n{}", head, more, body));
    };
    EXPECT_THAT(post("Content-Length: 70000\r\n", std::string(70000, 'a')), HasSubstr(" 413 "));
    EXPECT_THAT(post("Content-Length: 1\r\nContent-Length: 2\r\n", "ab"), HasSubstr(" 400 "));
    EXPECT_THAT(post("Content-Length: -1\r\n", ""), HasSubstr(" 400 "));
    EXPECT_THAT(post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), HasSubstr(" 411 "));
    EXPECT_THAT(post("Content-Encoding: gzip\r\n", ""), HasSubstr(" 415 "));
    EXPECT_EQ(status_with({{"Range", "bytes=0-,0-,0-,0-"}}), 400);
    EXPECT_EQ(status_of(get("/api/v1/status")), 200);
}

TEST_P(SecurityTest, a_request_behind_another_in_one_connection_is_not_read) {
    const std::string got =
        raw("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(got, StartsWith("HTTP/1.1 200 "));
    EXPECT_EQ(got.find("HTTP/1.1", 9), std::string::npos);
}

TEST_P(SecurityTest, sql_in_any_filter_is_a_text) {
    for (const Route& route : routes()) {
        if (route.method != Method::kGet || route.handler == get_live) continue;  // of which live_stream_test tells
        std::string path(route.pattern);
        if (const auto at = path.find("{id}"); at != std::string::npos)
            path.replace(at, 4, std::to_string(endpoint("/orders/{}")));
        for (const Parameter& parameter : route.parameters) {
            for (const char* value : {"'%20OR%20'1'='1", "1;%20DROP%20TABLE%20endpoints", "%22%20--", "e.id)%20--",
                                      "%00", "%ff%fe", "$1", "%25", "~s%27~1", "last_seen~i1%20OR%201~1"}) {
                const auto answer = get(fmt::format("{}?{}={}", path, parameter.name, value));
                const int status = status_of(answer);
                EXPECT_TRUE(status == 200 || status == 400)
                    << path << ' ' << parameter.name << ' ' << value << ' ' << status;
                EXPECT_THAT(answer->body, Not(HasSubstr("DROP")));
                EXPECT_THAT(answer->body, Not(HasSubstr("SELECT")));
                if (status == 200 && path == "/api/v1/endpoints" && parameter.name != std::string_view("search")) {
                    EXPECT_THAT(answer->body, HasSubstr(R"("items":[])")) << parameter.name << ' ' << value;
                }
            }
        }
    }
    EXPECT_EQ(number("SELECT COUNT(*) FROM endpoints"), 1);
    EXPECT_TRUE(troubles_.empty()) << troubles_[0];
    // Signs of LIKE are texts too.
    EXPECT_THAT(body("/api/v1/endpoints?search=%25"), HasSubstr(R"("items":[])"));
    EXPECT_THAT(body("/api/v1/endpoints?search=ORD"), HasSubstr("/orders/{}"));
}

TEST_P(SecurityTest, cursors_that_are_forged_are_refused) {
    for (const char* cursor :
         {"x", "last_seen", "last_seen~", "last_seen~i~1", "last_seen~i1", "last_seen~i1~x", "last_seen~s61~1",
          "last_seen~s6~1", "requests~i1~1", "last_seen~i99999999999999999999~1", "last_seen~i1~1~1", "last_seen~x1~1"})
        EXPECT_EQ(status_of(get(fmt::format("/api/v1/endpoints?cursor={}", cursor))), 400) << cursor;
    EXPECT_EQ(status_of(get("/api/v1/endpoints?sort=template&cursor=template~i1~1")), 400);
    EXPECT_EQ(status_of(get("/api/v1/changes?cursor=change~s27~1")), 400);
    EXPECT_TRUE(troubles_.empty()) << troubles_[0];
}

TEST_P(SecurityTest, other_methods_are_refused) {
    for (const char* method : {"PUT", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE"}) {
        const std::string got = raw(fmt::format(
            "{} /api/v1/status HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Length: 0\r\n\r\n",
            method, admin_));
        EXPECT_THAT(got, HasSubstr(" 405 ")) << method;
        EXPECT_THAT(got, HasSubstr("Allow: GET, HEAD")) << method;
    }
    EXPECT_THAT(raw("BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n"), HasSubstr(" 400 "));
    EXPECT_THAT(raw("<script>\r\n\r\n"), Not(HasSubstr("<script")));
}

TEST_P(SecurityTest, what_is_wrong_is_400_without_an_echo) {
    for (const char* query :
         {"sort=<script>", "order=<script>", "limit=0", "limit=501", "limit=-1", "limit=1e3", "folded=<script>",
          "status=9xx", "collection=x", "seen_since=-5", "<script>=1", "method=GET&method=PUT"}) {
        const auto answer = get(fmt::format("/api/v1/endpoints?{}", query));
        EXPECT_EQ(status_of(answer), 400) << query;
        EXPECT_THAT(answer->body, Not(HasSubstr("script")));
    }
}

TEST_P(SecurityTest, each_answer_says_what_a_browser_may_do_with_it) {
    for (const char* path : {"/api/v1/status", "/healthz", "/nothing"}) {
        const auto answer = get(path);
        EXPECT_EQ(answer->get_header_value("X-Content-Type-Options"), "nosniff") << path;
        EXPECT_EQ(answer->get_header_value("Cache-Control"), "no-store") << path;
        EXPECT_THAT(answer->get_header_value("Content-Security-Policy"), HasSubstr("default-src 'none'")) << path;
    }
}

TEST_P(SecurityTest, markup_in_whatever_was_captured_is_text) {
    const std::string evil = "<script>alert(1)</script>&\"'\\";
    std::string json = "{";
    append_json_string(json, evil);
    json += ":";
    append_json_string(json, evil);
    json += "}";
    put({{.method = "<script>x",
          .target = "/" + evil + "?" + evil + "=" + evil,
          .answer = json,
          .host = "<script>host",
          .headers = {{"authorization", "Bearer " + evil}, {"x-<script>", evil}, {"user-agent", evil}},
          .process = "<script>process"},
         {.target = "/hostile",
          .answer = "{\"a\":\"\\u0000\\ud800\xff\",\"__proto__\":{\"x\":1}," + std::string(300, '[') + "}",
          .host = "hostile"}});
    auto ids = store_->database().query("SELECT id FROM endpoints WHERE merged_into = 0", {});
    ASSERT_TRUE(ids);
    ASSERT_GE(ids->size(), 3U);
    std::vector<std::string> paths = {"/api/v1/endpoints",
                                      "/api/v1/endpoints?folded=both",
                                      "/api/v1/endpoints/facets?folded=both",
                                      "/api/v1/collections",
                                      "/api/v1/changes",
                                      "/api/v1/sensitive",
                                      "/api/v1/service-map"};
    for (const store::Row& row : *ids)
        for (const char* more : {"", "/samples", "/hours"})
            paths.push_back(fmt::format("/api/v1/endpoints/{}{}", integer(row[0]), more));
    bool seen = false;
    for (const std::string& path : paths) {
        const std::string got = body(path);
        EXPECT_THAT(got, Not(HasSubstr("<"))) << path;
        EXPECT_THAT(got, Not(HasSubstr("&"))) << path;
        seen = seen || got.find("\\u003cscript") != std::string::npos;
    }
    EXPECT_TRUE(seen);
}

INSTANTIATE_TEST_SUITE_P(Databases, SecurityTest, testing::Values("SQLite", "PostgreSQL"),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace apiarist::api
