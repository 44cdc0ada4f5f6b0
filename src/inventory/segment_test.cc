// SPDX-License-Identifier: Apache-2.0
#include "inventory/segment.h"

#include <gtest/gtest.h>

#include <string>

namespace apiarist::inventory {
namespace {

std::string shape(std::string_view segment) {
    return std::string(to_string(shape_of(segment)));
}

TEST(Segment, values_are_told_by_their_shape) {
    EXPECT_EQ(shape("42"), "integer");
    EXPECT_EQ(shape("-7"), "integer");
    EXPECT_EQ(shape("3.14"), "number");
    EXPECT_EQ(shape("550e8400-e29b-41d4-a716-446655440000"), "uuid");
    EXPECT_EQ(shape("550E8400-E29B-41D4-A716-446655440000"), "uuid");
    EXPECT_EQ(shape("507f1f77bcf86cd799439011"), "object_id");
    EXPECT_EQ(shape("d41d8cd98f00b204e9800998ecf8427e"), "hash");
    EXPECT_EQ(shape("3f9a2bc"), "hash");
    EXPECT_EQ(shape("2026-11-29"), "date");
    EXPECT_EQ(shape("20261129"), "date");
    EXPECT_EQ(shape("2026-11"), "date");
    EXPECT_EQ(shape("2026-11-29T10:00:00Z"), "date");
    EXPECT_EQ(shape("jane%40example.org"), "email");
    EXPECT_EQ(shape("jane@example.org"), "email");
    EXPECT_EQ(shape("en-US"), "locale");
    EXPECT_EQ(shape("pt_BR"), "locale");
    EXPECT_EQ(shape("10.1.2.3"), "address");
    EXPECT_EQ(shape("01ARZ3NDEKTSV4RRFFQ69G5FAV"), "token");
    EXPECT_EQ(shape("cus_NffrFeUfNV2Hib"), "token");
    EXPECT_EQ(shape("ord_8fj3kd92"), "token");
    EXPECT_EQ(shape("user-1234"), "token");
    EXPECT_EQ(shape("V1StGXR8_Z5jdHi6B-myT"), "token");
    EXPECT_EQ(shape("Jane%20Doe"), "text");
    EXPECT_EQ(shape("1,2,3"), "text");
    EXPECT_EQ(shape("%E4%BD%A0%E5%A5%BD"), "text");
    EXPECT_EQ(shape(std::string(100, 'a')), "text");
}

TEST(Segment, words_of_an_api_are_no_values) {
    for (const char* word : {"",
                             "users",
                             "v1",
                             "v2.1",
                             "v1beta1",
                             "oauth2",
                             "oauth2callback",
                             "s3",
                             "sha256",
                             "base64",
                             "utf8",
                             "ec2",
                             "i18n",
                             "2fa",
                             "mp3",
                             "web3",
                             "http2",
                             "p2p",
                             "feature-flags",
                             "getUserById",
                             "work_pools",
                             "well-known",
                             ".well-known",
                             "facade",
                             "decade",
                             "page-2",
                             "index.html",
                             "openapi.json",
                             "me",
                             "id",
                             "search",
                             "default",
                             "batchGet",
                             "internationalization",
                             "concurrency_limits",
                             "v2alpha1",
                             "x509",
                             "ipv4",
                             "addresses"})
        EXPECT_EQ(shape(word), "word") << word;
}

TEST(Segment, dates_that_do_not_exist_are_numbers_or_words) {
    EXPECT_EQ(shape("20261329"), "integer");
    EXPECT_EQ(shape("99991231"), "integer");
    EXPECT_NE(shape("2026-13"), "date");
    EXPECT_NE(shape("2026-11-29x"), "date");
}

std::string pattern(std::string_view segment) {
    return pattern_of(segment).text;
}

TEST(Pattern, keeps_extensions_and_verbs) {
    EXPECT_EQ(pattern("42"), "{}");
    EXPECT_EQ(pattern("42.json"), "{}.json");
    EXPECT_EQ(pattern("42:cancel"), "{}:cancel");
    EXPECT_EQ(pattern("2026-11-29.csv"), "{}.csv");
    EXPECT_EQ(pattern("jane@example.org"), "{}");
    EXPECT_EQ(pattern("10.1.2.3"), "{}");
    EXPECT_EQ(pattern("users.json"), "users.json");
    EXPECT_EQ(pattern("users:batchGet"), "users:batchGet");
    EXPECT_EQ(pattern("2026-11-29T10:00:00Z"), "{}");
    EXPECT_EQ(pattern_of("42.json").value, "42");
}

TEST(Pattern, a_literal_never_looks_like_a_template) {
    EXPECT_EQ(pattern("{}"), "%7B%7D");
    EXPECT_EQ(pattern("{id}"), "%7Bid%7D");
}

TEST(PercentDecoded, leaves_what_is_no_escape) {
    EXPECT_EQ(percent_decoded("a%20b%"), "a b%");
    EXPECT_EQ(percent_decoded("%zz%4"), "%zz%4");
    EXPECT_EQ(percent_decoded("%00"), std::string(1, '\0'));
    EXPECT_EQ(percent_decoded("%4a%4A"), "JJ");
}

}  // namespace
}  // namespace apiarist::inventory
