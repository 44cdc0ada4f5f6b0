// SPDX-License-Identifier: Apache-2.0
#include "sensitive/field_names.h"

#include <gtest/gtest.h>

#include <string>

namespace apiarist::sensitive {
namespace {

TEST(FieldNames, are_one_however_they_are_written) {
    for (const char* name : {"phone", "phoneNumber", "phone_number", "Phone Number", "customer.phone", "PHONE",
                             "phones", "mobilePhone2", "user[phone]", "phonenumber", "contact-phone-no", "homePhone"})
        EXPECT_TRUE(clues_of(name).has(Clue::kPhone)) << name;
    for (const char* name :
         {"phone_id", "phoneType", "headphone_brand", "telemetry", "hotel", "phone   x", "", "_", "microphone"})
        EXPECT_FALSE(clues_of(name).has(Clue::kPhone)) << name;
}

TEST(FieldNames, tokens_of_pages_are_no_secrets) {
    EXPECT_TRUE(clues_of("deviceToken").has(Clue::kToken));
    EXPECT_FALSE(clues_of("nextPageToken").has(Clue::kToken));
    EXPECT_FALSE(clues_of("csrf_token").has(Clue::kToken));
    EXPECT_FALSE(clues_of("publicApiKey").has(Clue::kSecret));
}

TEST(FieldNames, too_long_or_odd_ones_say_nothing) {
    EXPECT_TRUE(clues_of(std::string(kLongestName - 9, 'a') + "_password").has(Clue::kPassword));
    EXPECT_FALSE(clues_of(std::string(kLongestName, 'a') + "_password").has(Clue::kPassword));
    EXPECT_FALSE(clues_of("a=b_password").has(Clue::kPassword));
    EXPECT_FALSE(clues_of("a\"password").has(Clue::kPassword));
}

TEST(FieldNames, hints_against_what_values_look_like) {
    EXPECT_TRUE(clues_of("client_ip").has(Clue::kAddress));
    EXPECT_TRUE(clues_of("appVersion").has(Clue::kVersion));
    EXPECT_TRUE(clues_of("orderId").has(Clue::kOtherNumber));
    EXPECT_TRUE(clues_of("card_id").has(Clue::kCard));
    EXPECT_FALSE(clues_of("recipient").has(Clue::kAddress));
}

bool part_in(std::string_view text, std::string_view words, std::string_view word) {
    const auto at = text.find(word);
    return at != std::string_view::npos && name_part_around(text, at + word.size(), words, word) != 0;
}

TEST(FieldNames, parts_in_payloads) {
    EXPECT_TRUE(part_in(R"("api_key":1)", "api_key", "api"));
    EXPECT_TRUE(part_in(R"("apikey":1)", "api_key", "api"));
    EXPECT_TRUE(part_in(R"("api - key":1)", "api_key", "key") == false);
    EXPECT_TRUE(part_in(R"("phones":1)", "phone", "phone"));
    EXPECT_TRUE(part_in(R"("phonenumber":1)", "phone", "phone"));
    EXPECT_FALSE(part_in(R"("headphone":1)", "phone", "phone"));
    EXPECT_FALSE(part_in(R"("phoned":1)", "phone", "phone"));
    EXPECT_FALSE(part_in(R"("rapi_key":1)", "api_key", "api"));
}

TEST(FieldNames, with_a_value) {
    const auto names = [](std::string_view text) {
        return may_name_a_value(text, text.find("password") + 8, Clue::kPassword, true);
    };
    EXPECT_TRUE(names(R"({"password":"x"})"));
    EXPECT_TRUE(names(R"({"password" : 1234})"));
    EXPECT_TRUE(names(R"({"password":["x"]})"));
    EXPECT_TRUE(names(R"({"password\\n":"x"})"));
    EXPECT_TRUE(names("a=1&password=x"));
    EXPECT_TRUE(names("name=\"password\"\r\n\r\nx"));
    EXPECT_TRUE(names("<password>x</password>"));
    for (const char* text : {R"({"password":null})", R"({"password":""})", R"({"password":true})",
                             R"({"password":false})", R"({"password":{"min":8}})", R"({"a":"password"})",
                             R"(["password", 1])", "the password is", "a=password&b=1", R"({"password_hint":"x"})"})
        EXPECT_FALSE(names(text)) << text;
}

}  // namespace
}  // namespace apiarist::sensitive
