// SPDX-License-Identifier: Apache-2.0
#include "records/decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace apiarist::records {
namespace {

std::string record_with(const std::string& more) {
    return R"({"path":"/v1/orders/7?x=1","method":"GET","statusCode":"200",)" + more + R"("type":"HTTP/1.1"})";
}

TEST(Decoder, reads_what_our_collector_writes) {
    Decoder decoder;
    const auto record = decoder.decode(
        R"({"path":"/v1/orders/7?x=1","method":"POST","type":"HTTP/2","requestHeaders":"{\"host\":\"shop\",\"a\":\"b\"}",)"
        R"("responseHeaders":"{\"content-type\":\"application/json\"}","requestPayload":"{\"a\":\"\\u00e9\"}",)"
        R"("responsePayload":"ok","statusCode":"201","status":"201 Created","ip":"10.0.0.1:5000",)"
        R"("destIp":"[2001:db8::1]:443","time":"1700000000","direction":"2","process_name":"curl","daemonset_id":"d",)"
        R"("capture":"complete","tls":"OpenSSL 3.0","latency_us":"1500","operation_protocol":"graphql"})");
    ASSERT_TRUE(record) << record.error().what;
    const Record& r = **record;
    EXPECT_EQ(r.target, "/v1/orders/7?x=1");
    EXPECT_EQ(r.method, "POST");
    EXPECT_EQ(r.type, "HTTP/2");
    ASSERT_EQ(r.request_headers.size(), 2u);
    EXPECT_EQ(find_header(r.request_headers, "host"), "shop");
    EXPECT_EQ(find_header(r.response_headers, "content-type"), "application/json");
    EXPECT_EQ(r.request_payload, R"({"a":"\u00e9"})");
    EXPECT_EQ(r.response_payload, "ok");
    EXPECT_EQ(r.status, 201);
    EXPECT_EQ(r.client.host, "10.0.0.1");
    EXPECT_EQ(r.client.port, "5000");
    EXPECT_EQ(r.server.host, "2001:db8::1");
    EXPECT_EQ(r.server.port, "443");
    EXPECT_EQ(r.time_s, 1700000000);
    EXPECT_EQ(r.direction, Direction::kClient);
    EXPECT_EQ(r.latency_us, 1500u);
    EXPECT_EQ(r.operation_protocol, "graphql");
}

TEST(Decoder, takes_what_the_reference_writes) {
    Decoder decoder;
    const auto record = decoder.decode(
        R"({"path":"/a","method":"GET","requestHeaders":"{\"Content-Type\":\"text/plain\",\"host\":\"h\"}","statusCode":200,)"
        R"("time":1700000001,"direction":"","responseHeaders":"","is_pending":"false","source":"MIRRORING"})");
    ASSERT_TRUE(record) << record.error().what;
    EXPECT_EQ(find_header((*record)->request_headers, "content-type"), "text/plain");
    EXPECT_EQ((*record)->status, 200);
    EXPECT_EQ((*record)->time_s, 1700000001);
    EXPECT_EQ((*record)->direction, Direction::kServer);
    EXPECT_EQ((*record)->latency_us, std::nullopt);
    EXPECT_TRUE((*record)->response_headers.empty());
    EXPECT_TRUE((*record)->capture.empty());
}

TEST(Decoder, takes_headers_as_objects_too_and_leaves_out_values_that_are_no_text) {
    Decoder decoder;
    const auto record = decoder.decode(record_with(R"("requestHeaders":{"host":"h","n":null,"m":3},)"));
    ASSERT_TRUE(record);
    ASSERT_EQ((*record)->request_headers.size(), 1u);
    EXPECT_EQ((*record)->request_headers[0].value, "h");
}

TEST(Decoder, forgets_the_record_before) {
    Decoder decoder;
    ASSERT_TRUE(decoder.decode(record_with(R"("requestHeaders":"{\"host\":\"h\"}","tls":"x","latency_us":"5",)")));
    const auto record = decoder.decode(record_with(""));
    ASSERT_TRUE(record);
    EXPECT_TRUE((*record)->request_headers.empty());
    EXPECT_TRUE((*record)->tls.empty());
    EXPECT_EQ((*record)->latency_us, std::nullopt);
}

TEST(Decoder, tells_a_collectors_first_word_from_a_fault) {
    Decoder decoder;
    const auto record = decoder.decode(R"({"testConnectionString":"kafkaInit"})");
    ASSERT_FALSE(record);
    EXPECT_EQ(record.error().code, std::errc::operation_canceled);
}

TEST(Decoder, of_two_keys_of_one_name_the_first_counts) {
    Decoder decoder;
    const auto record =
        decoder.decode(record_with(R"("path":"/other","requestHeaders":"{\"host\":\"a\",\"host\":\"b\"}",)"
                                   R"("requestHeaders":"{\"host\":\"c\"}",)"));
    ASSERT_TRUE(record);
    EXPECT_EQ((*record)->target, "/v1/orders/7?x=1");
    EXPECT_EQ(find_header((*record)->request_headers, "host"), "a");
}

TEST(Decoder, refuses_what_is_no_record_and_says_why) {
    Decoder decoder;
    const auto why = [&decoder](const std::string& json) {
        const auto record = decoder.decode(json);
        return record ? std::string("a record") : record.error().what;
    };
    EXPECT_EQ(why(R"({"method":"GET"})"), "no path");
    EXPECT_EQ(why(R"({"path":"/"})"), "no method");
    EXPECT_EQ(why("[]"), "no object");
    EXPECT_EQ(why("\"text\""), "no object");
    EXPECT_THAT(why(record_with(R"("requestHeaders":"[1]",)")), testing::HasSubstr("requestHeaders"));
    EXPECT_THAT(why(record_with(R"("responseHeaders":"{",)")), testing::HasSubstr("responseHeaders"));
    EXPECT_NE(why(""), "a record");
    EXPECT_NE(why("{\"path\":\"/\xff\",\"method\":\"GET\"}"), "a record");
    EXPECT_NE(why(std::string(100000, '[')), "a record");
    EXPECT_NE(why(record_with("\"x\":" + std::string(40, '[') + std::string(40, ']') + ",")), "a record");
    EXPECT_NE(why(R"({"path":"/","method":"GET"} {"path":"/","method":"GET"})"), "a record");
}

TEST(Decoder, numbers_that_are_none_are_not_said) {
    Decoder decoder;
    const auto record = decoder.decode(
        R"({"path":"/","method":"GET","statusCode":"99999","time":"-5","latency_us":"1e3","direction":"x"})");
    ASSERT_TRUE(record);
    EXPECT_EQ((*record)->status, 0);
    EXPECT_EQ((*record)->time_s, 0);
    EXPECT_EQ((*record)->latency_us, std::nullopt);
    EXPECT_EQ((*record)->direction, Direction::kServer);
}

TEST(Decoder, leaves_out_headers_beyond_its_limit) {
    std::string headers = "{";
    for (std::size_t i = 0; i < kMostHeaders + 10; ++i)
        headers += (i > 0 ? ",\\\"h" : "\\\"h") + std::to_string(i) + "\\\":\\\"v\\\"";
    Decoder decoder;
    const auto record = decoder.decode(record_with("\"requestHeaders\":\"" + headers + "}\","));
    ASSERT_TRUE(record);
    EXPECT_EQ((*record)->request_headers.size(), kMostHeaders);
}

TEST(SplitAddress, takes_both_families_and_what_is_missing) {
    const auto both = [](std::string_view text) {
        const Address address = split_address(text);
        return std::string(address.host) + "|" + std::string(address.port);
    };
    EXPECT_EQ(both("10.0.0.1:80"), "10.0.0.1|80");
    EXPECT_EQ(both("10.0.0.1"), "10.0.0.1|");
    EXPECT_EQ(both("[2001:db8::1]:443"), "2001:db8::1|443");
    EXPECT_EQ(both("[2001:db8::1]"), "2001:db8::1|");
    EXPECT_EQ(both("2001:db8::1"), "2001:db8::1|");
    EXPECT_EQ(both("[oops"), "[oops|");
    EXPECT_EQ(both(""), "|");
}

}  // namespace
}  // namespace apiarist::records
