// SPDX-License-Identifier: Apache-2.0
#include "server/metrics_text.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <regex>
#include <set>
#include <sstream>

namespace apiarist::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

LedgerSnapshot numbered() {
    LedgerSnapshot ledger{};
    for (std::size_t i = 0; i < ledger.size(); ++i)
        ledger[i] = 1000 + i;
    return ledger;
}

TEST(MetricsText, every_counter_of_the_ledger_stands_once_with_help_and_type) {
    const std::string text = "\n" + metrics_text(numbered(), {});
    for (const CountInfo& info : count_table()) {
        const std::string name = fmt::format("apiarist_{}_total", info.name);
        const std::size_t value = 1000 + static_cast<std::size_t>(info.count);
        EXPECT_THAT(text,
                    HasSubstr(fmt::format("\n# HELP {0} {1}\n# TYPE {0} counter\n{0} {2}\n", name, info.help, value)));
    }
}

TEST(MetricsText, every_line_is_of_the_format) {
    const std::regex comment(R"(# (HELP [a-z_:][a-z0-9_:]* .+|TYPE [a-z_:][a-z0-9_:]* (counter|gauge)))");
    const std::regex sample(R"([a-z_:][a-z0-9_:]*(\{[a-z_]+="([^"\\]|\\.)*"\})? -?[0-9.e+-]+)");
    std::istringstream lines(metrics_text(numbered(), {.version = "0.1.0", .uptime_seconds = 1.5}));
    std::set<std::string> samples;
    for (std::string line; std::getline(lines, line);) {
        EXPECT_TRUE(std::regex_match(line, comment) || std::regex_match(line, sample)) << line;
        if (line.front() == '#') continue;
        EXPECT_TRUE(samples.insert(line.substr(0, line.find(' '))).second) << line;
    }
    EXPECT_EQ(samples.size(), count_table().size() + 6);
}

TEST(MetricsText, large_counts_are_exact) {
    LedgerSnapshot ledger{};
    ledger.front() = UINT64_MAX;
    EXPECT_THAT(metrics_text(ledger, {}), HasSubstr("apiarist_socket_bytes_passed_total 18446744073709551615\n"));
}

TEST(MetricsText, the_share_seen_is_of_the_ledger) {
    LedgerSnapshot ledger{};
    EXPECT_THAT(metrics_text(ledger, {}), Not(HasSubstr("apiarist_bytes_seen_ratio")));
    ledger[static_cast<std::size_t>(Count::kSocketPassed)] = 3;
    ledger[static_cast<std::size_t>(Count::kSocketCopied)] = 1;
    ledger[static_cast<std::size_t>(Count::kSocketOpaque)] = 2;
    ledger[static_cast<std::size_t>(Count::kUdpQuic)] = 1;
    EXPECT_THAT(metrics_text(ledger, {}), HasSubstr("\napiarist_bytes_seen_ratio 0.25\n"));
}

TEST(MetricsText, labels_are_escaped) {
    EXPECT_THAT(metrics_text({}, {.version = "1\"\\\n"}), HasSubstr("{version=\"1\\\"\\\\\\n\"} 1\n"));
}

TEST(MetricsText, whether_the_ledger_adds_up_is_not_shown) {
    EXPECT_THAT(metrics_text({}, {}), Not(HasSubstr("adds_up")));
}

TEST(MetricsText, a_living_process_uses_memory) {
    EXPECT_GT(resident_bytes(), 0U);
}

}  // namespace
}  // namespace apiarist::server
