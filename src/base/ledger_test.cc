// SPDX-License-Identifier: Apache-2.0
#include "base/ledger.h"

#include <gmock/gmock.h>

#include <regex>
#include <set>

namespace apiarist {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::uint64_t& cell(LedgerSnapshot& snapshot, Count count) {
    return snapshot[static_cast<std::size_t>(count)];
}

LedgerSnapshot balanced() {
    LedgerSnapshot s{};
    std::uint64_t n = 1;
    for (auto i = static_cast<std::size_t>(Count::kSocketCopied); i <= static_cast<std::size_t>(Count::kSocketLost);
         ++i)
        cell(s, Count::kSocketPassed) += s[i] = n++;
    for (auto i = static_cast<std::size_t>(Count::kTlsCopied); i <= static_cast<std::size_t>(Count::kTlsLost); ++i)
        cell(s, Count::kTlsPassed) += s[i] = n++;
    cell(s, Count::kBytesParsed) = at(s, Count::kSocketCopied);
    cell(s, Count::kBytesTunnelled) = at(s, Count::kTlsCopied);
    cell(s, Count::kRequests) = 5;
    cell(s, Count::kResponses) = 7;
    cell(s, Count::kPaired) = 4;
    cell(s, Count::kUnanswered) = 1;
    cell(s, Count::kOrphanResponses) = 3;
    cell(s, Count::kRecords) = 6;
    cell(s, Count::kFilteredHeader) = 1;
    cell(s, Count::kRecordsDelivered) = 3;
    cell(s, Count::kDroppedQueueFull) = 1;
    cell(s, Count::kDroppedFailed) = 1;
    return s;
}

TEST(CountTable, has_every_counter_in_the_order_of_the_enum) {
    ASSERT_EQ(count_table().size(), static_cast<std::size_t>(Count::kEnd));
    for (std::size_t i = 0; i < count_table().size(); ++i)
        EXPECT_EQ(static_cast<std::size_t>(count_table()[i].count), i);
}

TEST(CountTable, names_are_unique_and_fit_for_metrics_and_have_help) {
    const std::regex name("[a-z][a-z0-9]*(_[a-z0-9]+)*");
    std::set<std::string_view> names;
    for (const CountInfo& info : count_table()) {
        EXPECT_TRUE(names.insert(info.name).second) << info.name;
        EXPECT_TRUE(std::regex_match(info.name.begin(), info.name.end(), name)) << info.name;
        EXPECT_FALSE(info.help.empty()) << info.name;
    }
}

TEST(Ledger, adds_sets_and_sums_up) {
    Ledger one;
    Ledger two;
    one.add(Count::kRequests);
    one.add(Count::kRequests, 4);
    two.add(Count::kRequests, 10);
    two.set(Count::kEvents, 3);
    LedgerSnapshot total{};
    one.add_to(total);
    two.add_to(total);
    EXPECT_EQ(at(total, Count::kRequests), 15U);
    EXPECT_EQ(at(total, Count::kEvents), 3U);
    EXPECT_EQ(at(total, Count::kPaired), 0U);
}

TEST(LedgerFaults, none_when_empty_or_balanced) {
    EXPECT_THAT(ledger_faults({}), IsEmpty());
    EXPECT_THAT(ledger_faults(balanced()), IsEmpty());
}

// A count that is in no equation can be wrong without anyone seeing it.
TEST(LedgerFaults, each_counter_of_an_equation_is_missed) {
    for (auto i = static_cast<std::size_t>(Count::kSocketPassed); i <= static_cast<std::size_t>(Count::kBytesDropped);
         ++i) {
        LedgerSnapshot s = balanced();
        ++s[i];
        EXPECT_FALSE(ledger_faults(s).empty()) << count_table()[i].name;
    }
    for (const Count count :
         {Count::kRequests, Count::kResponses, Count::kPaired, Count::kUnanswered, Count::kOrphanResponses,
          Count::kRecords, Count::kFilteredEgress, Count::kFilteredBandwidth, Count::kRecordsDelivered,
          Count::kRecordsQueued, Count::kDroppedFailed}) {
        LedgerSnapshot s = balanced();
        ++cell(s, count);
        EXPECT_FALSE(ledger_faults(s).empty()) << count_table()[static_cast<std::size_t>(count)].name;
    }
}

TEST(LedgerFaults, say_which_equation_and_by_how_much) {
    LedgerSnapshot s = balanced();
    ++cell(s, Count::kRequests);
    EXPECT_THAT(ledger_faults(s), ElementsAre("requests = paired + unanswered: 6 is not 5"));
}

TEST(BytesSeen, tls_counts_in_the_share_of_its_plaintext) {
    LedgerSnapshot s{};
    cell(s, Count::kSocketPassed) = 1000;
    cell(s, Count::kSocketCopied) = 100;
    cell(s, Count::kSocketSkipped) = 50;
    cell(s, Count::kSocketOpaque) = 450;
    cell(s, Count::kSocketCiphertext) = 400;
    cell(s, Count::kUdpOther) = 7;
    EXPECT_EQ(bytes_seen(s).bytes, 1007U);
    EXPECT_EQ(bytes_seen(s).seen, 550U);
    cell(s, Count::kTlsPassed) = 200;
    cell(s, Count::kTlsCopied) = 150;
    cell(s, Count::kTlsHttp2) = 50;
    EXPECT_EQ(bytes_seen(s).seen, 450U);
}

TEST(LedgerSummary, names_tls_that_is_not_read_where_there_is_some) {
    LedgerSnapshot s{};
    EXPECT_THAT(ledger_summary(s), ::testing::Not(HasSubstr("NOT READ")));
    cell(s, Count::kSocketOpaque) = 450;
    cell(s, Count::kUdpQuic) = 7;
    EXPECT_THAT(ledger_summary(s), ::testing::Not(HasSubstr("belong to no message")));
    s[static_cast<std::size_t>(Count::kBytesUnattributed)] = 12;
    s[static_cast<std::size_t>(Count::kMalformed)] = 1;
    s[static_cast<std::size_t>(Count::kUnidentified)] = 3;
    EXPECT_THAT(
        ledger_summary(s),
        HasSubstr("NOT READ: 12 bytes of HTTP belong to no message that was read (1 malformed), exchanges whose path "
                  "was said before the run 3\n"));
    EXPECT_THAT(ledger_summary(s), HasSubstr(", TLS NOT READ 450,"));
    EXPECT_THAT(ledger_summary(s), HasSubstr(", HTTP/3 (QUIC) not read 7\n"));
}

TEST(LedgerJson, has_every_counter_and_whether_it_adds_up) {
    LedgerSnapshot s = balanced();
    const std::string json = ledger_json(s);
    for (const CountInfo& info : count_table())
        EXPECT_THAT(json, HasSubstr("\"" + std::string(info.name) + "\": " + std::to_string(at(s, info.count)) + ","));
    EXPECT_THAT(json, HasSubstr("\"adds_up\": true\n"));
    ++cell(s, Count::kRecords);
    EXPECT_THAT(ledger_json(s), HasSubstr("\"adds_up\": false\n"));
}

TEST(LedgerSummary, says_whether_it_adds_up) {
    LedgerSnapshot s = balanced();
    EXPECT_THAT(ledger_summary(s), HasSubstr("the ledger adds up\n"));
    ++cell(s, Count::kTlsPassed);
    EXPECT_THAT(ledger_summary(s), HasSubstr("the ledger does not add up: TLS bytes passed"));
}

}  // namespace
}  // namespace apiarist
