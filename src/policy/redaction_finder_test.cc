// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_finder.h"

#include <gmock/gmock.h>

#include <string>

#include "policy/redaction_shapes.h"
#include "policy/redaction_testing.h"

namespace apiarist::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> found(std::string_view text) {
    const ValueFinder finder;
    std::vector<FoundSpan> spans;
    finder.find(text, spans);
    std::vector<std::string> texts;
    for (const FoundSpan& span : spans)
        texts.emplace_back(text.substr(span.begin, span.end - span.begin));
    return texts;
}

TEST(ValueFinder, finds_each_kind_alone_and_in_running_text) {
    const ValueFinder finder;
    const std::string pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----";
    const std::pair<std::string_view, std::string_view> values[] = {
        {"alice@example.com", "email"},
        {"o'brien+tag@mail.example.co.uk", "email"},
        {"m\xc3\xbcller@example.de", "email"},
        {testing::kJwt, "jwt"},
        {testing::kCard, "card"},
        {"4111 1111 1111 1111", "card"},
        {"3782-822463-10005", "card"},
        {"6011000990139424", "card"},
        {"5555555555554444", "card"},
        {"123-45-6789", "ssn"},
        {"078 05 1120", "ssn"},
        {testing::kIban, "iban"},
        {"DE89 3704 0044 0532 0130 00", "iban"},
        {"GB82 WEST 1234 5698 7654 32", "iban"},
        {"MT84MALT011000012345MTLCAST001S", "iban"},
        {"+44 20 7946 0958", "phone"},
        {"+14155552671", "phone"},
        {"(415) 555-2671", "phone"},
        {"415-555-2671", "phone"},
        {testing::kAwsKey, "awskey"},
        {"ghp_16C7e42F292c6912E7710c838347Ae178B4a", "token"},
        {"github_pat_11AAAAAAA0abcdefghij_klmnop", "token"},
        {"xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy", "token"},
        {"sk_test_abcdefghij0123456789", "token"},
        {"AIzaSyA-0123456789abcdefghijklmnopqrstu", "token"},
        {"glpat-abcdefghij0123456789", "token"},
        {"sk-proj-abcdefghij0123456789", "token"},
        {testing::kToken, "token"},
        {"d41d8cd98f00b204e9800998ecf8427e", "token"},
        {"3q2+7w==3q2+7w", ""},
        {"dGhpcyBpcyBhIHJhbmRvbSBzZWNyZXQgMTIzNDU2Nzg5MA==", "token"},
        {pem, "privatekey"},
    };
    for (const auto& [value, type] : values) {
        if (type.empty()) {
            EXPECT_THAT(found(value), IsEmpty()) << value;
            continue;
        }
        EXPECT_EQ(finder.type_of(value), type) << value;
        EXPECT_THAT(found(value), ElementsAre(value)) << value;
        EXPECT_THAT(found("x, " + std::string(value) + " and more"), ElementsAre(value)) << value;
        EXPECT_THAT(found("(" + std::string(value) + ")"), ElementsAre(value)) << value;
        EXPECT_THAT(found("\"" + std::string(value) + "\""), ElementsAre(value)) << value;
    }
}

TEST(ValueFinder, leaves_what_only_looks_alike) {
    for (const char* text : {"",
                             "a",
                             "hello world",
                             "alice@localhost",
                             "@example.com",
                             "4111111111111112",
                             "1790000000000",
                             "12345678901234567",
                             "000-12-3456",
                             "666-12-3456",
                             "900-12-3456",
                             "123-00-4567",
                             "DE88370400440532013000",
                             "2024-05-17 12:34:56",
                             "2024-05-17T12:34:56.123456Z",
                             "192.168.100.200",
                             "10.0.0.1:8080",
                             "1.2.3.4.5.6.7.8.9",
                             "550e8400-e29b-41d4-a716-446655440000",
                             "41111111-1111-1111-1111-111111111111",
                             "the-quick-brown-fox-jumps-over-the-lazy-dog",
                             "10-things-you-should-know-about-quick-foxes",
                             "getUserAccountDetailsByIdV2ResponseHandler",
                             "/api/v1/customers/42/orders/2024/items/by/name",
                             "00000000000000000000000000000000",
                             "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)",
                             "task-management-and-reporting",
                             "1234567890",
                             "0.41111111111111113",
                             "eyJhbGc",
                             "the token, please"})
        EXPECT_THAT(found(text), IsEmpty()) << text;
}

TEST(ValueFinder, type_of_a_value_without_a_shape) {
    const ValueFinder finder;
    EXPECT_EQ(finder.type_of("hunter2"), "secret");
    EXPECT_EQ(finder.type_of("1234"), "number");
    EXPECT_EQ(finder.type_of("550e8400-e29b-41d4-a716-446655440000"), "uuid");
    EXPECT_EQ(finder.type_of("mail alice@example.com"), "secret");
    EXPECT_EQ(finder.type_of("https://example.com/"), "secret");
    EXPECT_EQ(finder.type_of("password=x"), "secret");
}

TEST(ValueFinder, several_in_one_text) {
    EXPECT_THAT(found("from alice@example.com to bob@example.com, card 4111 1111 1111 1111, ssn 123-45-6789"),
                ElementsAre("alice@example.com", "bob@example.com", "4111 1111 1111 1111", "123-45-6789"));
    EXPECT_THAT(found("DE89 3704 0044 0532 0130 00 paid with 4111111111111111"),
                ElementsAre("DE89 3704 0044 0532 0130 00", "4111111111111111"));
    // What begins like an IBAN must not hide a card.
    EXPECT_THAT(found("XX12 4111 1111 1111 1111"), ElementsAre("4111 1111 1111 1111"));
    EXPECT_THAT(found("trace-d41d8cd98f00b204e9800998ecf8427e-01"), ElementsAre("d41d8cd98f00b204e9800998ecf8427e"));
}

TEST(ValueFinder, addresses_from_their_sign_outward) {
    const std::string local(100, 'a');
    EXPECT_THAT(found(local + "@example.com"), ElementsAre(local + "@example.com"));
    EXPECT_THAT(found("'.a@b.c@d.ee"), ElementsAre("b.c@d.ee"));
    EXPECT_THAT(found("a@b.cc1, a@1.2.cc-d, a@b.cc.1, a@b-c.de.f"),
                ElementsAre("a@b.cc", "a@1.2.cc", "a@b.cc", "a@b-c.de"));
    EXPECT_THAT(found("a@b.cc@d.ee"), ElementsAre("a@b.cc"));
    EXPECT_THAT(found("@b.cc a@ a@b a@b. a@.cc a@b..cc a@b.c a@1.2.3.4"), IsEmpty());
    EXPECT_THAT(found("ghp_aaaaaaaaaaaaaaaa.b@example.com"), ElementsAre("ghp_aaaaaaaaaaaaaaaa.b@example.com"));
}

TEST(ValueFinder, tokens_go_as_far_as_their_characters) {
    const std::string tail(2000, 'a');
    for (const std::string head : {"ghp_", "github_pat_a_", "glpat-a_-", "xoxb-a-", "xapp-a-", "sk_live_", "pk_test_",
                                   "rk_live_", "sk-a_-", "whsec_a+/=", "ya29.a_-", "npm_", "hf_", "dop_v1_"})
        EXPECT_THAT(found("x " + head + tail + ". x"), ElementsAre(head + tail)) << head;
    EXPECT_THAT(found("ghp_aaaaaaaaaaaaaaaa_b"), ElementsAre("ghp_aaaaaaaaaaaaaaaa"));
    EXPECT_THAT(found("SG.aaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaa."),
                ElementsAre("SG.aaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaa"));
    EXPECT_THAT(found("SG.aaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaa SG.aaaaaaaaaaaaaaaa"), IsEmpty());
}

TEST(ValueFinder, a_jwt_has_one_to_four_dots) {
    EXPECT_THAT(found("eyJaaaaaaaaaaaaaaa. "), ElementsAre("eyJaaaaaaaaaaaaaaa."));
    EXPECT_THAT(found("eyJaaaaaaaaaaaaaaa.b..c.d.e"), ElementsAre("eyJaaaaaaaaaaaaaaa.b..c.d"));
    EXPECT_THAT(found("eyJaaaaaaaaaaaaaaa-ghp_aaaaaaaaaaaaaaaa, eyJaaaaaaaaaaaaaaa.b"),
                ElementsAre("ghp_aaaaaaaaaaaaaaaa", "eyJaaaaaaaaaaaaaaa.b"));
    EXPECT_THAT(found("eyJeyJeyJaaaaaaaaaaaaaaaaaa"), IsEmpty());
}

TEST(ValueFinder, of_marks_keys_and_urls_the_one_that_begins_first) {
    const std::string a_mark = "redacted-email-0123456789ab";
    EXPECT_THAT(found(a_mark + "://x " + a_mark + "a" + a_mark + "b://y a." + a_mark + "://z"),
                ElementsAre(a_mark, a_mark, "a" + a_mark + "b://y", "a." + a_mark + "://z"));
    EXPECT_THAT(found("://a 1://b c:// d://. 2e://f"), ElementsAre("d://", "e://f"));
    EXPECT_THAT(found("a://-----BEGIN PRIVATE KEY-----"), ElementsAre("a://-----BEGIN"));
    EXPECT_THAT(found("-----BEGIN PRIVATE KEY----- a://b -----END a -----END A----- c://d"),
                ElementsAre("-----BEGIN PRIVATE KEY----- a://b -----END a -----END A-----", "c://d"));
}

TEST(ValueFinder, urls_are_found_without_the_end_of_the_sentence) {
    EXPECT_THAT(found("see https://example.com/a?b=c. Or HTTP://x/y, perhaps"),
                ElementsAre("https://example.com/a?b=c", "HTTP://x/y"));
    EXPECT_THAT(found("postgres://shop:hunter2@db/orders"), ElementsAre("postgres://shop:hunter2@db/orders"));
}

TEST(ValueFinder, assignments_in_running_text) {
    EXPECT_THAT(found("user=bob password=hunter2 done"), ElementsAre("hunter2"));
    EXPECT_THAT(found("DB_PASSWORD: hunter2\nname: x"), ElementsAre("hunter2"));
    EXPECT_THAT(found("password = 'two words', next"), ElementsAre("two words"));
    EXPECT_THAT(found("Authorization: Bearer abc\r\nHost: x"), ElementsAre("abc"));
    EXPECT_THAT(found("{\"pin\" : \"12\\\"34\"}"), ElementsAre("12\\\"34"));
    EXPECT_THAT(found("password=redacted-secret-0123456789ab"), ElementsAre("redacted-secret-0123456789ab"));
    EXPECT_THAT(found("ratio: 1:2, a=b, :=:"), IsEmpty());
    EXPECT_THAT(found("password=a,b;c, then; pin=1;"), ElementsAre("a,b;c", "1"));
    EXPECT_THAT(found("password="), IsEmpty());
    EXPECT_THAT(found("password:"), IsEmpty());
    EXPECT_THAT(found("password: \""), IsEmpty());
    EXPECT_THAT(found("password: \"\\"), ElementsAre("\\"));
}

TEST(ValueFinder, a_private_key_that_is_cut_goes_to_the_end) {
    EXPECT_THAT(found("x -----BEGIN PRIVATE KEY-----\nabc\ndef"), ElementsAre("-----BEGIN PRIVATE KEY-----\nabc\ndef"));
    EXPECT_THAT(found("-----BEGIN CERTIFICATE-----"), IsEmpty());
}

TEST(ValueFinder, marks_are_found_as_such) {
    const ValueFinder finder;
    std::vector<FoundSpan> spans;
    finder.find("a redacted-email-0123456789ab b", spans);
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0].kind, Found::kMark);
}

TEST(Shapes, cards_are_of_a_network) {
    EXPECT_TRUE(is_card("378282246310005"));
    EXPECT_TRUE(is_card("30569309025904"));
    EXPECT_TRUE(is_card("3530111333300000"));
    EXPECT_FALSE(is_card("37828224631000"));
    EXPECT_FALSE(is_card("1111111111111117"));
    EXPECT_FALSE(is_card(""));
}

}  // namespace
}  // namespace apiarist::policy
