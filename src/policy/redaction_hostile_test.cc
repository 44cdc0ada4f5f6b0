// SPDX-License-Identifier: Apache-2.0
// Bodies of 1 MiB that are made to cost much: what is not linear in them takes minutes. No time is asserted.
#include <gtest/gtest.h>

#include <string>

#include "policy/redaction_body.h"
#include "policy/redaction_testing.h"

namespace apiarist::policy {
namespace {

constexpr std::size_t kSize = 1U << 20;

std::string repeated(std::string_view piece) {
    std::string out;
    while (out.size() + piece.size() <= kSize)
        out += piece;
    return out;
}

class HostileBody : public ::testing::TestWithParam<const char*> {};

TEST_P(HostileBody, is_redacted_in_one_go) {
    const std::string body = repeated(GetParam()) + " alice@example.com";
    ValueRedactor values(testing::kKey);
    const std::string out = redact_body(values, {"text/plain", body, false}, {});
    const std::string json = redact_body(values, {"application/json", "{\"a\":\"" + body + "\"}", false}, {});
    EXPECT_EQ(out.find("alice"), std::string::npos);
    EXPECT_EQ(json, "{\"a\":\"" + out + "\"}");
}

// Each ends a match while something that began before it goes on: an address, a JWT without its dot, a scheme without
// its "://", a key without its second half.
INSTANTIATE_TEST_SUITE_P(
    Shapes, HostileBody,
    ::testing::Values("ghp_aaaaaaaaaaaaaaaa.", "AKIAAAAAAAAAAAAAAAAA.", "eyJaaaaaaaaaaaaaaaa-ghp_aaaaaaaaaaaaaaaa-",
                      "eyJeyJeyJeyJeyJeyJ-ghp_aaaaaaaaaaaaaaaa-", "SG.aaaaaaaaaaaaaaaa-ghp_aaaaaaaaaaaaaaaa-",
                      "a.redacted-secret-0123456789ab.", "redacted-secret-0123456789ab", "a@b.cc@", "a@b.c@d.ee.",
                      "a://-----BEGIN PRIVATE KEY-----", "a://x,pin=1 ", "sk-aaaaaaaaaaaaaaaa.-", "pin=,a@b.cc,"));

class HostileJson : public ::testing::TestWithParam<const char*> {};

TEST_P(HostileJson, is_redacted_in_one_go) {
    const std::string body = "[{\"password\":\"hunter2\"}," + repeated(GetParam());
    ValueRedactor values(testing::kKey);
    EXPECT_EQ(redact_body(values, {"application/json", body, false}, {}).find("hunter2"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Shapes, HostileJson,
                         ::testing::Values("/**/", "a/*", "a /**/\n", "\"a\" /* b", "//\n", "{/*",
                                           "[{\"value\":", "{\"name\":\"pin\",\"value\":1},"));

TEST(HostileMultipart, a_delimiter_that_almost_stands_everywhere) {
    const std::string dashes(kSize / 2, '-');
    const std::string body = dashes + "x\r\n\r\nalice@example.com\r\n" + dashes + dashes;
    ValueRedactor values(testing::kKey);
    EXPECT_EQ(redact_body(values, {"multipart/mixed", body, false}, {}).find("alice"), std::string::npos);
}

}  // namespace
}  // namespace apiarist::policy
