// SPDX-License-Identifier: Apache-2.0
// The types by literals: what is found, and what only looks like it.
#include "sensitive/scanner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "sensitive/scanner_testing.h"

namespace apiarist::sensitive {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> in(std::string_view value, std::string_view name = "") {
    return testing::tool().shown(name, value);
}

// Put together here, so that the sources do not look like a leak.
std::string token(std::string_view prefix, std::string_view rest) {
    return std::string(prefix) + std::string(rest);
}

constexpr std::string_view kAlnum64 = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6a7B8c9D0e1F2";
constexpr std::string_view kHex64 = "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9";

TEST(Email, alone_and_in_text) {
    EXPECT_THAT(in("jane.doe+news@mail.shop.example"), ElementsAre("email:jane.doe+news@mail.shop.example"));
    EXPECT_THAT(in("write to <Jane@Shop.Example>."), ElementsAre("email:Jane@Shop.Example"));
    EXPECT_THAT(in("mailto:o'neil@shop.example?subject=hi"), ElementsAre("email:o'neil@shop.example"));
    EXPECT_THAT(in("jörg@müller.example, x@y.io"), ElementsAre("email:jörg@müller.example", "email:x@y.io"));
}

TEST(Email, percent_encoded_in_a_url) {
    EXPECT_THAT(in("https://shop.example/u?mail=jane%40shop.example&x=1"), ElementsAre("email:jane%40shop.example"));
}

TEST(Email, look_alikes) {
    for (const char* text :
         {"user@localhost", "@media (min-width: 3px)", "@babel/core@7.1.2", "lodash@4.17.21", "logo@2x.png",
          "icon@3x.webp", "git@github.com:org/repo.git", "ssh://git@host.example/x", "a@b", "@jane", "jane@",
          "x@y..example", "root@web-1.local", "img@sha256:abcd", "jane@-.example", "12@12.12"})
        EXPECT_THAT(in(text), IsEmpty()) << text;
}

TEST(PaymentCard, issuers_and_forms) {
    for (const char* text : {"4111111111111111", "5555555555554444", "2223003122003222", "378282246310005",
                             "30569309025904", "6011111111111117", "3530111333300000", "6212341111111111116",
                             "4111 1111 1111 1111", "4111-1111-1111-1111", "3782 822463 10005", "3056 930902 5904"})
        EXPECT_THAT(in(text), ElementsAre("payment_card:" + std::string(text)));
    EXPECT_THAT(in("paid with 4111 1111 1111 1111 (exp 12/27)"), ElementsAre("payment_card:4111 1111 1111 1111"));
}

TEST(PaymentCard, look_alikes) {
    for (const char* text :
         {"4111111111111112", "1709815696789", "1111111111111117", "353011133330000", "490154203237518",
          "4111.1111.1111.1111", "0.4111111111111111", "41111111111111110000000", "a4111111111111111",
          "4111111111111111b", "9780306406157", "4111 111111111111", "4111  1111  1111  1111", "4000000000000000",
          "8-4111-1111-1111-1111", "4111-1111-1111-1111-2"})
        EXPECT_THAT(in(text), IsEmpty()) << text;
    EXPECT_THAT(in("4111111111111111", "orderId"), IsEmpty());
    EXPECT_THAT(in("4111111111111111", "card_id"), ElementsAre("payment_card:4111111111111111"));
}

TEST(UsSsn, dashes_or_a_name) {
    EXPECT_THAT(in("SSN 536-90-4399."), ElementsAre("us_ssn:536-90-4399"));
    EXPECT_THAT(in("536904399", "ssn"), ElementsAre("us_ssn:536904399"));
    EXPECT_THAT(in("536 90 4399", "socialSecurityNumber"), ElementsAre("us_ssn:536 90 4399"));
    for (const char* text :
         {"536904399", "536 90 4399", "000-12-3456", "666-12-3456", "912-12-3456", "536-00-4399", "536-90-0000",
          "1536-90-4399", "536-90-43991", "078-05-1120", "x536-90-4399", "536-90-4399-1"})
        EXPECT_THAT(in(text), IsEmpty()) << text;
    EXPECT_THAT(in("000123456", "ssn"), IsEmpty());
}

TEST(PhoneNumber, international) {
    for (const char* text :
         {"+4930901820", "+49 30 901820", "+1 (415) 555-2671", "+44 20 7946 0958", "+33 1 23 45 67 89"})
        EXPECT_THAT(in("call " + std::string(text) + " now"), ElementsAre("phone_number:" + std::string(text)));
    for (const char* text :
         {"+1234567", "+0100", "2024-03-07T12:00:00+0100", "C+4930901820", "+99999999999999", "+123"})
        EXPECT_THAT(in(text), IsEmpty()) << text;
}

TEST(PhoneNumber, national_forms_and_names) {
    for (const char* text : {"(415) 555-2671", "415-555-2671", "415.555.2671", "01 23 45 67 89", "020 7946 0958"})
        EXPECT_THAT(in("tel " + std::string(text) + "."), ElementsAre("phone_number:" + std::string(text)));
    EXPECT_THAT(in("4155552671", "phoneNumber"), ElementsAre("phone_number:4155552671"));
    EXPECT_THAT(in("030 901820", "tel"), ElementsAre("phone_number:030 901820"));
    EXPECT_THAT(in("09876543210", "mobile"), ElementsAre("phone_number:09876543210"));
    for (const char* text :
         {"4155552671", "555-2671", "123-456-7890", "12-415-555-2671", "415-555-26711", "2024-03-07 12:00"})
        EXPECT_THAT(in(text), IsEmpty()) << text;
    EXPECT_THAT(in("4155552671", "phone_id"), IsEmpty());
    EXPECT_THAT(in("true", "phone"), IsEmpty());
}

TEST(Iban, together_and_in_groups) {
    EXPECT_THAT(in("DE89370400440532013000"), ElementsAre("iban:DE89370400440532013000"));
    EXPECT_THAT(in("IBAN: GB29 NWBK 6016 1331 9268 19, thanks"), ElementsAre("iban:GB29 NWBK 6016 1331 9268 19"));
    EXPECT_THAT(in("no9386011117947", "iban"), ElementsAre("iban:no9386011117947"));
    for (const char* text : {"DE89370400440532013001", "DE8937040044053201300", "XX89370400440532013000",
                             "DE893704004405320130001", "aDE89370400440532013000", "de89370400440532013000"})
        EXPECT_THAT(in(text), IsEmpty()) << text;
}

TEST(IpAddress, both_versions) {
    EXPECT_THAT(in("10.20.30.40"), ElementsAre("ip_address:10.20.30.40"));
    EXPECT_THAT(in("from 81.2.69.142:4711, again"), ElementsAre("ip_address:81.2.69.142"));
    EXPECT_THAT(in("http://10.0.0.5/x"), ElementsAre("ip_address:10.0.0.5"));
    EXPECT_THAT(in("2a02:810b:4c0:1d2::7"), ElementsAre("ip_address:2a02:810b:4c0:1d2::7"));
    EXPECT_THAT(in("[2a02:810b:4c0:1d2:8a2e:370:7334:1]"), ElementsAre("ip_address:2a02:810b:4c0:1d2:8a2e:370:7334:1"));
    EXPECT_THAT(in("1.2.3.4", "client_ip"), ElementsAre("ip_address:1.2.3.4"));
}

TEST(IpAddress, versions_and_nobodys_addresses) {
    for (const char* text : {"v81.2.69.142",
                             "Chrome/120.0.0.0 Safari",
                             "version 81.2.69.142",
                             "81.2.69.142.7",
                             "1.3.6.1.4.1.311",
                             "256.1.1.1",
                             "01.2.3.4",
                             "127.0.0.1",
                             "0.0.0.0",
                             "255.255.255.0",
                             "192.0.2.7",
                             "198.51.100.1",
                             "203.0.113.9",
                             "1.2.3.4",
                             "::1",
                             "std::vector",
                             "a::b",
                             "12:34:56",
                             "aa:bb:cc:dd:ee:ff",
                             "2001:db8::1",
                             "::",
                             "81.2.69.142-rc1",
                             "dead::beef::1"})
        EXPECT_THAT(in(text), IsEmpty()) << text;
    EXPECT_THAT(in("81.2.69.142", "app_version"), IsEmpty());
}

TEST(Vin, check_digit) {
    EXPECT_THAT(in("1HGCM82633A004352"), ElementsAre("vin:1HGCM82633A004352"));
    EXPECT_THAT(in("1hgcm82633a004352", "vin"), ElementsAre("vin:1hgcm82633a004352"));
    for (const char* text : {"1HGCM82643A004352", "1HGCM82633A0O4352", "11111111111111111", "1HGCM82633A0043521",
                             "1hgcm82633a004352", "X-1HGCM82633A004352"})
        EXPECT_THAT(in(text), IsEmpty()) << text;
}

TEST(Jwt, whole_ones) {
    const std::string jwt = token("eyJhbGciOiJIUzI1NiJ9.", "eyJzdWIiOiI0MiJ9.c2lnbmF0dXJlLW9mLW5vYm9keQ");
    EXPECT_THAT(in(jwt), ElementsAre("jwt:" + jwt));
    EXPECT_THAT(in("Bearer " + jwt, "Authorization"), ElementsAre("jwt:" + jwt));
    EXPECT_THAT(in("a=1; session=" + jwt + "; b=2"), ElementsAre("jwt:" + jwt));
    for (const char* text : {"eyJhbGciOiJIUzI1NiJ9", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9", "eyJhbGciOiJIUzI1NiJ9..",
                             "eyJ0eXAiOiJKV1QifQ.eyJzdWIiOiI0MiJ9.c2ln", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9."})
        EXPECT_THAT(in(text), IsEmpty()) << text;
}

TEST(Tokens, by_their_issuers_prefix) {
    const std::string alnum(kAlnum64);
    const std::string hex(kHex64);
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"aws_access_key_id", token("AKIA", "Q3EGR7PLMN2XWZ5T")},
        {"github_token", token("ghp_", alnum.substr(0, 36))},
        {"github_token", token("github_pat_", alnum.substr(0, 22) + "_" + alnum.substr(0, 59))},
        {"gitlab_token", token("glpat-", alnum.substr(0, 20))},
        {"slack_token", token("xoxb-", "1234567890-" + alnum.substr(0, 24))},
        {"stripe_key", token("sk_live_", alnum.substr(0, 24))},
        {"google_api_key", token("AIza", alnum.substr(0, 35))},
        {"google_oauth_token", token("ya29.", alnum)},
        {"openai_key", token("sk-", alnum.substr(0, 48))},
        {"openai_key", token("sk-proj-", alnum)},
        {"anthropic_key", token("sk-ant-", "api03-" + alnum)},
        {"sendgrid_key", token("SG.", alnum.substr(0, 22) + "." + alnum.substr(0, 43))},
        {"twilio_sid", token("AC", hex.substr(0, 32))},
        {"npm_token", token("npm_", alnum.substr(0, 36))},
        {"pypi_token", token("pypi-", "AgEIcHlwaS5vcmc" + alnum)},
        {"digitalocean_token", token("dop_v1_", hex)},
        {"shopify_token", token("shpat_", hex.substr(0, 32))},
        {"telegram_bot_token", token("123456789:", "AA" + alnum.substr(0, 33))},
        {"huggingface_token", token("hf_", alnum.substr(0, 34))},
        {"vault_token", token("hvs.", alnum.substr(0, 24))},
        {"slack_webhook", token("hooks.slack.com/services/", "T01234567/B01234567/" + alnum.substr(0, 24))},
    };
    for (const auto& [id, text] : cases) {
        EXPECT_THAT(in(text), ElementsAre(id + ":" + text));
        EXPECT_THAT(in("key=" + text + "; next"), ElementsAre(id + ":" + text));
        EXPECT_THAT(in("x" + text.substr(0, text.size() - 1)), IsEmpty()) << text;
    }
}

TEST(Tokens, look_alikes) {
    for (const auto& text :
         {token("AKIA", "SHORT"), token("AKIA", "QQQQQQQQQQQQQQQQ"),
          token("sk-", "toggleable__label-arrow-for-the-one"), token("ghp_", "your-token-here"),
          token("SG.", "something.else"), token("AC", std::string(32, '0')), token("npm_", "config_registry"),
          std::string(kHex64), token("pk_live_", "x"), token("xoxb-", "your-token")})
        EXPECT_THAT(in(text), IsEmpty()) << text;
}

TEST(PrivateKey, a_block_and_its_beginning) {
    const std::string begin = token("-----BEGIN", " RSA PRIVATE KEY-----");
    const std::string block = begin + "\nMIIE\n" + token("-----END", " RSA PRIVATE KEY-----");
    EXPECT_THAT(in("a\n" + block + "\nb"), ElementsAre("private_key:" + block));
    EXPECT_THAT(in(begin + "\nMIIE"), ElementsAre("private_key:" + begin + "\nMIIE"));
    EXPECT_THAT(in("-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----"), IsEmpty());
}

// An escape makes a label longer, so that the quick look would not find its end where the search does.
TEST(PrivateKey, a_label_has_no_escapes) {
    const std::string value = token("-----BEGIN", " A\\B ENCRYPTED SOMETHIN PRIVATE KEY-----") + "\nMIIE";
    EXPECT_THAT(in(value), IsEmpty());
    for (const char* kind : {"", "EC ", "ENCRYPTED ", "OPENSSH ", "TSS2 ", "EC P-256 ", "PKCS#8 "}) {
        const std::string key = token("-----BEGIN ", std::string(kind) + "PRIVATE KEY-----") + "\nMIIE";
        EXPECT_THAT(in(key), ElementsAre("private_key:" + key));
    }
    const std::string block = token("-----BEGIN PGP ", "PRIVATE KEY BLOCK-----") + "\nMIIE";
    EXPECT_THAT(in(block), ElementsAre("private_key:" + block));
}

TEST(UrlPassword, between_colon_and_at) {
    EXPECT_THAT(in("postgres://app:s3cr3t@db.shop.example:5432/x"), ElementsAre("url_password:s3cr3t"));
    EXPECT_THAT(in("https://host.example:8080/a@b.c"), IsEmpty());
    EXPECT_THAT(in("redis://:${PASS}@cache"), IsEmpty());
    EXPECT_THAT(in("https://user:****@host.example/"), IsEmpty());
}

TEST(ByName, passwords) {
    for (const char* name : {"password", "userPassword", "PGPASSWORD", "user_pw", "new-password", "PASSWORD", "passwd",
                             "db_pwd", "password2", "user[password]", "passwordConfirmation", "passwords"})
        EXPECT_THAT(in("hunter2", name), ElementsAre("password:hunter2")) << name;
    for (const char* value : {"", "  ", "********", "true", "false", "null", "xxxxxx", "[REDACTED]", "${DB_PASSWORD}",
                              "{{pw}}", "can't be blank", "required", "****1234", "••••••••"})
        EXPECT_THAT(in(value, "password"), IsEmpty()) << value;
    for (const char* name : {"password_expires_at", "hasPasswordReset", "passwordPolicy", "compassworks", ""})
        EXPECT_THAT(in("hunter2", name), IsEmpty()) << name;
    EXPECT_THAT(in("jane@shop.example", "password"), ElementsAre("password:jane@shop.example"));
}

TEST(ByName, in_parameters_of_urls_and_cookies) {
    EXPECT_THAT(in("https://a.example/?user=m&password=hunter2&x=1"), ElementsAre("password:hunter2"));
    EXPECT_THAT(in("a=1; api_key=Zm9vYmFyYmF6cXV4"), ElementsAre("secret:Zm9vYmFyYmF6cXV4"));
    EXPECT_THAT(in("HOME=/\nDB_PASSWORD=hunter2\n"), ElementsAre("password:hunter2"));
    for (const char* text :
         {"?password=&x", "?password_hint=dog", "if password=hunter2", "x==password", "=", "?password=****"})
        EXPECT_THAT(in(text), IsEmpty()) << text;
}

TEST(ByName, secrets) {
    for (const char* name :
         {"client_secret", "clientSecret", "api_key", "X-Api-Key", "apikey", "access_token", "refreshToken"})
        EXPECT_THAT(in("Zm9vYmFyYmF6cXV4", name), ElementsAre("secret:Zm9vYmFyYmF6cXV4")) << name;
    EXPECT_THAT(in("Bearer Zm9vYmFyMTIzNDU2Nzg", "authorization"), ElementsAre("secret:Zm9vYmFyMTIzNDU2Nzg"));
    const std::string aws = token("wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYzzzzzzzKEY");
    EXPECT_THAT(in(aws, "aws_secret_access_key"), ElementsAre("aws_secret_access_key:" + aws));
    EXPECT_THAT(in("abcdefghij1234567890", "next_page_token"), IsEmpty());
    EXPECT_THAT(in("bearer", "token_type"), IsEmpty());
    EXPECT_THAT(in("4096", "max_tokens"), IsEmpty());
    EXPECT_THAT(in("arn:aws:secretsmanager:eu:1:secret:x", "secret"), IsEmpty());
    EXPECT_THAT(in("your-api-key-here", "api_key"), IsEmpty());
    EXPECT_THAT(in("required", "authorization"), IsEmpty());
    EXPECT_THAT(in("Zm9vYmFyYmF6cXV4", "secretary"), IsEmpty());
}

TEST(ByName, dates_of_birth_and_security_codes) {
    for (const char* value :
         {"1985-07-13", "13.07.1985", "7/13/1985", "19850713", "13 July 1985", "Jul 13, 1985", "1985-07-13T00:00:00Z"})
        EXPECT_THAT(in(value, "dateOfBirth"), ElementsAre("date_of_birth:" + std::string(value)));
    for (const char* value : {"1985", "1985-13-40", "unknown", "13 of 20", "July"})
        EXPECT_THAT(in(value, "dob"), IsEmpty()) << value;
    EXPECT_THAT(in("1985-07-13", "created"), IsEmpty());
    EXPECT_THAT(in("123", "cvv"), ElementsAre("card_security_code:123"));
    EXPECT_THAT(in("12", "cvv"), IsEmpty());
}

TEST(Scanner, several_in_one_text_come_in_order) {
    EXPECT_THAT(in("Ünter +49 30 901820, jane@shop.example, DE89 3704 0044 0532 0130 00 und 4111111111111111"),
                ElementsAre("phone_number:+49 30 901820", "email:jane@shop.example", "iban:DE89 3704 0044 0532 0130 00",
                            "payment_card:4111111111111111"));
}

TEST(Scanner, findings_of_one_value_are_bounded) {
    std::string text;
    for (int i = 0; i < 10000; ++i)
        text += "jane@shop.example +4930901820 ";
    EXPECT_EQ(testing::tool().find("", text).size(), kMostFindings);
}

TEST(Scanner, is_used_by_many_threads) {
    const Scanner& scanner = testing::tool().scanner();
    std::atomic<int> found = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                auto scratch = scanner.make_scratch();
                std::vector<Finding> findings;
                for (int n = 0; scratch && n < 200; ++n) {
                    scanner.find(*scratch, "phone", "4155552671, jane@shop.example, +49 30 901820", findings);
                    found += static_cast<int>(findings.size());
                    found += scanner.may_hold(*scratch, R"({"password":"hunter2"})") ? 1 : 0;
                }
            });
    }
    EXPECT_EQ(found, 4 * 200 * 3);
}

TEST(Scanner, ids_are_told_apart) {
    const auto types = testing::tool().scanner().types();
    ASSERT_EQ(types.size(), static_cast<std::size_t>(Type::kFigmaToken) + 1);
    EXPECT_EQ(types[static_cast<std::size_t>(Type::kFigmaToken)].id, "figma_token");
    EXPECT_EQ(types[static_cast<std::size_t>(Type::kJwt)].id, "jwt");
    EXPECT_EQ(types[static_cast<std::size_t>(Type::kJwt)].where, Where::kResponses);
    EXPECT_EQ(types[static_cast<std::size_t>(Type::kEmail)].where, Where::kAnywhere);
}

}  // namespace
}  // namespace apiarist::sensitive
