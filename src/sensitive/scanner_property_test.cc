// SPDX-License-Identifier: Apache-2.0
// What must hold of any value: found alone, it is found inside a text, at its place; and no payload that carries it is
// passed over by the quick look. Random, with a seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "sensitive/scanner_testing.h"

namespace apiarist::sensitive {
namespace {

using testing::tool;

struct Known {
    std::string name;
    std::string value;
    Type type;
};

const std::vector<Known>& known() {
    static const std::string jwt = std::string("eyJhbGciOiJIUzI1NiJ9.") + "eyJzdWIiOiI0MiJ9.c2lnbmF0dXJlLW9mLW5vYm9keQ";
    static const std::vector<Known> all = {
        {"", "jane.doe@shop.example", Type::kEmail},
        {"", "4111 1111 1111 1111", Type::kPaymentCard},
        {"", "5555555555554444", Type::kPaymentCard},
        {"", "536-90-4399", Type::kUsSsn},
        {"", "+49 30 901820", Type::kPhoneNumber},
        {"", "(415) 555-2671", Type::kPhoneNumber},
        {"", "DE89370400440532013000", Type::kIban},
        {"", "GB29 NWBK 6016 1331 9268 19", Type::kIban},
        {"", "81.2.69.142", Type::kIpAddress},
        {"", "2a02:810b:4c0:1d2:8a2e:370:7334:1", Type::kIpAddress},
        {"", "fe80::1d2:7", Type::kIpAddress},
        {"", "1HGCM82633A004352", Type::kVin},
        {"", jwt, Type::kJwt},
        {"", std::string("ghp_") + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8", Type::kGithubToken},
        {"", std::string("AKIA") + "Q3EGR7PLMN2XWZ5T", Type::kAwsAccessKeyId},
    };
    return all;
}

const std::vector<Known>& by_name() {
    static const std::vector<Known> all = {
        {"user[password]", "hunter/2", Type::kPassword},
        {"X-Api-Key", "Zm9vYmFyYmF6cXV4", Type::kSecret},
        {"dateOfBirth", "13/07/1985", Type::kDateOfBirth},
        {"ssn", "536904399", Type::kUsSsn},
        {"Mobile Phone", "4155552671", Type::kPhoneNumber},
        {"cvv", "123", Type::kCardSecurityCode},
        {"p\u00e4ssport_iban", "de89 3704 0044 0532 0130 00", Type::kIban},
    };
    return all;
}

std::string filler(std::mt19937& random) {
    static const std::vector<std::string> words = {"see",          "gr\u00fc\u00dfe", "12", "v1.2", "\"x\"", "[a]",
                                                   "\u65e5\u672c", "order",           "--", "\n",   "a/b",   "\t"};
    std::string out;
    for (auto n = random() % 30; n > 0; --n)
        out += words[random() % words.size()] + " ";
    return out;
}

bool holds(const std::vector<Finding>& findings, Type type, std::size_t offset, std::size_t length) {
    return std::find(findings.begin(), findings.end(), Finding{static_cast<std::size_t>(type), offset, length}) !=
           findings.end();
}

TEST(Property, found_inside_texts_at_its_place) {
    std::mt19937 random(1);
    for (int round = 0; round < 400; ++round) {
        for (const Known& one : known()) {
            const std::string before = filler(random) + "is: ";
            const std::string text = before + one.value + ", " + filler(random);
            ASSERT_TRUE(holds(tool().find("", text), one.type, before.size(), one.value.size())) << text;
        }
    }
}

TEST(Property, found_percent_encoded_at_its_place) {
    std::mt19937 random(2);
    for (int round = 0; round < 100; ++round) {
        for (const Known& one : known()) {
            const std::string before = "https://host.example/" + testing::form_encoded(filler(random), true) + "?q=";
            const std::string encoded = testing::form_encoded(one.value, true);
            ASSERT_TRUE(holds(tool().find("", before + encoded + "&z=1"), one.type, before.size(), encoded.size()))
                << one.value;
        }
    }
}

TEST(Property, quick_look_says_yes_to_every_payload_with_it) {
    std::mt19937 random(3);
    std::vector<Known> all = known();
    all.insert(all.end(), by_name().begin(), by_name().end());
    for (const Known& one : all) {
        ASSERT_TRUE(holds(tool().find(one.name, one.value), one.type, 0, one.value.size())) << one.value;
        for (int round = 0; round < 40; ++round) {
            const bool alone = !one.name.empty() || round == 0;
            // The letter of an escape stands right before it.
            const std::string before = filler(random) + (round % 2 == 0 ? "\n" : "");
            const std::string value = alone ? one.value : before + one.value + " " + filler(random);
            if (tool().find(one.name, value).empty()) continue;
            for (const std::string& payload : testing::payloads_of(one.name, value))
                ASSERT_TRUE(tool().may_hold(payload)) << payload;
        }
    }
}

TEST(Property, quick_look_passes_over_ordinary_payloads) {
    for (
        const char* payload :
        {R"({"id":48151623,"price":129.95,"created":"2024-03-07T12:34:56.789Z","ms":1709815696789,"ok":true})",
         R"({"sha":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","u":"550e8400-e29b-41d4-a716-446655440000"})",
         R"({"order":"4111111111111112","v":"1.2.3","title":"Reset your password soon","password":null,"token_type":"x"})",
         "q=basket+willow&page=3&ts=1663637878095", "plain text, 10 % off", "", R"({"t":"a\nb\"c"})",
         R"([{"image":"https://cdn.example/a_large.png?w=640&h=480"},{"pos":[52.520008,13.404954]}])"})
        EXPECT_FALSE(tool().may_hold(payload)) << payload;
}

TEST(Property, hostile_values_take_linear_time) {
    // Each would take minutes if a candidate's check looked at all that follows.
    for (const char* unit : {"eyJ.",
                             "eyJ",
                             "@a",
                             "a@",
                             "a@a.a",
                             "1.1.1.",
                             "::1",
                             "+1 ",
                             "1 ",
                             "DE89",
                             "-----BEGIN",
                             "://a:",
                             "sk-",
                             "AKIA",
                             "1-1-",
                             "password",
                             "%41",
                             "\\u",
                             "A1",
                             "0:",
                             "0x",
                             "\xff",
                             "(415) 555-2671",
                             "SG.a.",
                             "hooks.slack.com/services/T/"}) {
        std::string text;
        while (text.size() < 300000)
            text += unit;
        EXPECT_LE(tool().find("password", text).size(), kMostFindings);
        static_cast<void>(tool().may_hold(text));
    }
}

}  // namespace
}  // namespace apiarist::sensitive
