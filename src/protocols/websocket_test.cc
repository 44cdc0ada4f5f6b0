// SPDX-License-Identifier: Apache-2.0
#include "protocols/websocket.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocols/websocket_testing.h"

namespace apiarist::protocols::testing {
namespace {

using Texts = std::vector<std::string>;

constexpr WebsocketExtensions kDeflate{.deflate = true};
const std::string kLongText = R"({"type":"order","id":1,"note":"the same words again and again"})";

TEST(Websocket, messages_of_both_directions) {
    WebsocketFeeder server;
    server.call(text_frame("Hello") + websocket_frame(kFin | 2, std::string("\0\xff", 2)) + text_frame(""));
    EXPECT_EQ(server.end().texts(), (Texts{"text [Hello]", std::string("binary [\0\xff]", 11), "text []"}));
    EXPECT_TRUE(server.adds_up());
    WebsocketFeeder client(true);
    client.call(text_frame("Hello", kMask) + text_frame(std::string(70000, 'a'), kMask));
    EXPECT_EQ(client.end().texts(), (Texts{"text [Hello]", "text [" + std::string(70000, 'a') + "]"}));
    EXPECT_TRUE(client.adds_up());
}

TEST(Websocket, fragments_with_control_frames_between) {
    WebsocketFeeder feeder(true);
    feeder.call(websocket_frame(1, "one ", kMask)).call(websocket_frame(kFin | 9, "ping", kMask));
    EXPECT_EQ(feeder.texts(), Texts{"ping [ping]"});
    feeder.call(websocket_frame(0, "two ", kMask)).call(websocket_frame(kFin | 10, "", kMask));
    feeder.call(websocket_frame(kFin, "three", kMask));
    EXPECT_EQ(feeder.texts(), (Texts{"pong []", "text [one two three] in 3"}));
}

TEST(Websocket, a_close_that_does_not_come_to_its_end_is_told) {
    const std::string close = websocket_frame(kFin | 8, "\x03\xe8 bye");
    const std::string ping = websocket_frame(kFin | 9, "ping");
    WebsocketFeeder feeder;
    feeder.call(websocket_frame(1, "begun")).call(close.substr(0, 5));
    EXPECT_EQ(feeder.end().texts(), (Texts{"close [\x03\xe8 ] open truncated", "text [begun] open truncated"}));
    feeder = WebsocketFeeder();
    feeder.call(close.substr(0, 4)).gap(100);
    EXPECT_EQ(feeder.texts(), (Texts{"close [\x03\xe8] open gap", "lost"}));
    feeder = WebsocketFeeder();
    feeder.call(close.substr(0, 2)).gap(100, GapKind::kNotSeen);
    EXPECT_EQ(feeder.texts(), (Texts{"close [] open not_seen gap", "lost"}));
    feeder = WebsocketFeeder();
    feeder.call(ping.substr(0, 4)).gap(100);
    EXPECT_EQ(feeder.end().texts(), Texts{"lost"}) << "only counted, and only when whole";
}

TEST(Websocket, a_close_with_its_status) {
    WebsocketFeeder feeder;
    feeder.call(websocket_frame(kFin | 8, "\x03\xe8 bye"));
    EXPECT_EQ(feeder.end().texts(), Texts{"close [\x03\xe8 bye]"});
}

TEST(Websocket, times_of_the_first_and_the_last_byte) {
    WebsocketFeeder feeder;
    feeder.call(text_frame("a")).call("\x01").more("\x01").more("b").call(websocket_frame(kFin, "c"));
    ASSERT_EQ(feeder.items.size(), 2U);
    EXPECT_EQ(feeder.items[1].message.begin, 2U);
    EXPECT_EQ(feeder.items[1].message.end, 5U);
}

TEST(Websocket, a_message_over_the_limit_is_cut_at_a_character) {
    WebsocketFeeder feeder(false, {}, {.payload = 4});
    feeder.call(text_frame("abc\xc3\xa4yz") + text_frame("next"));
    EXPECT_EQ(feeder.texts(), (Texts{"text [abc] of 7 truncated", "text [next]"}));
}

TEST(Websocket, what_is_no_frame_loses_the_place) {
    const std::string good = text_frame("good");
    for (const std::string& bad :
         {websocket_frame(kFin | 3, "a"), websocket_frame(kFin | kRsv1 | 1, "a"), text_frame("a", kMask),
          websocket_frame(kFin, "goes on"), websocket_frame(kFin | 9, std::string(126, 'a')),
          std::string("\x81\x7e\x00\x01x", 5), websocket_frame(1, "a") + text_frame("b")}) {
        WebsocketFeeder feeder;
        feeder.call(good + bad);
        EXPECT_TRUE(feeder.parser.lost()) << bad;
        EXPECT_EQ(feeder.texts().back(), "lost");
        EXPECT_EQ(feeder.parser.counts().malformed, 1U);
        feeder.end();
        EXPECT_TRUE(feeder.adds_up());
    }
}

TEST(Websocket, the_connection_ends_inside_a_message) {
    WebsocketFeeder feeder;
    feeder.call(websocket_frame(1, "one ") + text_frame("two").substr(0, 0) + "\x80\x05tw");
    EXPECT_EQ(feeder.end().texts(), Texts{"text [one tw] in 2 open truncated"});
    EXPECT_TRUE(feeder.adds_up());
}

TEST(Websocket, a_loss_inside_a_payload_costs_that_message) {
    WebsocketFeeder feeder;
    const std::string frame = text_frame("0123456789");
    feeder.call(frame.substr(0, 5)).gap(4).more(frame.substr(9)).call(text_frame("next"));
    EXPECT_EQ(feeder.texts(), (Texts{"text [012] of 10 gap", "text [next]"}));
    feeder.call(frame.substr(0, 5)).gap(7).call(text_frame("next"));
    EXPECT_EQ(feeder.texts(), (Texts{"text [012] of 10 gap", "text [next]"}));
    feeder.call(frame.substr(0, 5)).gap(7, GapKind::kSkipped).call(frame.substr(0, 5)).gap(7, GapKind::kNotSeen);
    EXPECT_EQ(feeder.end().texts(), (Texts{"text [012] of 10 truncated", "text [012] of 10 not_seen"}));
    EXPECT_TRUE(feeder.adds_up());
}

TEST(Websocket, of_a_frame_that_the_end_cuts_the_bytes_that_are_told_of_are_read) {
    WebsocketFeeder cut;
    const std::string frame = text_frame("0123456789");
    cut.call(frame.substr(0, 6)).end();
    EXPECT_EQ(cut.texts(), Texts{"text [0123] open truncated"});
    EXPECT_EQ(cut.parser.counts().parsed, 6U);
    EXPECT_EQ(cut.parser.counts().unattributed, 0U);
    WebsocketFeeder header;
    header.call(frame.substr(0, 1)).end();
    EXPECT_EQ(header.parser.counts().unattributed, 1U);
}

TEST(Websocket, after_another_loss_two_calls_of_frames_show_the_place) {
    WebsocketFeeder feeder;
    feeder.call(websocket_frame(1, "begun")).gap(20).more(text_frame("rest of a call"));
    EXPECT_EQ(feeder.texts(), (Texts{"text [begun] open gap", "lost"}));
    feeder.call(text_frame("one")).call(text_frame("two") + websocket_frame(kFin | 9, ""));
    EXPECT_EQ(feeder.texts(), Texts{});
    feeder.call(text_frame("three"));
    EXPECT_EQ(feeder.texts(), (Texts{"text [one]", "text [two]", "ping []", "text [three]"}));
    EXPECT_FALSE(feeder.parser.lost());
    feeder.end();
    EXPECT_TRUE(feeder.adds_up());
    EXPECT_EQ(feeder.parser.counts().unattributed, text_frame("rest of a call").size());
}

TEST(Websocket, a_beginning_that_was_not_seen_is_a_loss_too) {
    WebsocketFeeder feeder(false, {}, {}, false);
    feeder.call(text_frame("one")).call(text_frame("two")).call(text_frame("three"));
    EXPECT_EQ(feeder.end().texts(), (Texts{"text [one]", "text [two]", "text [three]"}));
}

TEST(Websocket, bytes_in_doubtful_order_are_not_decoded) {
    Deflater deflater;
    WebsocketFeeder feeder(false, kDeflate);
    feeder.call(deflater.frame(kLongText)).call(websocket_frame(1, "begun"));
    feeder.parser.distrust();
    feeder.call(websocket_frame(kFin, "more")).call(deflater.frame(kLongText));
    const Texts texts = feeder.texts();
    ASSERT_EQ(texts.size(), 3U);
    EXPECT_EQ(texts[1], "text [begun] of 9 in 2 gap");
    EXPECT_NE(texts[2].find("not_decoded"), std::string::npos) << texts[2];
}

TEST(Websocket, one_call_that_looks_like_frames_is_no_evidence) {
    WebsocketFeeder feeder;
    feeder.call(text_frame("a")).gap(1).call(text_frame("b")).call("not frames").call(text_frame("c"));
    EXPECT_EQ(feeder.end().texts(), (Texts{"text [a]", "lost"}));
    EXPECT_TRUE(feeder.adds_up());
    EXPECT_EQ(feeder.parser.counts().parsed, 3U);
}

TEST(Websocket, a_gap_between_two_calls_breaks_the_evidence) {
    WebsocketFeeder feeder;
    feeder.gap(1).call(text_frame("b")).gap(1).call(text_frame("c")).call(text_frame("d"));
    EXPECT_EQ(feeder.end().texts(), (Texts{"lost", "text [c]", "text [d]"}));
}

TEST(Websocket, the_rest_of_a_message_whose_beginning_was_lost_is_passed_over) {
    WebsocketFeeder feeder;
    feeder.gap(1).call(websocket_frame(0, "middle")).call(websocket_frame(kFin, "end")).call(text_frame("whole"));
    EXPECT_EQ(feeder.texts(), (Texts{"lost", "text [whole]"}));
    feeder.call(websocket_frame(kFin, "nothing goes on"));
    EXPECT_TRUE(feeder.parser.lost());
}

TEST(Websocket, compressed_messages_refer_to_those_before) {
    for (const bool takeover : {true, false}) {
        Deflater deflater(takeover);
        WebsocketExtensions agreed = kDeflate;
        agreed.client.takeover = takeover;
        WebsocketFeeder feeder(true, agreed);
        for (int i = 0; i < 3; ++i)
            feeder.call(deflater.frame(kLongText, kMask));
        feeder.call(text_frame("plain", kMask));
        const std::string text = "text [" + kLongText + "]";
        EXPECT_EQ(feeder.texts(), (Texts{text, text, text, "text [plain]"}));
        EXPECT_EQ(feeder.parser.memory() < 1024, !takeover);
    }
}

TEST(Websocket, the_examples_of_compression) {  // RFC 7692 §7.2.3
    WebsocketFeeder feeder(false, kDeflate);
    feeder.call(websocket_frame(0xc1, "\xf2\x48\xcd\xc9\xc9\x07" + std::string(1, '\0')));
    feeder.call(websocket_frame(0xc1, "\xf2" + std::string("\x00\x11\x00\x00", 4)));  // refers to the one before
    feeder.call(websocket_frame(0x41, "\xf2\x48\xcd") + websocket_frame(0x80, "\xc9\xc9\x07" + std::string(1, '\0')));
    feeder.call(websocket_frame(0xc1, std::string("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11)));
    feeder.call(websocket_frame(0xc1, "\xf3\x48\xcd\xc9\xc9\x07" + std::string(2, '\0')));  // a final block
    feeder.call(websocket_frame(
        0xc1, "\xf2\x48\x05" + std::string(3, '\0') + "\xff\xff\xca\xc9\xc9\x07" + std::string(1, '\0')));
    feeder.call(websocket_frame(0xc1, std::string(1, '\0')));
    EXPECT_EQ(feeder.texts(), (Texts{"text [Hello]", "text [Hello]", "text [Hello] in 2", "text [Hello]",
                                     "text [Hello]", "text [Hello]", "text []"}));
}

TEST(Websocket, a_compressed_message_over_the_limit_is_read_for_those_behind_it) {
    Deflater deflater;
    WebsocketFeeder feeder(false, kDeflate, {.payload = 10});
    feeder.call(deflater.frame(kLongText)).call(deflater.frame(kLongText.substr(40)));
    EXPECT_EQ(
        feeder.texts(),
        (Texts{"text [" + kLongText.substr(0, 10) + "] of " + std::to_string(kLongText.size()) + " truncated",
               "text [" + kLongText.substr(40, 10) + "] of " + std::to_string(kLongText.size() - 40) + " truncated"}));
}

TEST(Websocket, a_bomb_is_not_inflated_beyond_its_limit) {
    Deflater deflater;
    WebsocketFeeder feeder(false, kDeflate, {.payload = 16, .inflated = 100'000});
    const std::string bomb = deflater.frame(std::string(1'000'000, 'x'));
    feeder.call(bomb).call(deflater.frame("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")).call(deflater.frame("Qq"));
    const Texts texts = feeder.texts();
    ASSERT_EQ(texts.size(), 3U);
    EXPECT_EQ(texts[0], "text [xxxxxxxxxxxxxxxx] of " + std::to_string(bomb.size() - 4) + " truncated");
    EXPECT_NE(texts[1].find("not_decoded"), std::string::npos) << texts[1];
    EXPECT_EQ(texts[2], "text [Qq]");  // refers to nothing
}

TEST(Websocket, of_a_message_of_many_final_blocks_not_all_are_read) {
    const auto message = [](std::size_t blocks) {  // empty ones of two bytes
        std::string bytes;
        for (; blocks != 0; --blocks)
            bytes += std::string("\x03\x00", 2);
        return websocket_frame(0xc1, bytes);
    };
    const std::string text = "text [" + kLongText + "]";
    Deflater deflater;
    WebsocketFeeder feeder(false, kDeflate);
    feeder.call(deflater.frame(kLongText)).call(message(16)).call(deflater.frame(kLongText));  // refers to the first
    EXPECT_EQ(feeder.texts(), (Texts{text, "text []", text}));
    feeder.call(message(18)).call(message(2));
    EXPECT_EQ(feeder.texts(), (Texts{"text [] of 36 not_decoded", "text []"}));
}

TEST(Websocket, a_lost_message_costs_those_that_refer_to_it) {
    Deflater deflater;
    WebsocketFeeder feeder(false, kDeflate);
    const std::string lost = deflater.frame(kLongText);
    feeder.call(lost.substr(0, 2)).gap(lost.size() - 2).call(deflater.frame(kLongText)).call(deflater.frame("new: 12"));
    const Texts texts = feeder.texts();
    ASSERT_EQ(texts.size(), 3U);
    EXPECT_EQ(texts[0], "text [] of " + std::to_string(lost.size() - 2) + " gap");
    EXPECT_NE(texts[1].find("not_decoded"), std::string::npos) << texts[1];
    EXPECT_EQ(texts[2], "text [new: 12]");
}

TEST(Websocket, a_loss_between_two_blocks_of_a_message_is_one_too) {
    Deflater deflater;
    WebsocketFeeder feeder(false, kDeflate);
    const std::string first = deflater.message("the first block, ") + std::string("\0\0\xff\xff", 4);
    const std::string second = deflater.message("and the one behind it");
    const std::string frame = websocket_frame(0xc1, first + second);
    feeder.call(frame.substr(0, frame.size() - second.size() - 4)).gap(second.size() + 4);
    feeder.call(deflater.frame("and the one behind it"));
    const Texts texts = feeder.texts();
    ASSERT_EQ(texts.size(), 2U);
    EXPECT_EQ(texts[0], "text [the first block, ] of " + std::to_string(frame.size() - 2) + " gap");
    EXPECT_NE(texts[1].find("not_decoded"), std::string::npos) << texts[1];
}

TEST(Websocket, without_takeover_a_loss_costs_one_message) {
    Deflater deflater(false);
    WebsocketFeeder feeder(false, {.deflate = true, .server = {.takeover = false}});
    const std::string lost = deflater.frame(kLongText);
    feeder.call(lost.substr(0, 20)).gap(lost.size() - 20).call(deflater.frame(kLongText));
    EXPECT_EQ(feeder.texts().back(), "text [" + kLongText + "]");
}

TEST(Websocket, what_does_not_inflate_is_not_decoded) {
    WebsocketFeeder feeder(false, kDeflate);
    feeder.call(websocket_frame(0xc1, "\xff\xff\xff\xff")).call(websocket_frame(0xc1, ""));
    EXPECT_EQ(feeder.texts(), (Texts{"text [] of 4 not_decoded", "text [] not_decoded"}));
    Deflater deflater;
    const std::string whole = deflater.message(kLongText);
    feeder.call(websocket_frame(0xc1, whole.substr(0, whole.size() / 2)));
    EXPECT_NE(feeder.texts().back().find("not_decoded"), std::string::npos);
    feeder.call(websocket_frame(0xc1, std::string("\x00\x0a\x00\xf5\xff", 5) + "He"));  // a block of ten bytes
    feeder.call(Deflater().frame(kLongText));                                           // does not go on with that
    EXPECT_EQ(feeder.texts(), (Texts{"text [He] of 7 not_decoded", "text [" + kLongText + "]"}));
}

// zlib itself would read it or not, as its calls were cut (RFC 7692 §7.1.2: a smaller window is the sender's promise).
TEST(Websocket, a_sender_that_uses_a_larger_window_than_agreed_is_read_however_calls_are_cut) {
    const WebsocketExtensions agreed = read_websocket_extensions(
        {{"Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=9; server_no_context_takeover"}});
    std::string text;
    for (unsigned i = 0, state = 1; i < 2000; ++i, state = state * 1103515245 + 12345)
        text += static_cast<char>('a' + state / 65536 % 26);
    text += text;
    const std::string frame = Deflater().frame(text);
    for (const std::size_t piece : {frame.size(), std::size_t{7}}) {
        WebsocketFeeder feeder(false, agreed);
        for (std::size_t at = 0; at < frame.size(); at += piece)
            feeder.more(std::string_view(frame).substr(at, piece));
        EXPECT_EQ(feeder.end().texts(), std::vector<std::string>{"text [" + text + "]"}) << piece;
    }
}

TEST(Websocket, payloads_under_another_extension_stay_as_they_are) {
    WebsocketFeeder feeder(false, {.deflate = true, .other = true});
    feeder.call(websocket_frame(kFin | 0x30 | 1, "abc") + websocket_frame(kFin | 9, "p"));
    EXPECT_EQ(feeder.texts(), (Texts{"text [abc] not_decoded", "ping [p]"}));
}

TEST(Websocket, memory_given_back) {
    Deflater deflater;
    WebsocketFeeder feeder(false, kDeflate);
    feeder.call(deflater.frame(kLongText)).call(websocket_frame(1, std::string(5000, 'a')));
    EXPECT_GT(feeder.parser.memory(), 30'000U);
    EXPECT_TRUE(feeder.parser.release());
    EXPECT_LT(feeder.parser.memory(), 100U);
    EXPECT_FALSE(feeder.parser.release());
    feeder.call(websocket_frame(kFin, "b")).call(deflater.frame("0987"));
    EXPECT_EQ(feeder.texts(), (Texts{"text [" + kLongText + "]", "text [] of 5001 in 2 truncated", "text [0987]"}));
}

TEST(Websocket, splits_change_nothing) {
    Deflater deflater;
    std::vector<std::string> calls = {text_frame("one") + websocket_frame(1, "two"),
                                      websocket_frame(kFin, " more"),
                                      deflater.frame(kLongText) + deflater.frame(kLongText),
                                      websocket_frame(kFin | 3, "bad"),
                                      text_frame("lost"),
                                      text_frame("found"),
                                      text_frame("more"),
                                      text_frame(std::string(300, 'a'))};
    WebsocketFeeder whole(false, kDeflate);
    for (const std::string& call : calls)
        whole.call(call);
    const Texts expected = whole.end().texts();
    EXPECT_EQ(expected.size(), 9U);
    for (const std::size_t size : {1U, 2U, 5U, 50U}) {
        WebsocketFeeder pieces(false, kDeflate);
        for (const std::string& call : calls)
            for (std::size_t at = 0; at < call.size(); at += size)
                at == 0 ? pieces.call(call.substr(at, size)) : pieces.more(call.substr(at, size));
        EXPECT_EQ(pieces.end().texts(), expected) << size;
        EXPECT_TRUE(pieces.adds_up());
    }
}

}  // namespace
}  // namespace apiarist::protocols::testing
