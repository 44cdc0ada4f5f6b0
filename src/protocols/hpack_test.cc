// SPDX-License-Identifier: Apache-2.0
// Header blocks as literals: the examples of RFC 7541, what is no header block, and what an onlooker does not know.
#include "protocols/hpack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>

namespace apiarist::protocols {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Fields = std::vector<std::string>;

std::vector<std::byte> from_hex(std::string_view text) {
    std::vector<std::byte> bytes;
    for (std::size_t at = 0; at < text.size(); at += 2) {
        while (at < text.size() && text[at] == ' ')
            ++at;
        unsigned byte = 0;
        std::from_chars(text.data() + at, text.data() + at + 2, byte, 16);
        bytes.push_back(static_cast<std::byte>(byte));
    }
    return bytes;
}

// What is not known is written "?".
std::string to_text(const HpackField& field) {
    return field.name.value_or("?") + ": " + field.value.value_or("?");
}

// One direction of a connection.
struct Listener {
    HpackDecoder decoder;
    HpackOutcome outcome = HpackOutcome::kDecoded;  // of the last block

    explicit Listener(bool from_start, const HpackLimits& limits = {}) : decoder(limits, from_start) {}

    Fields hear(std::span<const std::byte> block) {
        std::vector<HpackField> fields;
        outcome = decoder.decode(block, fields);
        Fields texts;
        for (const HpackField& field : fields)
            texts.push_back(to_text(field));
        return texts;
    }
    Fields hear(std::string_view hex) { return hear(from_hex(hex)); }
    bool refuses(std::string_view hex) { return hear(hex).empty() && outcome == HpackOutcome::kMalformed; }
    // Inserts a field whose name is one byte and whose value has a size below 16383.
    Fields insert(char name, std::size_t value_size) {
        std::string block = {'\x40', '\x01', name, '\x7f'};
        block += static_cast<char>((value_size - 127) % 128 + 128);
        block += static_cast<char>((value_size - 127) / 128);
        return hear(std::as_bytes(std::span(block += std::string(value_size, 'v'))));
    }

    // RFC 7541 §4.1, of a table that holds `entries`.
    [[nodiscard]] std::size_t table_size(std::size_t entries) const {
        static const std::size_t overhead = [] {
            Listener one(true);
            one.hear("40 0161 0162");
            return one.decoder.memory() - 34;
        }();
        return decoder.memory() - entries * overhead;
    }
};

Listener from_start(const HpackLimits& limits = {}) {
    return Listener(true, limits);
}

Listener late(const HpackLimits& limits = {}) {
    return Listener(false, limits);
}

TEST(HpackExamples, literals_and_an_index_as_in_c_2) {
    Listener inserted = from_start();
    EXPECT_THAT(inserted.hear("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572"),
                ElementsAre("custom-key: custom-header"));
    EXPECT_EQ(inserted.table_size(1), 55u);
    Listener others = from_start();
    EXPECT_THAT(others.hear("040c 2f73 616d 706c 652f 7061 7468"), ElementsAre(":path: /sample/path"));
    EXPECT_THAT(others.hear("1008 7061 7373 776f 7264 0673 6563 7265 74"), ElementsAre("password: secret"));
    EXPECT_THAT(others.hear("82"), ElementsAre(":method: GET"));
    EXPECT_EQ(others.decoder.memory(), 0u);
}

void expect_requests(std::string_view first, std::string_view second, std::string_view third) {
    Listener server = from_start();
    EXPECT_THAT(server.hear(first),
                ElementsAre(":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"));
    EXPECT_EQ(server.table_size(1), 57u);
    EXPECT_THAT(server.hear(second), ElementsAre(":method: GET", ":scheme: http", ":path: /",
                                                 ":authority: www.example.com", "cache-control: no-cache"));
    EXPECT_EQ(server.table_size(2), 110u);
    EXPECT_THAT(server.hear(third), ElementsAre(":method: GET", ":scheme: https", ":path: /index.html",
                                                ":authority: www.example.com", "custom-key: custom-value"));
    EXPECT_EQ(server.table_size(3), 164u);
}

TEST(HpackExamples, requests_as_in_c_3) {
    expect_requests("8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", "8286 84be 5808 6e6f 2d63 6163 6865",
                    "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65");
}

TEST(HpackExamples, requests_in_huffman_code_as_in_c_4) {
    expect_requests("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", "8286 84be 5886 a8eb 1064 9cbf",
                    "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf");
}

void expect_responses(std::string_view first, std::string_view second, std::string_view third) {
    Listener client = from_start();
    EXPECT_THAT(client.hear("3fe101"), IsEmpty());  // a table of 256 bytes, which the examples take for agreed
    EXPECT_THAT(client.hear(first),
                ElementsAre(":status: 302", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
                            "location: https://www.example.com"));
    EXPECT_EQ(client.table_size(4), 222u);
    EXPECT_THAT(client.hear(second),
                ElementsAre(":status: 307", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
                            "location: https://www.example.com"));
    EXPECT_EQ(client.table_size(4), 222u);
    EXPECT_THAT(client.hear(third),
                ElementsAre(":status: 200", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:22 GMT",
                            "location: https://www.example.com", "content-encoding: gzip",
                            "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"));
    EXPECT_EQ(client.table_size(3), 215u);
}

TEST(HpackExamples, responses_with_evictions_as_in_c_5) {
    expect_responses(
        "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d"
        "546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        "4803 3330 37c1 c0bf",
        "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f"
        "6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b"
        "2076 6572 7369 6f6e 3d31");
}

TEST(HpackExamples, responses_in_huffman_code_as_in_c_6) {
    expect_responses(
        "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7"
        "8f0b 97c8 e9ae 82ae 43d3",
        "4883 640e ffc1 c0bf",
        "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335"
        "dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07");
}

TEST(HpackInteger, sizes_as_in_c_1) {
    Listener ten = from_start();
    ten.hear("2a");  // 10: no entry fits
    ten.hear("40 0161 0162");
    EXPECT_EQ(ten.decoder.memory(), 0u);
    Listener many = from_start();
    many.hear("3f9a0a");  // 1337
    many.insert('a', 1337 - 33);
    EXPECT_EQ(many.table_size(1), 1337u);
    many.insert('a', 1337 - 32);
    EXPECT_EQ(many.decoder.memory(), 0u);
}

TEST(HpackInteger, up_to_32_bits_and_five_more_bytes) {
    EXPECT_THAT(late().hear("ff80 ffff ff0f"), ElementsAre("?: ?"));
    EXPECT_THAT(late().hear("ff80 8080 8000"), ElementsAre("?: ?"));
    EXPECT_TRUE(late().refuses("ff81 ffff ff0f"));
    EXPECT_TRUE(late().refuses("ffff ffff ffff ffff ffff 01"));
    EXPECT_TRUE(late().refuses("ff80 8080 8080 00"));
}

TEST(HpackInteger, one_that_ends_early_is_malformed) {
    for (const char* block : {"ff", "ff80", "7f", "7f80", "3f", "0f", "1f80", "40", "407f", "0f00 7f80"}) {
        EXPECT_TRUE(late().refuses(block)) << block;
    }
}

TEST(HpackText, one_that_is_longer_than_its_block_is_malformed) {
    EXPECT_TRUE(from_start().refuses("0003 6162"));
    EXPECT_TRUE(from_start().refuses("0001 61"));
    EXPECT_TRUE(from_start().refuses("0001 6103 6263"));
    EXPECT_TRUE(from_start().refuses("0001 617f ffff ff0f"));
}

TEST(HpackText, may_be_empty_or_of_any_bytes) {
    EXPECT_THAT(from_start().hear("0000 00"), ElementsAre(": "));
    EXPECT_THAT(from_start().hear("0080 80"), ElementsAre(": "));
    EXPECT_THAT(from_start().hear("0001 ff02 000a"), ElementsAre(std::string("\xff: \0\n", 5)));
}

TEST(HpackText, wrong_huffman_code_makes_the_block_malformed) {
    EXPECT_TRUE(from_start().refuses("0081 1801 61"));
    EXPECT_TRUE(from_start().refuses("0001 6184 ffff ffff"));
}

TEST(HpackIndex, none_and_one_beyond_the_table_are_malformed) {
    EXPECT_TRUE(from_start().refuses("80"));
    EXPECT_TRUE(late().refuses("80"));
    EXPECT_TRUE(from_start().refuses("be"));
    EXPECT_TRUE(from_start().refuses("7e 0161"));
    EXPECT_TRUE(from_start().refuses("0f2f 0161"));
    Listener one = from_start();
    one.hear("40 0161 0162");
    EXPECT_TRUE(one.refuses("bebf"));
}

TEST(HpackIndex, the_static_table_ends_at_61) {
    EXPECT_THAT(from_start().hear("81bd"), ElementsAre(":authority: ", "www-authenticate: "));
}

TEST(HpackOnlooker, an_index_to_an_entry_from_before_has_no_name_and_no_value) {
    Listener listener = late();
    EXPECT_FALSE(listener.decoder.knows_all());
    EXPECT_THAT(listener.hear("82be"), ElementsAre(":method: GET", "?: ?"));
    EXPECT_EQ(listener.outcome, HpackOutcome::kDecoded);
}

TEST(HpackOnlooker, a_literal_with_a_name_from_before_has_a_value_alone) {
    EXPECT_THAT(late().hear("7e 0161"), ElementsAre("?: a"));
    EXPECT_THAT(late().hear("0f2f 0161"), ElementsAre("?: a"));
    EXPECT_THAT(late().hear("1f2f 0161"), ElementsAre("?: a"));
}

TEST(HpackOnlooker, an_entry_inserted_since_is_exact) {
    Listener listener = late();
    EXPECT_THAT(listener.hear("40 0161 0162 be bf"), ElementsAre("a: b", "a: b", "?: ?"));
    EXPECT_THAT(listener.hear("40 0163 0164 be bf c0"), ElementsAre("c: d", "c: d", "a: b", "?: ?"));
    EXPECT_THAT(listener.hear("7f00 0165 be"), ElementsAre("a: e", "a: e"));
}

TEST(HpackOnlooker, an_entry_inserted_with_a_name_from_before_keeps_its_value) {
    Listener listener = late();
    listener.hear("7e 0161");
    EXPECT_THAT(listener.hear("be 7e 0162 be bf"), ElementsAre("?: a", "?: b", "?: b", "?: a"));
}

TEST(HpackOnlooker, a_table_that_is_said_to_be_small_bounds_the_indices) {
    Listener listener = late();
    EXPECT_THAT(listener.hear("3f41 bebf c0"), ElementsAre("?: ?", "?: ?", "?: ?"));  // 96: three entries at most
    EXPECT_TRUE(listener.refuses("c1"));
}

TEST(HpackOnlooker, a_full_table_has_no_entries_from_before) {
    Listener listener = late();
    listener.hear("3f09");  // 40
    listener.hear("40 0161 0162");
    EXPECT_FALSE(listener.decoder.knows_all());
    listener.hear("40 0163 0164");
    EXPECT_TRUE(listener.decoder.knows_all());
    EXPECT_TRUE(listener.refuses("bf"));
}

TEST(HpackOnlooker, an_entry_without_a_name_is_not_all_known) {
    Listener listener = late();
    listener.hear("3f45");                           // 100
    listener.hear("40 0161 0162 7f00 0163");         // its name was inserted before the entry a
    listener.hear("40 0164 09 656565656565656565");  // evicts the entry a
    EXPECT_THAT(listener.hear("bf"), ElementsAre("?: c"));
    EXPECT_FALSE(listener.decoder.knows_all());
    listener.hear("20");
    EXPECT_TRUE(listener.decoder.knows_all());
}

TEST(HpackOnlooker, an_entry_larger_than_the_default_table_is_kept_while_the_size_is_not_known) {
    Listener listener = late();
    listener.hear("40 0161 0162");
    listener.insert('c', 5000);
    EXPECT_THAT(listener.hear("be bf"), ElementsAre("c: " + std::string(5000, 'v'), "a: b"));
}

TEST(HpackOnlooker, a_forgotten_table_is_as_that_of_one_who_comes_late) {
    Listener listener = from_start();
    listener.hear("40 0161 0162");
    listener.decoder.forget();
    EXPECT_FALSE(listener.decoder.knows_all());
    EXPECT_EQ(listener.decoder.memory(), 0u);
    EXPECT_THAT(listener.hear("be 7e 0163 40 0164 0165 be bf"), ElementsAre("?: ?", "?: c", "d: e", "d: e", "?: c"));
}

TEST(HpackOnlooker, a_forgotten_table_may_have_grown) {
    Listener listener = from_start();
    listener.hear("3f09");  // 40
    listener.decoder.forget();
    EXPECT_THAT(listener.hear("ff80 01"), ElementsAre("?: ?"));
    listener.insert('a', 200);
    EXPECT_THAT(listener.hear("be"), ElementsAre("a: " + std::string(200, 'v')));
}

TEST(HpackOnlooker, a_malformed_block_forgets_and_gives_no_fields) {
    HpackDecoder decoder({}, true);
    std::vector<HpackField> fields;
    decoder.decode(from_hex("40 0161 0162"), fields);
    EXPECT_EQ(decoder.decode(from_hex("82 84 80"), fields), HpackOutcome::kMalformed);
    ASSERT_EQ(fields.size(), 1u);
    EXPECT_EQ(to_text(fields[0]), "a: b");
    EXPECT_FALSE(decoder.knows_all());
    EXPECT_EQ(decoder.decode(from_hex("be"), fields), HpackOutcome::kDecoded);
    EXPECT_EQ(to_text(fields[1]), "?: ?");
}

TEST(HpackTableSize, zero_empties_it) {
    Listener listener = from_start();
    listener.hear("40 0161 0162");
    EXPECT_THAT(listener.hear("20 82"), ElementsAre(":method: GET"));
    EXPECT_EQ(listener.decoder.memory(), 0u);
    EXPECT_TRUE(listener.refuses("be"));
}

TEST(HpackTableSize, zero_makes_all_known_to_one_who_came_late) {
    Listener listener = late();
    listener.hear("7e 0161");
    listener.hear("20 3fe11f 40 0161 0162");  // 0, then 4096
    EXPECT_TRUE(listener.decoder.knows_all());
    EXPECT_THAT(listener.hear("be"), ElementsAre("a: b"));
    EXPECT_TRUE(listener.refuses("bf"));
}

TEST(HpackTableSize, a_smaller_one_evicts_the_oldest) {
    Listener listener = from_start();
    listener.hear("40 0161 0162 40 0163 0164");
    EXPECT_THAT(listener.hear("3f09 be"), ElementsAre("c: d"));  // 40
    EXPECT_EQ(listener.table_size(1), 34u);
    EXPECT_TRUE(listener.refuses("bf"));
}

TEST(HpackTableSize, a_larger_one_keeps_and_holds_more) {
    Listener listener = from_start();
    listener.hear("40 0161 0162");
    listener.hear("3fe1 ff03");  // 65536
    listener.insert('c', 5000);
    EXPECT_THAT(listener.hear("be bf"), ElementsAre("c: " + std::string(5000, 'v'), "a: b"));
}

TEST(HpackTableSize, one_in_the_midst_of_a_block_is_malformed) {
    EXPECT_TRUE(from_start().refuses("82 20"));
    EXPECT_TRUE(from_start().refuses("20 82 3fe11f 84"));
}

TEST(HpackTableSize, a_larger_entry_empties_it) {
    Listener listener = from_start();
    listener.hear("40 0161 0162");
    EXPECT_THAT(listener.insert('c', 4096 - 32), ElementsAre("c: " + std::string(4096 - 32, 'v')));
    EXPECT_EQ(listener.decoder.memory(), 0u);
    EXPECT_TRUE(listener.decoder.knows_all());
    EXPECT_TRUE(listener.refuses("be"));
}

TEST(HpackTableSize, a_name_may_come_from_the_entry_that_is_evicted) {
    Listener listener = from_start();
    listener.hear("3f09 40 0161 0162");  // 40
    EXPECT_THAT(listener.hear("7e 0163 be"), ElementsAre("a: c", "a: c"));
    EXPECT_EQ(listener.table_size(1), 34u);
}

TEST(HpackLimits, fields_beyond_the_count_are_left_out) {
    Listener listener = from_start({.fields = 2});
    EXPECT_THAT(listener.hear("8284"), ElementsAre(":method: GET", ":path: /"));
    EXPECT_EQ(listener.outcome, HpackOutcome::kDecoded);
    EXPECT_THAT(listener.hear("8284 8687"), ElementsAre(":method: GET", ":path: /"));
    EXPECT_EQ(listener.outcome, HpackOutcome::kCut);
}

TEST(HpackLimits, fields_from_the_first_that_passes_the_bytes_on_are_left_out) {
    Listener listener = from_start({.list = 16});
    EXPECT_THAT(listener.hear("8284"), ElementsAre(":method: GET", ":path: /"));
    EXPECT_EQ(listener.outcome, HpackOutcome::kDecoded);
    EXPECT_THAT(listener.hear("8287 0001 6100"), ElementsAre(":method: GET"));
    EXPECT_EQ(listener.outcome, HpackOutcome::kCut);
}

TEST(HpackLimits, fields_that_are_left_out_are_inserted_and_checked) {
    Listener listener = from_start({.fields = 1});
    EXPECT_THAT(listener.hear("82 40 0161 0162"), ElementsAre(":method: GET"));
    EXPECT_THAT(listener.hear("be"), ElementsAre("a: b"));
    EXPECT_TRUE(listener.refuses("82 82 bf"));
}

TEST(HpackLimits, entries_beyond_the_bytes_held_are_unknown) {
    Listener listener = from_start({.table = 40});
    listener.hear("40 0161 0162 40 0163 0164");
    EXPECT_EQ(listener.table_size(1), 34u);
    EXPECT_FALSE(listener.decoder.knows_all());
    EXPECT_THAT(listener.hear("be bf"), ElementsAre("c: d", "?: ?"));
    EXPECT_THAT(listener.insert('e', 200), ElementsAre("e: " + std::string(200, 'v')));
    EXPECT_EQ(listener.decoder.memory(), 0u);
    EXPECT_THAT(listener.hear("be"), ElementsAre("?: ?"));
    listener.hear("20");
    EXPECT_TRUE(listener.decoder.knows_all());
}

}  // namespace
}  // namespace apiarist::protocols
