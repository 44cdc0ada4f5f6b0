// SPDX-License-Identifier: Apache-2.0
#include "sinks/akto_record.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <simdjson.h>

#include <algorithm>
#include <map>

namespace apiarist::sinks {
namespace {

using policy::CleanTransaction;
using protocols::Message;
using protocols::MessageKind;
using transactions::Address;
using transactions::Direction;
using Fields = std::map<std::string, std::string>;

Address address_of(const char* text, std::uint16_t port) {
    Address address{.family = AF_INET, .port = port, .bytes = {}};
    if (::inet_pton(AF_INET, text, address.bytes.data()) == 1) return address;
    address.family = AF_INET6;
    EXPECT_EQ(::inet_pton(AF_INET6, text, address.bytes.data()), 1) << text;
    return address;
}

// POST /items?x=1 of 10.0.0.1 to a traced server at 10.0.0.2.
CleanTransaction small() {
    CleanTransaction clean;
    clean.time_ns = 1'700'000'000'999'999'999;
    clean.latency_us = 1234;
    transactions::Transaction& transaction = clean.transaction;
    transaction.request.method = "POST";
    transaction.request.target = "/items?x=1";
    transaction.request.headers = {{"Host", "shop"}, {"Content-Type", "application/json"}};
    transaction.request.body = R"({"a":1})";
    Message response;
    response.kind = MessageKind::kResponse;
    response.status = 201;
    response.reason = "Created";
    response.headers = {{"Content-Length", "2"}};
    response.body = "ok";
    transaction.response = std::move(response);
    transaction.local = address_of("10.0.0.2", 8080);
    transaction.remote = address_of("10.0.0.1", 40000);
    transaction.process_id = 41;
    transaction.socket_fd = 7;
    transaction.process_name = "shopd";
    transaction.tls = "OpenSSL 3.0.22";
    return clean;
}

std::string record_of(const CleanTransaction& clean, bool exact = false) {
    std::string out;
    append_akto_record(out, clean, {.instance_id = "an-instance", .exact_payload = exact});
    return out;
}

// An object whose values are all strings, each key once; header maps as JSON in a string are parsed by the same.
Fields parse(const std::string& json) {
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    const auto error = parser.parse(json).get_object().get(object);
    EXPECT_EQ(error, simdjson::SUCCESS) << json;
    Fields fields;
    if (error != simdjson::SUCCESS) return fields;
    for (const auto field : object) {
        std::string_view value;
        EXPECT_EQ(field.value.get_string().get(value), simdjson::SUCCESS) << field.key;
        EXPECT_TRUE(fields.emplace(field.key, value).second) << field.key << " stands twice";
    }
    return fields;
}

TEST(AktoRecord, exact_json) {
    EXPECT_EQ(record_of(small()),
              R"({"path":"/items?x=1","method":"POST","type":"HTTP/1.1",)"
              R"("requestHeaders":"{\"host\":\"shop\",\"content-type\":\"application/json\"}",)"
              R"("requestPayload":"{\"a\":1}","statusCode":"201","status":"201 Created",)"
              R"("responseHeaders":"{\"content-length\":\"2\"}","responsePayload":"ok",)"
              R"("ip":"10.0.0.1:40000","destIp":"10.0.0.2:8080","time":"1700000000","akto_account_id":"1000000",)"
              R"("akto_vxlan_id":"0","is_pending":"false","source":"MIRRORING","direction":"1","tag":"",)"
              R"("process_id":"41","socket_id":"7","process_name":"shopd","daemonset_id":"an-instance",)"
              R"("enable_graph":"true","capture":"complete","tls":"OpenSSL 3.0.22","latency_us":"1234"})");
}

TEST(AktoRecord, is_appended_and_has_no_line_feed) {
    CleanTransaction clean = small();
    clean.transaction.request.body = "a\nb\r\n";
    std::string out = "before";
    append_akto_record(out, clean, {.instance_id = "i"});
    EXPECT_TRUE(out.starts_with("before{"));
    EXPECT_EQ(out.find('\n'), std::string::npos);
    EXPECT_EQ(parse(out.substr(6)).at("requestPayload"), "a\nb\r\n");
}

TEST(AktoRecord, repeated_headers_are_joined_under_their_lower_case_name) {
    CleanTransaction clean = small();
    clean.transaction.request.headers = {{"Accept", "text/html"}, {"X-A", "1"}, {"ACCEPT", "*/*"}, {"x-a", ""}};
    const Fields fields = parse(record_of(clean));
    EXPECT_EQ(fields.at("requestHeaders"), R"({"accept":"text/html, */*","x-a":"1, "})");
}

TEST(AktoRecord, trailers_are_told_where_there_are_some) {
    CleanTransaction clean = small();
    EXPECT_FALSE(parse(record_of(clean)).contains("responseTrailers"));
    clean.transaction.request.trailers = {{"X-Sum", "9"}};
    clean.transaction.response->trailers = {{"grpc-status", "5"}, {"grpc-message", "no such order"}};
    const Fields fields = parse(record_of(clean));
    EXPECT_EQ(fields.at("requestTrailers"), R"({"x-sum":"9"})");
    EXPECT_EQ(fields.at("responseTrailers"), R"({"grpc-status":"5","grpc-message":"no such order"})");
}

TEST(AktoRecord, many_headers_are_joined_as_few_are) {
    CleanTransaction clean = small();
    auto& headers = clean.transaction.request.headers;
    headers.clear();
    std::string expected = "{";
    for (int number = 0; number < 100; ++number) {
        headers.push_back({"X-" + std::to_string(number), "a"});
        expected += (number == 0 ? "" : ",") + ("\"x-" + std::to_string(number) + "\":\"a, b\"");
    }
    for (int number = 99; number >= 0; --number)
        headers.push_back({"x-" + std::to_string(number), "b"});
    EXPECT_EQ(parse(record_of(clean)).at("requestHeaders"), expected + "}");
}

TEST(AktoRecord, cookies_are_joined_by_semicolons) {
    CleanTransaction clean = small();
    clean.transaction.request.headers = {{"Cookie", "a=1"}, {"cookie", "b=2"}};
    clean.transaction.response->headers = {{"Set-Cookie", "a=1; Path=/"}, {"Set-Cookie", "b=2"}};
    const Fields fields = parse(record_of(clean));
    EXPECT_EQ(parse(fields.at("requestHeaders")).at("cookie"), "a=1; b=2");
    EXPECT_EQ(parse(fields.at("responseHeaders")).at("set-cookie"), "a=1; Path=/, b=2");
}

TEST(AktoRecord, headers_of_any_bytes_are_json_in_json) {
    CleanTransaction clean = small();
    clean.transaction.request.headers = {{"X-\"quoted\"", "back\\slash \"and\" \x01\xff"}};
    const Fields headers = parse(parse(record_of(clean)).at("requestHeaders"));
    EXPECT_EQ(headers.at("x-\"quoted\""), "back\\slash \"and\" \x01\xef\xbf\xbd");
}

TEST(AktoRecord, a_client_is_the_ip_in_both_directions) {
    CleanTransaction clean = small();
    Fields fields = parse(record_of(clean));
    EXPECT_EQ(fields.at("direction"), "1");
    EXPECT_EQ(fields.at("ip"), "10.0.0.1:40000");
    EXPECT_EQ(fields.at("destIp"), "10.0.0.2:8080");
    clean.transaction.direction = Direction::kClient;
    fields = parse(record_of(clean));
    EXPECT_EQ(fields.at("direction"), "2");
    EXPECT_EQ(fields.at("ip"), "10.0.0.2:8080");
    EXPECT_EQ(fields.at("destIp"), "10.0.0.1:40000");
}

TEST(AktoRecord, addresses_of_both_families) {
    CleanTransaction clean = small();
    clean.transaction.remote = address_of("2001:db8::1", 443);
    clean.transaction.local = address_of("::ffff:10.1.2.3", 80);
    Fields fields = parse(record_of(clean));
    EXPECT_EQ(fields.at("ip"), "[2001:db8::1]:443");
    EXPECT_EQ(fields.at("destIp"), "10.1.2.3:80");
    clean.transaction.remote = {};
    EXPECT_EQ(parse(record_of(clean)).at("ip"), "");
}

TEST(AktoRecord, a_body_that_is_not_utf8_is_replaced_and_kept_exactly_when_asked) {
    CleanTransaction clean = small();
    clean.transaction.request.body = std::string("\xff\xfe\0a", 4);
    Fields fields = parse(record_of(clean));
    EXPECT_EQ(fields.at("requestPayload"), std::string("\xef\xbf\xbd\xef\xbf\xbd\0a", 8));
    EXPECT_FALSE(fields.contains("requestPayload_base64"));
    fields = parse(record_of(clean, true));
    EXPECT_EQ(fields.at("requestPayload_base64"), "//4AYQ==");
    EXPECT_FALSE(fields.contains("responsePayload_base64"));  // it is UTF-8
}

TEST(AktoRecord, without_a_response_its_fields_are_empty) {
    CleanTransaction clean = small();
    clean.transaction.response.reset();
    clean.transaction.capture = transactions::kUnanswered;
    clean.latency_us = 0;
    const Fields fields = parse(record_of(clean, true));
    EXPECT_EQ(fields.at("statusCode"), "");
    EXPECT_EQ(fields.at("status"), "");
    EXPECT_EQ(fields.at("responseHeaders"), "{}");
    EXPECT_EQ(fields.at("responsePayload"), "");
    EXPECT_EQ(fields.at("capture"), "unanswered");
    EXPECT_EQ(fields.at("latency_us"), "0");
}

TEST(AktoRecord, the_keys_are_the_same_with_and_without_a_response) {
    CleanTransaction clean = small();
    const Fields with = parse(record_of(clean));
    clean.transaction.response.reset();
    const Fields without = parse(record_of(clean));
    EXPECT_TRUE(std::ranges::equal(with, without, {}, &Fields::value_type::first, &Fields::value_type::first));
}

TEST(AktoRecord, versions_and_missing_reasons) {
    CleanTransaction clean = small();
    clean.transaction.request.minor_version = 0;
    clean.transaction.response->reason.clear();
    const Fields fields = parse(record_of(clean));
    EXPECT_EQ(fields.at("type"), "HTTP/1.0");
    EXPECT_EQ(fields.at("status"), "201");
}

TEST(AktoRecord, how_whole_it_is) {
    CleanTransaction clean = small();
    clean.transaction.capture = transactions::kResponseTruncated | transactions::kGap;
    EXPECT_EQ(parse(record_of(clean)).at("capture"), "response_truncated,gap");
}

// With a limit, as for a broker.
struct Bounded {
    bool fits = false;
    std::size_t size = 0;
    Fields fields;
};

Bounded bounded(const CleanTransaction& clean, std::size_t limit) {
    std::string out = "before";
    Bounded result;
    result.fits = append_bounded_akto_record(out, clean, {.instance_id = "i", .no_cut_json = true}, limit);
    result.size = out.size() - 6;
    if (result.fits) result.fields = parse(out.substr(6));
    return result;
}

TEST(BoundedRecord, what_fits_is_as_without_a_limit) {
    const CleanTransaction clean = small();
    const Bounded whole = bounded(clean, 1'000'000);
    ASSERT_TRUE(whole.fits);
    EXPECT_EQ(whole.fields.at("responsePayload"), "ok");
    EXPECT_EQ(whole.fields.at("capture"), "complete");
}

TEST(BoundedRecord, the_response_is_cut_first_and_says_so) {
    CleanTransaction clean = small();
    clean.transaction.response->body = std::string(50'000, 'r');
    const Bounded cut = bounded(clean, 10'000);
    ASSERT_TRUE(cut.fits);
    EXPECT_LE(cut.size, 10'000U);
    EXPECT_GT(cut.size, 5'000U);
    EXPECT_EQ(cut.fields.at("requestPayload"), R"({"a":1})");
    EXPECT_EQ(cut.fields.at("responsePayload").find_first_not_of('r'), std::string::npos);
    EXPECT_EQ(cut.fields.at("capture"), "response_truncated");
}

TEST(BoundedRecord, escapes_count) {
    CleanTransaction clean = small();
    clean.transaction.response->body = std::string(5'000, '\x01');  // six bytes each in JSON
    const Bounded cut = bounded(clean, 10'000);
    ASSERT_TRUE(cut.fits);
    EXPECT_LE(cut.size, 10'000U);
    EXPECT_EQ(cut.fields.at("capture"), "response_truncated");
}

TEST(BoundedRecord, text_is_not_cut_inside_a_character) {
    CleanTransaction clean = small();
    clean.transaction.response->body.clear();
    for (int i = 0; i < 5'000; ++i)
        clean.transaction.response->body += "\xe2\x82\xac";
    const Bounded cut = bounded(clean, 10'000);
    ASSERT_TRUE(cut.fits);
    EXPECT_EQ(cut.fields.at("responsePayload").find("\xef\xbf\xbd"), std::string::npos);
    EXPECT_EQ(cut.fields.at("responsePayload").size() % 3, 0U);
}

TEST(BoundedRecord, a_json_request_is_never_cut_into_invalid_json) {
    CleanTransaction clean = small();
    clean.transaction.request.body = "{\"a\":\"" + std::string(50'000, 'x') + "\"}";
    const Bounded cut = bounded(clean, 10'000);
    ASSERT_TRUE(cut.fits);
    EXPECT_EQ(cut.fields.at("requestPayload"), "");
    EXPECT_EQ(cut.fields.at("capture"), "request_truncated,response_truncated");
    clean.transaction.request.body = "plain " + std::string(50'000, 'x');
    EXPECT_GT(bounded(clean, 10'000).fields.at("requestPayload").size(), 5'000U);
    clean.transaction.request.body = " [1, 2";
    clean.transaction.request.gap = true;
    EXPECT_EQ(bounded(clean, 10'000).fields.at("requestPayload"), "");
}

struct Guess {
    const char* type;  // null: no such header
    std::string body;
    bool left_out;
};

TEST(BoundedRecord, a_whole_body_that_the_consumer_would_take_for_cut_json_is_left_out_and_said_to_be) {
    const Guess guesses[] = {
        {nullptr, "[a link](somewhere)", true},
        {nullptr, "{\xff\xfe", true},
        {nullptr, R"({"a":1})", false},
        {nullptr, " \r\n[1]\n", false},
        {nullptr, "plain", false},
        {nullptr, "", false},
        {"application/json", "{\"a\":1", true},
        {"application/json", "[1,2}", true},
        {"application/json", std::string("\0\x0b{", 3), true},  // it trims all that is not above a blank
        {"application/json; charset=utf-8", "{\"a\":1", false},
        {"APPLICATION/JSON", "{x", false},
        {"", "{x", false},
        {"text/plain", "[x", false},
    };
    for (const Guess& guess : guesses) {
        CleanTransaction clean = small();
        clean.transaction.request.headers = {{"Host", "shop"}};
        if (guess.type != nullptr) clean.transaction.request.headers.push_back({"Content-Type", guess.type});
        clean.transaction.request.body = guess.body;
        const Bounded record = bounded(clean, 10'000);
        ASSERT_TRUE(record.fits);
        EXPECT_EQ(record.fields.at("requestPayload").empty(), guess.left_out || guess.body.empty()) << guess.body;
        EXPECT_EQ(record.fields.at("capture"), guess.left_out ? "request_truncated" : "complete") << guess.body;
        EXPECT_EQ(parse(record_of(clean)).at("capture"), "complete");  // for those who guess less
    }
}

TEST(BoundedRecord, two_content_types_are_no_json_to_the_consumer) {
    CleanTransaction clean = small();
    clean.transaction.request.headers.push_back({"content-type", "application/json"});
    clean.transaction.request.body = "{x";
    EXPECT_EQ(bounded(clean, 10'000).fields.at("requestPayload"), "{x");
}

TEST(BoundedRecord, headers_that_do_not_fit_are_no_record) {
    CleanTransaction clean = small();
    clean.transaction.request.headers.push_back({"X-Large", std::string(20'000, 'h')});
    const Bounded none = bounded(clean, 10'000);
    EXPECT_FALSE(none.fits);
    EXPECT_EQ(none.size, 0U);
}

TEST(AktoRecord, operations_in_their_order) {
    CleanTransaction clean = small();
    auto& operations = clean.transaction.operations.emplace();
    operations.list = {{.type = "query", .name = "Get", .fields = {"user", "shop"}},
                       {.type = "mutation", .name = "", .fields = {}}};
    Fields fields = parse(record_of(clean));
    EXPECT_EQ(fields["operation_protocol"], "graphql");
    EXPECT_EQ(fields["operation_type"], "query, mutation");
    EXPECT_EQ(fields["operation_name"], "Get, ");
    EXPECT_EQ(fields["operation_fields"], "user shop, ");
    EXPECT_EQ(fields["operation_truncated"], "false");
    EXPECT_FALSE(fields.contains("operation_action"));
    EXPECT_FALSE(parse(record_of(small())).contains("operation_protocol"));
}

TEST(AktoRecord, a_name_cannot_pass_for_two) {
    CleanTransaction clean = small();
    auto& operations = clean.transaction.operations.emplace();
    operations.protocol = transactions::OperationProtocol::kMcp;
    operations.list = {{.type = "request", .name = "a, b%\n\xc3\xa4\xff", .fields = {"c d"}}};
    operations.truncated = true;
    Fields fields = parse(record_of(clean));
    EXPECT_EQ(fields["operation_name"], "a%2C%20b%25%0A\xc3\xa4\xef\xbf\xbd");
    EXPECT_EQ(fields["operation_fields"], "c%20d");
    EXPECT_EQ(fields["operation_truncated"], "true");
}

TEST(AktoRecord, soap_has_a_namespace_and_an_action) {
    CleanTransaction clean = small();
    auto& operations = clean.transaction.operations.emplace();
    operations.protocol = transactions::OperationProtocol::kSoap;
    operations.list = {{.type = "request", .name = "GetPrice", .fields = {}}};
    operations.namespace_name = "urn:shop";
    operations.action = "urn:shop/GetPrice";
    Fields fields = parse(record_of(clean));
    EXPECT_EQ(fields["operation_namespace"], "urn:shop");
    EXPECT_EQ(fields["operation_action"], "urn:shop/GetPrice");
}

}  // namespace
}  // namespace apiarist::sinks
