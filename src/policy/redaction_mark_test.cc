// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_mark.h"

#include <gtest/gtest.h>

namespace apiarist::policy {
namespace {

// RFC 4231, test case 2.
TEST(Marker, is_the_beginning_of_hmac_sha256) {
    EXPECT_EQ(Marker("Jefe").mark("secret", "what do ya want for nothing?"), "redacted-secret-5bdcc146bf60");
}

TEST(Marker, equal_values_have_equal_marks_and_keys_change_them) {
    Marker one("one");
    const std::string first = one.mark("email", "alice@example.com");
    EXPECT_NE(one.mark("email", "bob@example.com"), first);
    EXPECT_EQ(one.mark("email", "alice@example.com"), first);
    EXPECT_EQ(Marker("one").mark("email", "alice@example.com"), first);
    EXPECT_NE(Marker("two").mark("email", "alice@example.com"), first);
}

TEST(Marker, a_mark_is_known_again) {
    EXPECT_TRUE(is_mark(Marker("k").mark("secret", "x")));
    for (const char* text : {"", "redacted-", "redacted-email-", "redacted--0123456789ab", "redacted-email-0123456789a",
                             "redacted-email-0123456789abc", "redacted-email-0123456789aG",
                             "redacted-Email-0123456789ab", "redacted-0123456789ab", " redacted-email-0123456789ab"})
        EXPECT_FALSE(is_mark(text)) << text;
}

TEST(RandomKey, is_another_each_time) {
    EXPECT_EQ(random_key().size(), 32U);
    EXPECT_NE(random_key(), random_key());
}

}  // namespace
}  // namespace apiarist::policy
