// SPDX-License-Identifier: Apache-2.0
#include "app/coverage.h"

#include <gmock/gmock.h>

#include "app/coverage_text.h"
#include "app/printable.h"
#include "base/json.h"

namespace apiarist::app {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

events::ProcessCoverage process(std::uint32_t pid, const char* name) {
    events::ProcessCoverage one;
    one.pid = pid;
    one.name = name;
    one.looked_at = true;
    return one;
}

events::ProcessCoverage java(std::uint64_t opaque) {
    auto one = process(4711, "java");
    one.traffic.sockets.passed = one.traffic.sockets.opaque = opaque;
    one.stacks.push_back({"JSSE", "JSSE of Java 17.0.15", "/libjvm.so", "not supported"});
    return one;
}

events::ProcessCoverage clear_server(std::uint64_t bytes) {
    auto one = process(41, "shop");
    one.traffic.sockets.passed = one.traffic.sockets.copied = bytes;
    return one;
}

auto part(const char* what, const char* why, std::uint64_t bytes) {
    return AllOf(Field(&NotSeen::what, what), Field(&NotSeen::why, why), Field(&NotSeen::bytes, bytes));
}

TEST(Percent, is_whole_only_where_it_is) {
    EXPECT_EQ(percent(0, 0), "0 %");
    EXPECT_EQ(percent(0, 7), "0 %");
    EXPECT_EQ(percent(7, 7), "100 %");
    EXPECT_EQ(percent(999'999, 1'000'000), "99.9 %");
    EXPECT_EQ(percent(1, 1'000'000), "under 0.1 %");
    EXPECT_EQ(percent(973, 1000), "97.3 %");
}

TEST(Judge, clear_http_and_explained_tls_are_seen) {
    auto one = process(7, "nginx");
    one.traffic.sockets.passed = 1000;
    one.traffic.sockets.copied = 100;
    one.traffic.sockets.skipped = 200;
    one.traffic.sockets.ciphertext = 700;
    one.traffic.plaintext.passed = one.traffic.plaintext.copied = 500;
    const Judgement judgement = judge({}, one);
    EXPECT_EQ(judgement.bytes, 1000u);
    EXPECT_EQ(judgement.seen, 1000u);
    EXPECT_THAT(judgement.not_seen, IsEmpty());
}

TEST(Judge, tls_counts_in_the_share_of_its_plaintext) {
    auto one = process(7, "nginx");
    one.traffic.sockets.passed = one.traffic.sockets.ciphertext = 1000;
    one.traffic.plaintext.passed = 400;
    one.traffic.plaintext.copied = 300;
    one.traffic.plaintext.http2 = 100;
    const Judgement judgement = judge({}, one);
    EXPECT_EQ(judgement.seen, 750u);
    EXPECT_THAT(judgement.not_seen, ElementsAre(part("HTTP/2", "switched off (--http2 false)", 250)));
}

TEST(Judge, every_part_is_named_the_largest_first) {
    auto one = process(7, "all");
    ap_byte_counts& bytes = one.traffic.sockets;
    bytes = {.passed = 127,
             .copied = 1,
             .unknown = 2,
             .not_http = 4,
             .http2 = 8,
             .ciphertext = 0,
             .opaque = 16,
             .skipped = 0,
             .shed = 32,
             .lost = 64};
    one.traffic.udp_quic = 128;
    one.traffic.udp_other = 256;
    const Judgement judgement = judge({}, one);
    EXPECT_EQ(judgement.bytes, 511u);
    EXPECT_EQ(judgement.seen, 1u);
    EXPECT_THAT(judgement.not_seen,
                ElementsAre(part("UDP", "", 256), part("HTTP/3", "QUIC is not supported", 128),
                            part("lost", "no room in the ring", 64), part("left out under overload", "", 32),
                            part("TLS", "no TLS stack was recognised in it", 16),
                            part("HTTP/2", "switched off (--http2 false)", 8), part("not HTTP", "", 4),
                            part("not recognised", "", 2)));
}

TEST(Judge, why_tls_is_opaque) {
    events::CoverageSnapshot coverage;
    const auto why = [&coverage](const events::ProcessCoverage& one) {
        return judge(coverage, one).not_seen.at(0).why;
    };
    EXPECT_EQ(why(java(5)), "JSSE of Java 17.0.15: not supported");
    auto probed = java(5);
    probed.stacks = {{"OpenSSL", "OpenSSL 3.0.19", "/libssl", ""}, {"QUIC", "ngtcp2", "/node", "not supported"}};
    EXPECT_THAT(why(probed), HasSubstr("before its TLS stack was probed"));
    auto gone = java(5);
    gone.stacks.clear();
    gone.looked_at = false;
    EXPECT_EQ(why(gone), "it ended before its TLS stack could be told");
    coverage.tls = false;
    EXPECT_EQ(why(java(5)), "switched off (--tls false)");
}

TEST(Judge, clear_http_that_was_not_wanted_is_not_seen) {
    events::CoverageSnapshot coverage;
    coverage.clear = false;
    auto one = process(7, "shop");
    one.traffic.sockets.passed = one.traffic.sockets.skipped = 10;
    EXPECT_EQ(judge(coverage, one).seen, 0u);
    EXPECT_THAT(judge(coverage, one).not_seen, ElementsAre(part("clear HTTP", "switched off (--clear false)", 10)));
}

TEST(TotalOf, one_line) {
    events::CoverageSnapshot coverage;
    EXPECT_EQ(total_of(coverage).line, "no bytes passed on sockets of traced processes");
    coverage.processes = {clear_server(973), java(21)};
    coverage.processes.push_back(process(5, "redis"));
    coverage.processes.back().traffic.sockets.passed = coverage.processes.back().traffic.sockets.not_http = 6;
    coverage.processes.push_back(process(6, "idle"));
    EXPECT_EQ(total_of(coverage).line,
              "97.3 % of the bytes of 3 processes; not seen: 2.1 % TLS of java (pid 4711): JSSE of Java 17.0.15: not "
              "supported; 0.6 % not HTTP");
    coverage.processes = {clear_server(5)};
    EXPECT_EQ(total_of(coverage).line, "100 % of the bytes of 1 process");
}

TEST(TotalOf, processes_of_a_name_are_told_together) {
    events::CoverageSnapshot coverage;
    coverage.processes = {java(30), java(20), clear_server(50)};
    coverage.processes[1].pid = 4712;
    EXPECT_THAT(total_of(coverage).line, HasSubstr("; not seen: 50.0 % TLS of java (2 processes): JSSE"));
}

TEST(TotalOf, ended_processes_that_are_not_known_any_more_count) {
    events::CoverageSnapshot coverage;
    coverage.processes = {clear_server(50)};
    coverage.forgotten = 9;
    coverage.of_forgotten.sockets.passed = coverage.of_forgotten.sockets.not_http = 50;
    EXPECT_EQ(total_of(coverage).line, "50.0 % of the bytes of 10 processes; not seen: 50.0 % not HTTP");
    EXPECT_THAT(coverage_text(coverage), HasSubstr("ended processes"));
}

TEST(CoverageText, a_row_for_each_process) {
    events::CoverageSnapshot coverage;
    coverage.processes = {clear_server(90), java(10), process(6, "idle")};
    coverage.processes[0].container = std::string(64, 'a');
    const std::string text = coverage_text(coverage);
    EXPECT_THAT(text, HasSubstr("      41 shop             aaaaaaaaaaaa "));
    EXPECT_THAT(text, HasSubstr("JSSE of Java 17.0.15 (not read: not supported)\n"));
    EXPECT_THAT(text, HasSubstr("not seen: 10 bytes TLS: JSSE of Java 17.0.15: not supported\n"));
    EXPECT_THAT(text, HasSubstr("and 1 without bytes on sockets\n"));
    EXPECT_THAT(text, HasSubstr("\n90.0 % of the bytes of 2 processes"));
}

TEST(CoverageText, names_move_no_cursor) {
    events::CoverageSnapshot coverage;
    auto hostile = java(10);
    hostile.name = "\x1b[2J\xc2\x9b\n";
    hostile.container = "\r\x07";
    hostile.stacks[0].version = "\x1b]0;x\x07";
    hostile.stacks[0].file = "/\xff\n\"";
    hostile.stacks[0].reason = "\x7f\x80";
    coverage.processes = {hostile};
    for (const std::string& shown : {coverage_text(coverage), coverage_json(coverage)}) {
        for (const char* bad : {"\x1b", "\x07", "\r", "\x7f", "\xc2\x9b", "\x80", "\xff"})
            EXPECT_THAT(shown, Not(HasSubstr(bad)));
        EXPECT_TRUE(is_utf8(shown));
    }
    EXPECT_THAT(coverage_json(coverage), HasSubstr(R"("file": "/??\"")"));
}

TEST(Printable, keeps_what_people_write) {
    EXPECT_EQ(printable("caf\xc3\xa9 \xe2\x82\xac"), "caf\xc3\xa9 \xe2\x82\xac");
    EXPECT_EQ(printable("caf\xe9"), "caf?");
    EXPECT_EQ(printable("a\tb"), "a?b");
}

TEST(CoverageJson, has_what_the_text_has) {
    events::CoverageSnapshot coverage;
    coverage.processes = {clear_server(90), java(10)};
    const std::string json = coverage_json(coverage);
    EXPECT_THAT(json,
                HasSubstr(R"("total": {"processes": 2, "bytes": 100, "seen": 90, "share": 0.900000, "line": "90)"));
    EXPECT_THAT(json, HasSubstr(R"("pid": 4711, "name": "java")"));
    EXPECT_THAT(
        json, HasSubstr(R"("not_seen": [{"what": "TLS", "why": "JSSE of Java 17.0.15: not supported", "bytes": 10}])"));
    EXPECT_THAT(json, HasSubstr(R"("version": "JSSE of Java 17.0.15", "file": "/libjvm.so", "probed": false)"));
}

}  // namespace
}  // namespace apiarist::app
