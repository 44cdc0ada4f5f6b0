// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_headers.h"

#include <gtest/gtest.h>

#include <string>

#include "policy/redaction_testing.h"

namespace apiarist::policy {
namespace {

using testing::with_marks;

std::string redacted(std::string name, std::string value) {
    ValueRedactor values(testing::kKey);
    std::vector<protocols::Header> headers{{name, std::move(value)}};
    redact_headers(values, headers);
    EXPECT_EQ(headers[0].name, name);
    return headers[0].value;
}

TEST(RedactHeaders, credentials_keep_their_scheme) {
    EXPECT_EQ(redacted("Authorization", "Bearer " + std::string(testing::kJwt)),
              "Bearer " + testing::mark("jwt", testing::kJwt));
    EXPECT_EQ(redacted("authorization", "Basic Ym9iOmh1bnRlcjI="), with_marks("Basic ⟦secret:Ym9iOmh1bnRlcjI=⟧"));
    EXPECT_EQ(redacted("Proxy-Authorization", "hunter2"), with_marks("⟦secret:hunter2⟧"));
    EXPECT_EQ(redacted("Authorization", "odd secret"), with_marks("⟦secret:odd secret⟧"));
    EXPECT_EQ(redacted("Authorization", "Bearer"), with_marks("⟦secret:Bearer⟧"));
    EXPECT_EQ(redacted("Authorization", ""), "");
    EXPECT_EQ(redacted("Authentication", "Bearer abc"), with_marks("Bearer ⟦secret:abc⟧"));
}

TEST(RedactHeaders, secret_ones_by_name) {
    for (const char* name : {"X-Api-Key", "x-auth-token", "X-CSRF-Token", "api_key", "X-Amz-Security-Token"})
        EXPECT_EQ(redacted(name, "abc"), with_marks("⟦secret:abc⟧")) << name;
}

TEST(RedactHeaders, cookies_keep_names_and_attributes) {
    EXPECT_EQ(redacted("Cookie", "sid=abc; theme=\"dark\";a=; flag"),
              with_marks("sid=⟦secret:abc⟧; theme=\"⟦secret:dark⟧\";a=; ⟦secret:flag⟧"));
    EXPECT_EQ(redacted("Cookie", "a=b=c;"), with_marks("a=⟦secret:b=c⟧;"));
    EXPECT_EQ(redacted("Cookie", "mail=alice%40example.com"), with_marks("mail=⟦email:alice@example.com⟧"));
    EXPECT_EQ(redacted("Set-Cookie", "sid=abc; Path=/; Expires=Wed, 21 Oct 2015 07:28:00 GMT; HttpOnly"),
              with_marks("sid=⟦secret:abc⟧; Path=/; Expires=Wed, 21 Oct 2015 07:28:00 GMT; HttpOnly"));
}

TEST(RedactHeaders, urls) {
    EXPECT_EQ(redacted("Referer", "https://x/a?token=abc&b=c"), with_marks("https://x/a?token=⟦secret:abc⟧&b=c"));
    EXPECT_EQ(redacted("Location", "/cb?session=abc"), with_marks("/cb?session=⟦secret:abc⟧"));
    EXPECT_EQ(redacted("X-Original-URL", "/u/alice%40example.com"), with_marks("/u/⟦email:alice@example.com⟧"));
    EXPECT_EQ(redacted("Link", "<https://x/?token=abc>; rel=next"),
              with_marks("<https://x/?token=⟦secret:abc⟧>; rel=next"));
}

TEST(RedactHeaders, any_by_what_is_found_in_them) {
    EXPECT_EQ(redacted("X-User", "alice@example.com"), with_marks("⟦email:alice@example.com⟧"));
    EXPECT_EQ(redacted("From", "Alice <alice@example.com>"), with_marks("Alice <⟦email:alice@example.com⟧>"));
    EXPECT_EQ(redacted("X-Context", "{\"pin\":1}"), with_marks("{\"pin\":\"⟦number:1⟧\"}"));
    EXPECT_EQ(redacted("Forwarded", "for=10.0.0.1; secret=abc"), with_marks("for=10.0.0.1; secret=⟦secret:abc⟧"));
}

TEST(RedactHeaders, what_is_no_secret_stays) {
    const std::pair<const char*, const char*> headers[] = {
        {"Host", "a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6.elb.example:443"},
        {"Content-Type", "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW1x2y3z4"},
        {"Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"},
        {"WWW-Authenticate", "Bearer realm=\"shop\""},
        {"Date", "Wed, 21 Oct 2015 07:28:00 GMT"},
        {"Cache-Control", "max-age=3600"},
        {"Content-Length", "1234567890"},
        {"X-Request-Id", "550e8400-e29b-41d4-a716-446655440000"},
        {"Access-Control-Allow-Credentials", "true"},
        {"If-None-Match", "W/\"0815\""}};
    for (const auto& [name, value] : headers)
        EXPECT_EQ(redacted(name, value), value) << name;
    EXPECT_EQ(redacted("Host", "alice@example.com"), with_marks("⟦email:alice@example.com⟧"));
}

}  // namespace
}  // namespace apiarist::policy
