// SPDX-License-Identifier: Apache-2.0
// The dashboard's files as a browser gets them, of a table that is the test's.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>

#include "api/fixture_test.h"
#include "api/static_files.h"

namespace apiarist::api {
namespace {

using namespace std::string_view_literals;
using testing::HasSubstr;
using testing::Not;

// The packed form is no gzip here: what is sent is what the table has.
constexpr std::array<StaticFile, 4> kFiles = {
    {{"/index.html", "text/html; charset=utf-8", "<!doctype html>", "", "\"page\""},
     {"/assets/a-1.js", "text/javascript; charset=utf-8", "a(); a(); a();", "p\0cked"sv, "\"script\"", true},
     {"/favicon.svg", "image/svg+xml", "<svg/>", "", "\"icon\""},
     {"/empty.txt", "text/plain", "", "", "\"empty\""}}};

class DashboardTest : public ApiTest {
  protected:
    void SetUp() override {
        ApiTest::SetUp();
        if (IsSkipped()) return;
        options_.dashboard = kFiles;
        serve();
        client_->set_decompress(false);
    }
    httplib::Result ask(const std::string& path, const httplib::Headers& headers = {}) {
        auto answer = client_->Get(path, headers);
        if (!answer) {
            ADD_FAILURE() << path << ": no answer";
            std::abort();
        }
        return answer;
    }
};

TEST_P(DashboardTest, a_page_needs_no_token_and_the_api_does) {
    const auto page = ask("/");
    EXPECT_EQ(page->status, 200);
    EXPECT_EQ(page->body, "<!doctype html>");
    EXPECT_EQ(page->get_header_value("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(ask("/api/v1/status")->status, 401);
    EXPECT_EQ(ask("/api/v1/status", {{"Accept", "text/html"}})->status, 401);
    EXPECT_EQ(ask("/api", {{"Accept", "text/html"}})->status, 401);
    EXPECT_EQ(ask("/healthz", {{"Accept", "text/html"}})->get_header_value("Content-Type"), "application/json");
}

TEST_P(DashboardTest, what_a_browser_may_do_with_a_page) {
    const auto page = ask("/");
    ASSERT_EQ(page->get_header_value_count("Content-Security-Policy"), 1U);
    const std::string policy = page->get_header_value("Content-Security-Policy");
    for (const char* part : {"default-src 'none'", "script-src 'self';", "connect-src 'self'", "frame-ancestors 'none'",
                             "form-action 'none'", "base-uri 'none'"})
        EXPECT_THAT(policy, HasSubstr(part));
    EXPECT_EQ(page->get_header_value("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(page->get_header_value("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(page->get_header_value("Cross-Origin-Opener-Policy"), "same-origin");
    EXPECT_EQ(ask("/favicon.svg")->get_header_value("Content-Security-Policy"),
              "default-src 'none'; frame-ancestors 'none'");
}

TEST_P(DashboardTest, how_long_a_file_is_kept) {
    const auto page = ask("/");
    ASSERT_EQ(page->get_header_value_count("Cache-Control"), 1U);
    EXPECT_EQ(page->get_header_value("Cache-Control"), "no-cache");
    EXPECT_EQ(page->get_header_value("ETag"), "W/\"page\"");
    const auto same = ask("/", {{"If-None-Match", "W/\"page\""}});
    EXPECT_EQ(same->status, 304);
    EXPECT_EQ(same->body, "");
    EXPECT_EQ(same->get_header_value("ETag"), "W/\"page\"");
    EXPECT_EQ(ask("/", {{"If-None-Match", "\"other\""}})->status, 200);
    EXPECT_EQ(ask("/assets/a-1.js")->get_header_value("Cache-Control"), "public, max-age=31536000, immutable");
}

TEST_P(DashboardTest, a_file_comes_packed_to_who_takes_that) {
    const auto packed = ask("/assets/a-1.js", {{"Accept-Encoding", "gzip, br"}});
    EXPECT_EQ(packed->get_header_value("Content-Encoding"), "gzip");
    EXPECT_EQ(packed->get_header_value("Vary"), "Accept-Encoding");
    EXPECT_EQ(packed->body, "p\0cked"sv);
    EXPECT_EQ(packed->get_header_value("Content-Length"), "6");
    for (const char* other : {"br", "identity", "gzip;q=0"}) {
        const auto plain = ask("/assets/a-1.js", {{"Accept-Encoding", other}});
        EXPECT_FALSE(plain->has_header("Content-Encoding")) << other;
        EXPECT_EQ(plain->body, "a(); a(); a();") << other;
    }
    EXPECT_FALSE(ask("/", {{"Accept-Encoding", "gzip, br"}})->has_header("Content-Encoding"));
    EXPECT_EQ(ask("/empty.txt", {{"Accept-Encoding", "gzip"}})->status, 200);
}

TEST_P(DashboardTest, head_says_what_get_would) {
    const auto head = client_->Head("/assets/a-1.js");
    ASSERT_TRUE(head);
    EXPECT_EQ(head->status, 200);
    EXPECT_EQ(head->get_header_value("Content-Length"), "14");
    EXPECT_EQ(head->body, "");
}

TEST_P(DashboardTest, its_own_addresses_are_its_page) {
    const auto page = ask("/endpoints/12?tab=samples", {{"Accept", "text/html,*/*;q=0.8"}});
    EXPECT_EQ(page->status, 200);
    EXPECT_EQ(page->body, "<!doctype html>");
    const auto script = ask("/endpoints/12", {{"Accept", "*/*"}});
    EXPECT_EQ(script->status, 404);
    EXPECT_EQ(script->get_header_value("Content-Type"), "application/problem+json");
    EXPECT_EQ(ask("/assets/gone-1.js", {{"Accept", "text/html"}})->status, 404);
}

TEST_P(DashboardTest, no_path_leads_out_of_the_table) {
    for (const char* path :
         {"/../../etc/passwd", "/assets/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd",
          "/assets/..%5c..%5cpasswd", "//etc/passwd", "/etc/passwd%00.js", "/assets/%2e%2e/index.html"}) {
        const auto answer = ask(path);
        EXPECT_EQ(answer->status, 404) << path;
        EXPECT_THAT(answer->body, Not(HasSubstr("root:"))) << path;
    }
    EXPECT_THAT(raw("GET ../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n"), Not(HasSubstr("root:")));
    EXPECT_EQ(ask("/" + std::string(600, 'x'))->status, 414);
}

TEST_P(DashboardTest, another_site_may_lead_to_a_page_and_no_further) {
    const auto status = [this](const char* path, const char* site, const char* mode, const char* destination) {
        httplib::Headers headers = as(admin_);
        headers.emplace("Sec-Fetch-Site", site);
        headers.emplace("Sec-Fetch-Mode", mode);
        headers.emplace("Sec-Fetch-Dest", destination);
        return ask(path, headers)->status;
    };
    for (const char* site : {"cross-site", "same-site"}) {
        EXPECT_EQ(status("/", site, "navigate", "document"), 200);
        EXPECT_EQ(status("/", site, "navigate", "iframe"), 403);
        EXPECT_EQ(status("/assets/a-1.js", site, "no-cors", "script"), 403);
        EXPECT_EQ(status("/", site, "cors", "empty"), 403);
        EXPECT_EQ(status("/api/v1/status", site, "navigate", "document"), 403);
        EXPECT_EQ(status("/healthz", site, "navigate", "document"), 403);
    }
    EXPECT_EQ(status("/assets/a-1.js", "same-origin", "cors", "script"), 200);
    EXPECT_EQ(status("/", "none", "navigate", "document"), 200);
    EXPECT_EQ(ask("/", {{"Origin", "http://evil.example"}})->status, 403);
    EXPECT_EQ(ask("/", {{"Host", "evil.example"}})->status, 403);
}

TEST_P(DashboardTest, a_build_without_one_says_so) {
    options_.dashboard = {};
    server_.reset();
    serve();
    const auto answer = ask("/", {{"Accept", "text/html"}});
    EXPECT_EQ(answer->status, 404);
    EXPECT_THAT(answer->body, HasSubstr("this build has no dashboard"));
}

TEST_P(DashboardTest, other_methods_are_the_apis) {
    for (const char* method : {"PUT", "POST", "DELETE", "PATCH"})
        EXPECT_THAT(raw(fmt::format("{} / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", method)),
                    HasSubstr(" 401 "))
            << method;
    EXPECT_THAT(raw("GET / HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-1\r\n\r\n"), HasSubstr(" 400 "));
}

INSTANTIATE_TEST_SUITE_P(Databases, DashboardTest, testing::Values("SQLite"),
                         [](const auto& parameter) { return parameter.param; });

// What was built in is whole; nothing where the build has none.
TEST(BuiltDashboard, each_file_is_of_a_kind_and_a_page_is_among_them) {
    if (dashboard().empty()) GTEST_SKIP() << "built without";
    const StaticFile* page = find_file(dashboard(), "/", "text/html");
    ASSERT_NE(page, nullptr);
    EXPECT_THAT(std::string(page->bytes), HasSubstr("<!doctype html>"));
    for (const StaticFile& file : dashboard()) {
        EXPECT_FALSE(file.content_type.empty()) << file.path;
        EXPECT_EQ(file.etag.size(), 34U) << file.path;
        EXPECT_LT(file.gzip.size(), file.bytes.size() + 1) << file.path;
        EXPECT_TRUE(file.gzip.empty() || file.gzip.starts_with("\x1f\x8b")) << file.path;
    }
}

}  // namespace
}  // namespace apiarist::api
