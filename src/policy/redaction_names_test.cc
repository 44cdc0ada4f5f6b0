// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_names.h"

#include <gtest/gtest.h>

namespace apiarist::policy {
namespace {

TEST(SensitiveNames, are_compared_without_case_and_separators) {
    const SensitiveNames names;
    for (const char* name : {"password",
                             "PASSWORD",
                             "pass-word",
                             "Pass_Word",
                             "userPassword",
                             "new_password_2",
                             "passwd",
                             "pwd",
                             "secret",
                             "client_secret",
                             "clientSecret",
                             "token",
                             "access_token",
                             "refresh-token",
                             "X-CSRF-Token",
                             "idToken",
                             "api_key",
                             "apiKey",
                             "APIKey",
                             "X-Api-Key",
                             "x-auth-token",
                             "ssn",
                             "SSN",
                             "user.ssn",
                             "card_number",
                             "cardNumber",
                             "creditCardNo",
                             "cvv",
                             "CVC",
                             "cvv2",
                             "pin",
                             "PIN",
                             "userPin",
                             "userPIN",
                             "user[pin]",
                             "user[pin][]",
                             "pin[2]",
                             "iban",
                             "session",
                             "sessionId",
                             "JSESSIONID",
                             "PHPSESSID",
                             "connect.sid",
                             "Authorization",
                             "Proxy-Authorization",
                             "x-amz-security-token",
                             "X-Amz-Signature",
                             "wsse:Password",
                             "DB_PASSWORD",
                             "otp",
                             "private_key",
                             "aws_secret_access_key",
                             "pass",
                             "SAMLResponse",
                             "userpass",
                             "dbpass",
                             "DB_PASS",
                             "pw",
                             "user_pw",
                             "passwort",
                             "neuesPasswort",
                             "authentication",
                             "X-Authentication"})
        EXPECT_TRUE(names.contains(name)) << name;
    for (const char* name : {"",
                             "a",
                             "id",
                             "name",
                             "shipping",
                             "pinboard",
                             "pin_board",
                             "spinner",
                             "sessions_count",
                             "author",
                             "authenticate",
                             "WWW-Authenticate",
                             "companion",
                             "panel",
                             "passenger",
                             "passive",
                             "token_type",
                             "token_endpoint",
                             "Access-Control-Allow-Credentials",
                             "max_tokens",
                             "prompt_tokens",
                             "total_tokens",
                             "key",
                             "residence",
                             "sidebar",
                             "signal",
                             "design",
                             "classify",
                             "mission",
                             "topic",
                             "compass",
                             "bypass",
                             "pwa",
                             "authenticationMethod"})
        EXPECT_FALSE(names.contains(name)) << name;
}

TEST(Words, of_names) {
    EXPECT_EQ(words_of("userPIN"), "user_pin");
    EXPECT_EQ(words_of("APIKey"), "api_key");
    EXPECT_EQ(words_of("X-Api-Key"), "x_api_key");
    EXPECT_EQ(words_of("user[pin][]"), "user_pin_");
    EXPECT_EQ(words_of("__a--b"), "a_b");
    EXPECT_EQ(words_of(""), "");
}

TEST(Schemes, are_kept_when_they_are_known) {
    EXPECT_EQ(scheme_length("Bearer abc"), 7U);
    EXPECT_EQ(scheme_length("bearer  abc"), 8U);
    EXPECT_EQ(scheme_length("AWS4-HMAC-SHA256 Credential=x"), 17U);
    EXPECT_EQ(scheme_length("Bearer "), 7U);
    for (const char* text : {"", "Bearer", "Bearerabc", "horse battery", " Bearer abc"})
        EXPECT_EQ(scheme_length(text), 0U) << text;
}

}  // namespace
}  // namespace apiarist::policy
