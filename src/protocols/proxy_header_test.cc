// SPDX-License-Identifier: Apache-2.0
// What is a PROXY header and what is none, by itself, at the first look at a stream, and before the first request.
#include "protocols/proxy_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocols/http1.h"
#include "protocols/http1_testing.h"

namespace apiarist::protocols {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Player;
using State = ProxyHeader::State;

const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;
const std::string kVersion1 = "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n";
// PROXY, TCP over IPv4, 12 bytes of addresses and ports.
const std::string kVersion2 = kSignature + "\x21\x11\0\x0c\xc0\0\x02\x01\xc6\x33\x64\x02\xdc\x04\x01\xbb"s;
const std::string kGet = "GET /a HTTP/1.1\r\n\r\n";

std::string version2(char version_and_command, char family, std::size_t length) {
    const char size[] = {static_cast<char>(length >> 8), static_cast<char>(length)};
    return kSignature + version_and_command + family + std::string(size, 2) + std::string(length, '\n');
}

void expect_whole(const std::string& header) {
    const ProxyHeader alone = look_at_proxy_header(header);
    EXPECT_EQ(alone.state, State::kWhole) << header;
    EXPECT_EQ(alone.size, header.size()) << header;
    EXPECT_EQ(look_at_proxy_header(header + kGet).size, header.size()) << header;
    for (std::size_t size = 0; size < header.size(); ++size)
        EXPECT_EQ(look_at_proxy_header(header.substr(0, size)).state, State::kPartial) << header.substr(0, size);
}

void expect_none(const std::string& bytes) {
    EXPECT_EQ(look_at_proxy_header(bytes).state, State::kNone) << bytes;
}

TEST(ProxyHeader, version_1_is_a_line_of_addresses) {
    expect_whole(kVersion1);
    expect_whole("PROXY TCP4 0.0.0.0 255.255.255.255 0 65535\r\n");
    expect_whole("PROXY TCP6 2001:db8::1 ::ffff:10.0.0.1 1 65535\r\n");
}

TEST(ProxyHeader, version_1_may_name_no_addresses) {
    expect_whole("PROXY UNKNOWN\r\n");
    expect_whole("PROXY UNKNOWN ffff:f::1 ffff:f::2 65535 65535\r\n");
    expect_whole("PROXY UNKNOWN anything  at all \r\n");
}

TEST(ProxyHeader, version_1_ends_within_107_bytes) {
    const std::string longest = "PROXY UNKNOWN " + std::string(91, 'x') + "\r\n";
    ASSERT_EQ(longest.size(), 107u);
    expect_whole(longest);
    expect_none("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n");
    expect_none("PROXY UNKNOWN " + std::string(200, 'x'));
}

TEST(ProxyHeader, lines_that_are_not_quite_version_1_are_none) {
    for (const char* line : {"PROXY / HTTP/1.1",
                             "PROXY TCP4",
                             "PROXY TCP4 1.2.3.4 1.2.3.4 1",
                             "PROXY TCP5 1.2.3.4 1.2.3.4 1 2",
                             "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 ",
                             "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3",
                             "PROXY TCP4  1.2.3.4 1.2.3.4 1 2",
                             "PROXY TCP4 1.2.3.256 1.2.3.4 1 2",
                             "PROXY TCP4 1.2.3 1.2.3.4 1 2",
                             "PROXY TCP4 ::1 ::1 1 2",
                             "PROXY TCP6 1.2.3.4 1.2.3.4 1 2",
                             "PROXY TCP6 ::1 ::g 1 2",
                             "PROXY TCP4 1.2.3.4 1.2.3.4 1 65536",
                             "PROXY TCP4 1.2.3.4 1.2.3.4 01 2",
                             "PROXY TCP4 1.2.3.4 1.2.3.4 -1 2",
                             "PROXY TCP4 1.2.3.4 1.2.3.4  2",
                             "PROXY UNKNOWNX",
                             "PROXY UNKNOWN \x01",
                             "PROXY UNKNOWN \r",
                             "proxy UNKNOWN",
                             " PROXY UNKNOWN",
                             "PROXY"}) {
        EXPECT_FALSE(is_proxy_line(line)) << line;
        expect_none(line + "\r\n"s);
    }
    EXPECT_FALSE(is_proxy_line("PROXY TCP4 1.2.3.4 1.2.3.4\0 1 2"s));
    expect_none("PROXY UNKNOWN\n");  // the specification wants CR LF
    expect_none("PRI * HTTP/2.0\r\n\r\n");
    expect_none(kGet);
}

TEST(ProxyHeader, version_2_says_its_length) {
    expect_whole(kVersion2);
    expect_whole(version2('\x20', '\0', 0));      // LOCAL: the proxy's own check
    expect_whole(version2('\x20', '\x77', 5));    // of which the rest is void
    expect_whole(version2('\x21', '\x21', 36));   // TCP over IPv6
    expect_whole(version2('\x21', '\x31', 216));  // a stream of the UNIX domain
    expect_whole(version2('\x21', '\x11', 300));  // further fields behind the addresses
    expect_whole(version2('\x21', '\x11', 2047));
}

TEST(ProxyHeader, bytes_that_are_not_quite_version_2_are_none) {
    expect_none(version2('\x21', '\x11', 2048));  // longer than any real one
    expect_none(version2('\x11', '\x11', 12));    // version
    expect_none(version2('\x22', '\x11', 12));    // command
    expect_none(version2('\x21', '\x41', 12));    // address family
    expect_none(version2('\x21', '\x13', 12));    // transport
    expect_none(version2('\x21', '\x11', 11));    // too short for its addresses
    expect_none(version2('\x21', '\x21', 35));
    expect_none(version2('\x21', '\x31', 215));
    for (std::size_t at = 0; at < kSignature.size(); ++at) {
        std::string wrong = kVersion2;
        wrong[at] = 'x';
        expect_none(wrong);
    }
}

StartLook look(const std::string& bytes) {
    return look_at_start(testing::as_bytes(bytes));
}

TEST(Http1StartLook, what_stands_behind_the_header_decides) {
    for (const std::string& header : {kVersion1, kVersion2}) {
        EXPECT_EQ(look(header + kGet).look, Http1Look::kRequest);
        EXPECT_EQ(look(header + kGet).proxy_header, header.size());
        EXPECT_EQ(look(header + "GE").look, Http1Look::kUnknown);
        EXPECT_EQ(look(header + "\x16\x03\x01").look, Http1Look::kOther);
        EXPECT_EQ(look(header + header).look, Http1Look::kOther);
    }
}

TEST(Http1StartLook, the_header_alone_decides_nothing) {
    for (const std::string& header : {kVersion1, kVersion2}) {
        for (std::size_t size = 0; size <= header.size(); ++size)
            EXPECT_EQ(look(header.substr(0, size)).look, Http1Look::kProxyHeader) << size;
        EXPECT_EQ(look(header).proxy_header, header.size());
    }
}

TEST(Http1StartLook, who_accepts_a_connection_sends_no_header) {
    EXPECT_EQ(look(kVersion1 + "HTTP/1.1 200 OK\r\n").look, Http1Look::kOther);
    EXPECT_EQ(look(kVersion2 + "HTTP/1.").look, Http1Look::kOther);
}

TEST(Http1StartLook, without_a_header_it_is_as_anywhere) {
    EXPECT_EQ(look(kGet).look, Http1Look::kRequest);
    EXPECT_EQ(look("\r\n" + kGet).look, Http1Look::kRequest);
    EXPECT_EQ(look("HTTP/1.1 200 OK\r\n").look, Http1Look::kResponse);
    EXPECT_EQ(look("PROXY / HTTP/1.1\r\n").look, Http1Look::kRequest);
    EXPECT_EQ(look("PROXY UNKNOWN\n").look, Http1Look::kOther);
    EXPECT_EQ(look("FROB /x").look, Http1Look::kUnknown);
    EXPECT_EQ(look(kSignature + "\x31").look, Http1Look::kOther);
}

TEST(Http1ProxyHeader, before_the_first_request_is_set_aside) {
    for (const std::string& header : {kVersion1, kVersion2, version2('\x20', '\0', 0), "PROXY UNKNOWN\r\n"s}) {
        Player p(MessageKind::kRequest);
        p.feed(header);
        EXPECT_THAT(p.items, IsEmpty());
        EXPECT_TRUE(p.parser.between_messages());
        EXPECT_EQ(p.parser.counts().parsed, header.size());
        p.feed(kGet);
        EXPECT_THAT(p.texts(), ElementsAre("GET /a HTTP/1.1\n  body 0 []"));
        EXPECT_EQ(p.messages()[0].begin, 2u);  // not the header's time
        EXPECT_EQ(p.parser.counts().parsed, p.fed);
    }
}

TEST(Http1ProxyHeader, may_be_cut_anywhere) {
    for (const std::string& header : {kVersion1, kVersion2}) {
        const std::string stream = header + kGet + kGet;
        for (std::size_t cut = 1; cut < stream.size(); ++cut) {
            Player p(MessageKind::kRequest);
            p.feed(stream.substr(0, cut)).feed(stream.substr(cut));
            EXPECT_THAT(p.texts(), ElementsAre("GET /a HTTP/1.1\n  body 0 []", "GET /a HTTP/1.1\n  body 0 []")) << cut;
            EXPECT_EQ(p.parser.counts().parsed, stream.size()) << cut;
        }
        Player p(MessageKind::kRequest);
        for (const char byte : stream)
            p.feed({&byte, 1});
        EXPECT_EQ(p.texts().size(), 2u);
        EXPECT_EQ(p.parser.counts().parsed, stream.size());
    }
}

TEST(Http1ProxyHeader, empty_lines_behind_it_are_forgiven) {
    Player p(MessageKind::kRequest);
    p.feed(kVersion2 + "\r\n" + kGet);
    EXPECT_THAT(p.texts(), ElementsAre("GET /a HTTP/1.1\n  body 0 []"));
}

TEST(Http1ProxyHeader, stands_nowhere_but_at_the_start_of_requests) {
    for (const std::string& header : {kVersion1, kVersion2}) {
        const std::vector<std::string> before = {kGet, header, "\r\n", "\r\n\r\n", "\r\n\r\n\r\n"};
        for (const std::string& first : before) {
            Player p(MessageKind::kRequest);
            p.feed(first).feed(header);
            EXPECT_TRUE(p.parser.lost()) << first;
            EXPECT_EQ(p.parser.counts().malformed, 1u) << first;
        }
        Player midway(MessageKind::kRequest, {}, false);
        midway.feed(header + kGet);
        EXPECT_THAT(midway.texts(), IsEmpty());
        Player response(MessageKind::kResponse);
        response.feed(header + "HTTP/1.1 204 N\r\n\r\n");
        EXPECT_THAT(response.texts(), ElementsAre("lost place"));
    }
}

TEST(Http1ProxyHeader, a_method_of_that_name_is_a_method) {
    Player p(MessageKind::kRequest);
    p.feed("PROXY /a HTTP/1.1\r\n\r\n");
    EXPECT_THAT(p.texts(), ElementsAre("PROXY /a HTTP/1.1\n  body 0 []"));
}

TEST(Http1ProxyHeader, a_wrong_one_is_given_up_like_any_other_line) {
    for (const std::string& wrong :
         {"PROXY TCP4 1 2 3 4\r\n"s, version2('\x31', '\x11', 12), version2('\x21', '\x11', 9000)}) {
        Player p(MessageKind::kRequest);
        p.feed(wrong + kGet).feed(kGet).end();
        EXPECT_THAT(p.texts(), ElementsAre("lost place", "GET /a HTTP/1.1\n  body 0 []"));
        EXPECT_EQ(p.parser.counts().malformed, 1u);
        EXPECT_EQ(p.counted(), p.fed);
    }
}

TEST(Http1ProxyHeader, a_call_that_does_not_go_on_with_it_is_read) {
    // Nearly any byte may be the last of the fixed part: the lower half of the length.
    for (std::size_t size = 5; size < 15; ++size) {
        Player p(MessageKind::kRequest);
        p.feed(kVersion2.substr(0, size)).feed(kGet);
        EXPECT_THAT(p.texts(), ElementsAre("lost place", "GET /a HTTP/1.1\n  body 0 []")) << size;
    }
}

TEST(Http1ProxyHeader, a_loss_inside_costs_the_place_and_no_more) {
    Player p(MessageKind::kRequest);
    p.feed(kVersion2.substr(0, 20)).gap(8).feed(kGet);
    EXPECT_THAT(p.texts(), ElementsAre("lost place", "GET /a HTTP/1.1\n  body 0 []"));
    EXPECT_EQ(p.parser.counts().unattributed, 16u);  // the two empty lines were counted before
    EXPECT_EQ(p.counted(), p.fed);
}

TEST(Http1ProxyHeader, an_end_inside_leaves_every_byte_counted) {
    for (const std::string& header : {kVersion1, kVersion2}) {
        for (std::size_t size = 1; size < header.size(); ++size) {
            Player p(MessageKind::kRequest);
            p.feed(header.substr(0, size)).end();
            EXPECT_THAT(p.messages(), IsEmpty());
            EXPECT_EQ(p.counted(), p.fed);
        }
    }
}

}  // namespace
}  // namespace apiarist::protocols
