// SPDX-License-Identifier: Apache-2.0
// What each route says of known contents.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>

#include "api/document.h"
#include "api/fixture_test.h"
#include "api/routes.h"
#include "base/text.h"

namespace apiarist::api {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kHour = kNow / 3600 * 3600;

class RoutesTest : public ApiTest {
  protected:
    void SetUp() override {
        ApiTest::SetUp();
        if (IsSkipped()) return;
        put({{.target = "/orders/1?page=2",
              .answer = R"({"id":1,"state":"open"})",
              .time = kHour - 7000,
              .headers = {{"authorization", "Bearer x.y"}},
              .process = "shopd"},
             {.target = "/orders/2", .answer = R"({"id":2,"state":"shut","tags":["a"]})", .time = kHour + 5},
             {.target = "/orders/3", .answer = R"({"error":"x"})", .status = 404, .time = kHour + 6},
             {.method = "POST", .target = "/orders", .answer = R"({"id":3})", .status = 201, .time = kHour + 7},
             {.target = "/", .answer = R"({"ok":true})", .host = "pay", .time = kHour + 8},
             {.target = "/style.css", .host = "pay", .time = kHour + 9}});
        serve();
    }
    // The ids of a list, page by page.
    std::vector<std::int64_t> walk(const std::string& query) {
        std::vector<std::int64_t> ids;
        std::string cursor;
        do {
            const std::string got = body(fmt::format("/api/v1/endpoints?limit=1{}{}", query, cursor));
            simdjson::dom::parser parser;
            const simdjson::dom::element page = parser.parse(got);
            for (const simdjson::dom::element one : page["items"].get_array())
                ids.push_back(one["id"].get_int64());
            std::string_view next;
            cursor = page["next"].get(next) == simdjson::SUCCESS ? "&cursor=" + std::string(next) : "";
        } while (!cursor.empty() && ids.size() < 20);
        return ids;
    }
    std::string path(const std::string& more = {}) {
        return fmt::format("/api/v1/endpoints/{}{}", endpoint("/orders/{}"), more);
    }
};

TEST_P(RoutesTest, status) {
    const std::string got = body("/api/v1/status");
    EXPECT_THAT(got, AllOf(HasSubstr(R"("version":"1.2.3")"), HasSubstr("\"kind\":\"" + GetParam()),
                           HasSubstr(R"("collections":2,"endpoints":4,"folded":1)")));
}

TEST_P(RoutesTest, collections) {
    const std::string got = body("/api/v1/collections");
    EXPECT_THAT(
        got,
        HasSubstr(fmt::format(
            R"("name":"shop","first_seen":{},"last_seen":{},"endpoints":2,"folded":0,"requests":4,"failed_4xx":1,"failed_5xx":0)",
            kHour - 7000, kHour + 7)));
    EXPECT_THAT(got, HasSubstr(R"("endpoints":1,"folded":1,"requests":2)"));
    EXPECT_LT(got.find("\"pay\""), got.find("\"shop\""));
}

TEST_P(RoutesTest, endpoints_by_filter) {
    const auto count = [this](const std::string& query) { return walk(query).size(); };
    EXPECT_EQ(count(""), 3U);
    EXPECT_EQ(count("&folded=both"), 4U);
    EXPECT_EQ(count("&folded=yes"), 1U);
    for (const char* path : {"/api/v1/endpoints", "/api/v1/endpoints/facets", "/api/v1/export/csv"}) {
        EXPECT_EQ(get(std::string(path) + "?access=public")->status, 200);
        EXPECT_EQ(get(std::string(path) + "?access=publik")->status, 400);
    }
    EXPECT_EQ(count("&method=POST"), 1U);
    EXPECT_EQ(count("&search=order"), 2U);
    EXPECT_EQ(count("&auth=none"), 3U);
    EXPECT_EQ(count("&auth=bearer"), 1U);
    EXPECT_EQ(count("&auth=bear"), 0U);
    EXPECT_EQ(count("&status=4xx"), 1U);
    EXPECT_EQ(count("&status=2xx"), 3U);
    EXPECT_EQ(count("&status=5xx"), 0U);
    EXPECT_EQ(count("&status=succeeded"), 3U);
    EXPECT_EQ(count(fmt::format("&seen_since={}", kHour + 7)), 2U);
    EXPECT_EQ(count(fmt::format("&new_since={}", kHour)), 2U);
    EXPECT_EQ(count(fmt::format("&collection={}", number("SELECT id FROM collections WHERE name = 'pay'"))), 1U);
}

TEST_P(RoutesTest, each_order_has_each_endpoint_once) {
    for (const char* sort :
         {"id",        "collection", "collection_id",   "method",     "template",   "operation",  "first_seen",
          "last_seen", "requests",   "requests_client", "failed_4xx", "failed_5xx", "unanswered", "p50",
          "p95",       "p99",        "folded",          "auth",       "access",     "sensitive"}) {
        const auto up = walk(fmt::format("&folded=both&sort={}", sort));
        const auto down = walk(fmt::format("&folded=both&order=desc&sort={}", sort));
        EXPECT_EQ(up.size(), 4U) << sort;
        EXPECT_EQ(std::set(up.begin(), up.end()).size(), 4U) << sort;
        EXPECT_EQ(std::vector(up.rbegin(), up.rend()), down) << sort;
    }
    EXPECT_EQ(walk("&sort=requests&order=desc").front(), endpoint("/orders/{}"));
}

TEST_P(RoutesTest, facets) {
    const std::string got = body("/api/v1/endpoints/facets");
    EXPECT_THAT(got,
                AllOf(HasSubstr(R"({"endpoints":3)"), HasSubstr(R"({"value":"GET","endpoints":2})"),
                      HasSubstr(R"({"value":"bearer","endpoints":1})"), HasSubstr(R"("name":"shop","endpoints":2)")));
    EXPECT_THAT(body("/api/v1/endpoints/facets?method=POST"), HasSubstr(R"({"endpoints":1)"));
}

TEST_P(RoutesTest, an_endpoint_with_its_schemas) {
    const std::string got = body(path());
    EXPECT_THAT(got, HasSubstr(R"("template":"/orders/{}")"));
    EXPECT_THAT(got, HasSubstr(R"("requests":3)"));
    EXPECT_THAT(got, HasSubstr(R"("auth":[{"value":"none","count":2)"));
    EXPECT_THAT(got, HasSubstr(R"("part":"response","status":200,"content_type":"application/json","count":2)"));
    EXPECT_THAT(got, HasSubstr(R"("required":["id","state"])"));
    EXPECT_THAT(got, HasSubstr(R"("tags":{"x-count":1,"type":"array","items":{"x-count":1,"type":"string")"));
    EXPECT_EQ(get("/api/v1/endpoints/999999")->status, 404);
}

TEST_P(RoutesTest, calls_that_were_seen_at_both_ends) {
    const auto client = records::Direction::kClient;
    constexpr std::int64_t kBefore = kHour - 3600;
    put({{.target = "/orders/8", .time = kBefore},
         {.target = "/orders/8", .time = kBefore + 1, .direction = client},
         {.target = "/orders/9", .status = 500, .time = kBefore + 2, .direction = client}});
    EXPECT_THAT(body(path(fmt::format("/hours?since={}&until={}", kBefore, kHour - 1))),
                HasSubstr(fmt::format(
                    R"([{{"time":{},"requests":2,"requests_client":2,"statuses":{{"200":1,"500":1}},)", kBefore)));
    EXPECT_THAT(body(path()), HasSubstr(R"("requests":5,"requests_client":2)"));
}

TEST_P(RoutesTest, hours) {
    const std::string got = body(path("/hours"));
    EXPECT_THAT(got, HasSubstr(fmt::format(R"({{"time":{},"requests":1,"requests_client":0,"statuses":{{"200":1}})",
                                           kHour - 7200)));
    EXPECT_THAT(got,
                HasSubstr(fmt::format(
                    R"({{"time":{},"requests":2,"requests_client":0,"statuses":{{"200":1,"404":1}},"p50":)", kHour)));
    EXPECT_THAT(body(path(fmt::format("/hours?since={}", kHour))), Not(HasSubstr(std::to_string(kHour - 7200))));
    EXPECT_EQ(get("/api/v1/endpoints/999999/hours")->status, 404);
}

TEST_P(RoutesTest, samples_by_page) {
    const std::string first = body(path("/samples?limit=2"));
    EXPECT_THAT(first, HasSubstr(R"("record":{"path":"/orders/)"));
    const auto at = first.find("\"next\":\"");
    ASSERT_NE(at, std::string::npos);
    const std::string cursor = first.substr(at + 8, first.find('"', at + 8) - at - 8);
    EXPECT_THAT(body(path("/samples?limit=2&cursor=" + cursor)), HasSubstr(R"("next":null)"));
}

TEST_P(RoutesTest, changes) {
    EXPECT_THAT(body("/api/v1/changes?kind=endpoint"), HasSubstr(R"("detail":"GET /orders/{}")"));
    put({{.target = "/main.css"}});
    EXPECT_THAT(body("/api/v1/changes?kind=endpoint"),
                AllOf(HasSubstr(R"("template":"/orders/{}","operation":"","folded":"")"),
                      HasSubstr(R"("template":"/main.css","operation":"","folded":"static")")));
    put({{.target = "/orders/4", .answer = R"({"id":4,"state":null,"fresh":1})", .time = kHour + 60}});
    const std::string got = body(fmt::format("/api/v1/changes?since={}", kHour + 60));
    EXPECT_THAT(got, HasSubstr(R"("detail":"response 200 application/json /fresh integer")"));
    EXPECT_THAT(got, HasSubstr(R"("kind":"type")"));
    EXPECT_THAT(got, Not(HasSubstr(R"("kind":"endpoint")")));
    EXPECT_THAT(body("/api/v1/changes?since=1"), HasSubstr("fresh")) << "though all of it is new since then";
    put({{.target = "/new", .answer = R"({"id":4})", .time = kHour + 60}});
    put({{.target = "/new", .answer = R"({"soon":4})", .time = kHour + 120}});
    EXPECT_THAT(body("/api/v1/changes?since=1"), Not(HasSubstr("soon"))) << "the part was a minute old";
    EXPECT_THAT(body(fmt::format("/api/v1/changes?since={}", kHour + 61)), HasSubstr("soon"));
    EXPECT_EQ(get("/api/v1/changes?kind=x")->status, 400);
}

TEST_P(RoutesTest, sensitive_data_and_callers) {
    store_->database()
        .execute("INSERT INTO marks VALUES ($1, 'response_sensitive', 'email /mail', 2, 1, 2)",
                 {endpoint("/orders/{}")})
        .value();
    store_->database()
        .execute(
            "INSERT INTO facet_sets SELECT 999, collection_id, folded, method, access, auth, 'email', 'email', '', 1 "
            "FROM endpoints WHERE id = $1",
            {endpoint("/orders/{}")})
        .value();
    store_->database()
        .execute("UPDATE endpoints SET sensitive = 'email', facet_set_id = 999 WHERE id = $1", {endpoint("/orders/{}")})
        .value();
    EXPECT_THAT(body("/api/v1/sensitive"), HasSubstr(R"([{"type":"email","endpoints":1}])"));
    EXPECT_THAT(body("/api/v1/sensitive?type=email"), HasSubstr(R"({"side":"response","place":"/mail","count":2)"));
    store_->database()
        .execute(
            "INSERT INTO marks VALUES ($1, 'request_sensitive', 'email /a', 1, 1, 2), ($1, 'response_sensitive', "
            "'email /other', 1, 1, 2)",
            {endpoint("/orders/{}")})
        .value();
    std::string places;
    std::string cursor;
    for (int i = 0; i < 3; ++i) {
        const std::string got = body("/api/v1/sensitive?type=email&limit=1" + cursor);
        const auto place = got.find("\"place\":\"") + 9;
        places += got.substr(place, got.find('"', place) - place) + " ";
        const auto next = got.find("\"next\":\"");
        if (next == std::string::npos) break;
        cursor = "&cursor=" + got.substr(next + 8, got.find('"', next + 8) - next - 8);
    }
    EXPECT_EQ(places, "/a /mail /other ");
    EXPECT_THAT(body("/api/v1/sensitive?type=mail"), HasSubstr(R"("items":[])"));
    EXPECT_THAT(body("/api/v1/service-map"), HasSubstr(R"("kind":"server_process","name":"shopd","requests":1)"));
    EXPECT_THAT(body("/api/v1/service-map"), HasSubstr(R"("kind":"client","name":"10.0.0.1","requests":4)"));
}

TEST_P(RoutesTest, admin_actions_are_told_of) {
    const auto shop = number("SELECT id FROM collections WHERE name = 'shop'");
    EXPECT_EQ(client_->Delete("/api/v1/collections/999999", as(admin_))->status, 404);
    EXPECT_EQ(client_->Delete(fmt::format("/api/v1/collections/{}", shop), as(admin_))->status, 200);
    EXPECT_EQ(number("SELECT COUNT(*) FROM endpoints"), 2);
    EXPECT_EQ(client_->Delete("/api/v1/data?before=2027-01-14", as(admin_))->status, 200);
    for (const char* before : {"2027-13-01", "2027-02-30", "x", "", "9999-01-01", "-5", "2026", "20260114"})
        EXPECT_EQ(client_->Delete(fmt::format("/api/v1/data?before={}", before), as(admin_))->status, 400) << before;
    const std::string got = body("/api/v1/audit");
    EXPECT_THAT(got, HasSubstr(R"("who":"admin","action":"delete collection","detail":"shop")"));
    EXPECT_THAT(got, HasSubstr(R"("action":"delete data")"));
    // A processor goes on with what is left.
    put({{.target = "/orders/1", .answer = R"({"id":1})"}});
    EXPECT_EQ(number("SELECT COUNT(*) FROM collections WHERE name = 'shop'"), 1);
}

TEST_P(RoutesTest, a_template_is_unmerged) {
    for (const char* name : {"ann", "bob", "cid"})
        put({{.target = fmt::format("/flags/{}", name),
              .answer = fmt::format(R"({{"name":"{}","on":true,"n":1}})", name)}});
    const auto merged = endpoint("/flags/{}");
    ASSERT_GT(merged, 0);
    EXPECT_THAT(body(fmt::format("/api/v1/endpoints/{}", merged)),
                HasSubstr(R"("decisions":[{"place":"/flags","decision":"evidence","why":")"));
    const std::string where = fmt::format("/api/v1/endpoints/{}/unmerge", merged);
    EXPECT_EQ(client_->Post(where + "?place=/orders", as(admin_))->status, 400);
    const auto answer = client_->Post(where, as(admin_));
    EXPECT_EQ(answer->status, 200);
    EXPECT_THAT(answer->body, HasSubstr(R"({"place":"/flags","restored":2,)"));
    EXPECT_GT(endpoint("/flags/ann"), 0);
    EXPECT_THAT(body("/api/v1/audit"), HasSubstr(R"("action":"unmerge")"));
    EXPECT_EQ(client_->Post("/api/v1/endpoints/999999/unmerge", as(admin_))->status, 404);
}

TEST_P(RoutesTest, conformance) {
    const auto shop = number("SELECT id FROM collections WHERE name = 'shop'");
    const std::string where = fmt::format("/api/v1/collections/{}/", shop);
    EXPECT_EQ(get(where + "conformance")->status, 404);
    const auto send = [&](const std::string& document) {
        return client_->Put(where + "openapi", as(admin_), document, "application/json")->status;
    };
    for (const char* bad : {"", "x", "[]", "{}", R"({"openapi":"4.0","paths":{}})", R"({"openapi":"3.0.0"})"})
        EXPECT_EQ(send(bad), 400) << bad;
    EXPECT_EQ(client_->Put(where + "openapi", as(admin_), "{}", "text/plain")->status, 415);
    EXPECT_EQ(send(R"({"openapi":"3.0.1","info":{"title":"Shop"},"paths":{"/orders/{order}":{"get":{}},
        "/orders":{"post":{"deprecated":true}},"/old":{"get":{}}}})"),
              200);
    put({{.target = "/secret", .answer = R"({"x":1})"}});
    const std::string got = body(where + "conformance");
    EXPECT_THAT(got, HasSubstr(R"("document":"Shop")"));
    EXPECT_THAT(got, HasSubstr(R"("documented":1,"shadow":1,"zombie":2)"));
    EXPECT_THAT(
        got, HasSubstr(R"({"state":"documented","why":"documented and seen","method":"GET","path":"/orders/{order}")"));
    EXPECT_THAT(
        got,
        HasSubstr(
            R"({"state":"shadow","why":"seen and not documented","method":"GET","path":null,"template":"/secret")"));
    EXPECT_THAT(got, HasSubstr("deprecated and still seen"));
    EXPECT_THAT(got, HasSubstr("documented and never seen"));
    EXPECT_THAT(got, HasSubstr(R"("base_path":null)"));
    EXPECT_EQ(number("SELECT COUNT(*) FROM audit"), 1);
}

TEST_P(RoutesTest, a_document_without_the_base_path_of_what_is_seen) {
    const std::string where =
        fmt::format("/api/v1/collections/{}/", number("SELECT id FROM collections WHERE name = 'shop'"));
    const auto compared = [&](const std::string& servers, const std::string& prefix) {
        const std::string document = fmt::format(
            R"({{"openapi":"3.0.1","info":{{"title":"Shop"}},"servers":{},"paths":{{"{}/a":{{"get":{{}}}},"{}/b":{{"get":{{}}}}}}}})",
            servers, prefix, prefix);
        EXPECT_EQ(client_->Put(where + "openapi", as(admin_), document, "application/json")->status, 200);
        return body(where + "conformance");
    };
    put({{.target = "/api/a", .answer = "{}"}, {.target = "/api/b", .answer = "{}"}});
    EXPECT_THAT(compared("[]", ""), HasSubstr(R"("base_path":{"seen":"/api","documented":"","operations":2})"));
    EXPECT_THAT(compared("[]", "/v2/api"), HasSubstr(R"("base_path":{"seen":"","documented":"/v2","operations":2})"));
    EXPECT_THAT(compared(R"([{"url":"/api"}])", ""),
                AllOf(HasSubstr(R"("documented":2)"), HasSubstr(R"("base_path":null)")));
}

TEST_P(RoutesTest, a_document_of_yaml_is_kept_as_json_and_compared_as_its_twin) {
    const std::string where =
        fmt::format("/api/v1/collections/{}/", number("SELECT id FROM collections WHERE name = 'shop'"));
    const auto send = [&](const std::string& document, const char* type) {
        const auto answer = client_->Put(where + "openapi", as(admin_), document, type);
        EXPECT_EQ(answer->status, 200) << answer->body;
        return answer->body;
    };
    const std::string json =
        R"({"openapi":"3.0.3","info":{"title":"Shop: the API","version":"2024-01-02"},"servers":[{"url":"/"}],"paths":)"
        R"({"/orders/{order}":{"parameters":[{"name":"order","in":"path","required":true,"schema":{"type":"string"}}],)"
        R"("get":{"summary":"One order,\nas it is.\n","responses":{"200":{"description":"so it is"},)"
        R"("404":{"description":"none"}}}},"/orders":{"post":{"deprecated":true,"responses":{"404":)"
        R"({"description":"none"},"201":{"description":"made"}}}},"/old":{"get":{"responses":{}}}}})";
    const std::string answer = send(json, "application/json");
    const std::string compared = body(where + "conformance");
    EXPECT_THAT(compared, HasSubstr(R"("documented":1,"shadow":0,"zombie":2)"));
    for (const char* type :
         {"application/yaml", "application/x-yaml", "text/yaml; charset=utf-8", "Text/X-YAML", "application/json"}) {
        const std::string yaml = R"(# What the shop has.
openapi: 3.0.3
info:
  title: "Shop: the API"
  version: 2024-01-02
servers:
  - url: /
paths:
  /orders/{order}:
    parameters:
      - {name: order, in: path, required: true, schema: {type: string}}
    get:
      summary: |
        One order,
        as it is.
      responses:
        200:
          description: so it is
        '404': &none
          description: none
  /orders:
    post:
      deprecated: true
      responses:
        404: *none
        201: {description: made}
  /old:
    get:
      responses: {}
)";
        EXPECT_EQ(send(yaml, type), answer) << type;
        EXPECT_EQ(body(where + "conformance"), compared) << type;
        EXPECT_EQ(number("SELECT COUNT(*) FROM documents WHERE document LIKE '{\"openapi\":%'"), 1) << type;
    }
}

TEST_P(RoutesTest, hostile_yaml_is_refused_in_words) {
    const std::string where =
        fmt::format("/api/v1/collections/{}/openapi", number("SELECT id FROM collections WHERE name = 'shop'"));
    const auto send = [&](const std::string& document) {
        const auto answer = client_->Put(where, as(admin_), document, "application/yaml");
        EXPECT_EQ(answer->status, 400) << answer->body;
        return answer->body;
    };
    std::string anchors = "openapi: 3.0.0\nx:\n";
    for (int i = 0; i <= 10'000; ++i)
        anchors += fmt::format("- &a{}\n", i);
    EXPECT_THAT(send(anchors), HasSubstr("there are more than 10000 anchors"));
    EXPECT_THAT(send(std::string(100'000, '[')), HasSubstr("nested more than 64 levels deep"));
    EXPECT_THAT(send("openapi: 3.0.0\npaths:\n  /a: {}\n  /a: {}\n"),
                HasSubstr("line 4 of the YAML: the key \\\"/a\\\" is there twice, first in line 3"));
    EXPECT_THAT(send("- openapi\n"), HasSubstr("the document is no object of JSON or mapping of YAML"));
    EXPECT_THAT(send("openapi: 3.0.0\n---\n"), HasSubstr("a second document begins"));
    EXPECT_THAT(send("<p>: 1\n<p>: 2\n"), Not(HasSubstr("<p>")));
    EXPECT_EQ(number("SELECT COUNT(*) FROM documents"), 0);
}

TEST_P(RoutesTest, documents_are_of_types_that_no_form_sends) {
    const std::string where =
        fmt::format("/api/v1/collections/{}/openapi", number("SELECT id FROM collections WHERE name = 'shop'"));
    for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                             "text/plain; application/yaml", "text/plain, application/yaml", "application/yamls",
                             "application/jsonp", "yaml", ";"}) {
        const auto answer = client_->Put(where, as(admin_), "openapi: 3.0.0\npaths: {}\n", type);
        EXPECT_EQ(answer->status, 415) << type;
        EXPECT_THAT(answer->body, HasSubstr("the body must be one of application/json, application/yaml,")) << type;
    }
    const std::string head =
        fmt::format("PUT {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n", where, admin_) +
        "Content-Length: 2\r\n";
    EXPECT_THAT(raw(head + "\r\n{}"), HasSubstr(" 415 "));
    EXPECT_THAT(raw(head + "Content-Type: application/yaml\r\nContent-Type: text/plain\r\n\r\n{}"), HasSubstr(" 415 "));
}

TEST_P(RoutesTest, a_parameter_that_a_route_has_not_is_named) {
    EXPECT_THAT(get("/api/v1/collections?colection=1")->body,
                HasSubstr("this route has no query parameter colection; it has "));
    EXPECT_THAT(get("/api/v1/status?x=1")->body, HasSubstr("no query parameter x; it has none"));
    EXPECT_THAT(get("/api/v1/status?%3Cscript%3E=1")->body, HasSubstr("no query parameter of such a name;"));
    EXPECT_EQ(get("/api/v1/status?x=1")->status, 400);
}

TEST_P(RoutesTest, exports) {
    const auto csv = get("/api/v1/export/csv");
    EXPECT_EQ(csv->get_header_value("Content-Type"), "text/csv; charset=utf-8");
    EXPECT_THAT(csv->get_header_value("Content-Disposition"), HasSubstr("attachment"));
    EXPECT_THAT(csv->body, HasSubstr(R"("shop","GET","/orders/{}")"));
    EXPECT_THAT(csv->body, HasSubstr(",p50_ms,p95_ms,p99_ms,"));
    EXPECT_THAT(csv->body, ContainsRegex(",[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z,"));
    EXPECT_THAT(csv->body, ContainsRegex("(,[0-9]+\\.[0-9]{3}){3},"));
    put({{.target = "/a", .answer = "{}", .host = "=cmd"}, {.target = "/\"q\"", .answer = R"({"q":1})"}});
    EXPECT_THAT(get("/api/v1/export/csv")->body, Not(HasSubstr(",\"=")));
    const std::string postman = body("/api/v1/export/postman?search=orders");
    EXPECT_THAT(postman, HasSubstr(R"("name": "GET /orders/{orderId}")"));
    EXPECT_THAT(postman, HasSubstr(R"("{{baseUrl}}/orders/:orderId")"));
    EXPECT_THAT(postman, HasSubstr(R"("type": "bearer")"));
    EXPECT_THAT(postman, HasSubstr(R"("value": "http://shop")"));
    EXPECT_THAT(body("/api/v1/export/postman"), HasSubstr(R"("key": "baseUrl_shop")"));
    EXPECT_THAT(body("/api/v1/export/postman?search=nothing"), HasSubstr(R"("item": [])"));
    const std::string har = body(fmt::format("/api/v1/export/har?endpoint={}", endpoint("/orders/{}")));
    EXPECT_THAT(har, HasSubstr(R"("url":"http://shop/orders/1?page=2")"));
    EXPECT_THAT(har, HasSubstr(R"("queryString":[{"name":"page","value":"2"}])"));
    EXPECT_THAT(har, HasSubstr(R"("status":404)"));
}

TEST_P(RoutesTest, exports_what_was_seen_as_openapi) {
    const auto id = number("SELECT id FROM collections WHERE name = 'shop'");
    const std::string document = body(fmt::format("/api/v1/export/openapi?collection={}", id));
    EXPECT_THAT(document, HasSubstr(R"("openapi": "3.1)"));
    EXPECT_THAT(document, HasSubstr("/orders/{orderId}"));
    EXPECT_EQ(get("/api/v1/export/openapi")->status, 400);
    EXPECT_EQ(get("/api/v1/export/openapi?collection=999999")->status, 404);
}

TEST_P(RoutesTest, a_session_is_its_token) {
    EXPECT_EQ(body("/api/v1/session"), R"({"name":"admin","role":"admin"})");
    const auto answer = client_->Get("/api/v1/session", as(reader_));
    EXPECT_EQ(answer->body, R"({"name":"reader","role":"reader"})");
}

TEST_P(RoutesTest, the_document_has_each_route_and_no_other) {
    EXPECT_EQ(body("/api/v1/openapi.json").empty(), false);
    std::map<std::string, std::set<std::string>> documented;
    std::map<std::string, std::set<std::string>> documented_types;
    simdjson::dom::parser parser;
    const simdjson::dom::element root = parser.parse(document().data(), document().size());
    for (const auto& [path, item] : simdjson::dom::object(root["paths"])) {
        for (const auto& [method, operation] : simdjson::dom::object(item)) {
            std::set<std::string> names;
            simdjson::dom::array parameters;
            if (operation["parameters"].get(parameters) == simdjson::SUCCESS)
                for (const simdjson::dom::element one : parameters)
                    if (std::string_view(one["in"]) == "query")
                        names.insert(std::string(std::string_view(one["name"])));
            const std::string name = std::string(method) + " " + std::string(path);
            documented[name] = names;
            simdjson::dom::object types;
            if (operation["requestBody"]["content"].get(types) == simdjson::SUCCESS)
                for (const auto& [type, content] : types)
                    documented_types[name].insert(std::string(type));
        }
    }
    std::map<std::string, std::set<std::string>> served = {{"get /healthz", {}}};
    std::map<std::string, std::set<std::string>> served_types;
    for (const Route& route : routes()) {
        const std::string name = to_lower(to_string(route.method)) + " " + std::string(route.pattern);
        std::set<std::string>& names = served[name];
        for (const std::string_view type : route.body_types)
            served_types[name].insert(std::string(type));
        for (const Parameter& parameter : route.parameters)
            names.insert(std::string(parameter.name));
    }
    EXPECT_EQ(documented, served);
    EXPECT_EQ(documented_types, served_types);
}

INSTANTIATE_TEST_SUITE_P(Databases, RoutesTest, testing::Values("SQLite", "PostgreSQL"),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace apiarist::api
