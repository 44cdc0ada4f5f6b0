// SPDX-License-Identifier: Apache-2.0
#include "app/pipeline.h"

#include <gmock/gmock.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

#include "events/event.h"

namespace apiarist::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Record = std::vector<std::byte>;

// Records by ring, handed over one at a time; finished from the start, so that the workers end when all is drained.
class ListSource final : public capture::Source {
  public:
    explicit ListSource(std::vector<std::vector<Record>> records)
        : records_(std::move(records)), next_(records_.size()) {}

    [[nodiscard]] unsigned rings() const override { return static_cast<unsigned>(records_.size()); }
    std::size_t drain(unsigned ring, const capture::OnRecord& on_record) override {
        if (next_[ring] == records_[ring].size()) return 0;
        on_record(records_[ring][next_[ring]++]);
        return 1;
    }
    void wait(unsigned) override {}
    [[nodiscard]] bool finished() const override { return true; }
    void mark(std::uint64_t, const ap_mark&) override {}
    [[nodiscard]] std::int64_t realtime_offset_ns() const override { return 1000; }

  private:
    std::vector<std::vector<Record>> records_;
    std::vector<std::size_t> next_;
};

class ListSink final : public policy::Sink {
  public:
    bool takes = true;
    bool takes_no_response = true;
    bool takes_no_path = true;
    bool stores = false;
    std::vector<std::string> targets;  // guarded by mutex_ while workers run

    void write(const policy::CleanTransaction& clean) override {
        const std::scoped_lock lock(mutex_);
        if (!takes) {
            ++counts_.dropped_failed;
            return;
        }
        ++counts_.delivered;
        targets.push_back(clean.transaction.request.target);
    }
    [[nodiscard]] policy::SinkCounts counts() const override {
        const std::scoped_lock lock(mutex_);
        return counts_;
    }
    [[nodiscard]] bool takes_unanswered() const override { return takes_no_response; }
    [[nodiscard]] bool takes_unidentified() const override { return takes_no_path; }
    [[nodiscard]] bool stores_samples() const override { return stores; }
    void flush() override { ++flushes; }
    Status finish() override { return Done{}; }
    std::atomic<int> flushes = 0;

  private:
    mutable std::mutex mutex_;
    policy::SinkCounts counts_;  // guarded by mutex_
};

template <typename Fixed>
Record to_record(const Fixed& fixed) {
    const auto bytes = events::bytes_of(fixed);
    return {bytes.begin(), bytes.end()};
}

// One connection as the kernel programs tell it.
class Script {
  public:
    explicit Script(std::uint64_t sock) : sock_(sock) {
        ap_conn_open open{};
        open.header = events::header_of<ap_conn_open>(AP_EVENT_CONN_OPEN, ++now_);
        open.conn = {sock_, 1};
        records_.push_back(to_record(open));
    }

    Script& bytes(unsigned direction, std::string_view text) {
        ap_data data{};
        data.header = events::header_of<ap_data>(AP_EVENT_DATA, ++now_);
        data.header.len += static_cast<ap_u32>(text.size());
        data.conn = {sock_, 1};
        data.position = bytes_[direction];
        data.size = data.captured = static_cast<ap_u32>(text.size());
        data.direction = static_cast<ap_u8>(direction);
        data.flags = AP_DATA_CALL_START;
        bytes_[direction] += text.size();
        Record record = to_record(data);
        for (const char c : text)
            record.push_back(static_cast<std::byte>(c));
        records_.push_back(std::move(record));
        return *this;
    }
    Script& exchange(const std::string& target) {
        return bytes(AP_READ, "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n")
            .bytes(AP_WRITE, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
    std::vector<Record> end() {
        ap_conn_end end{};
        end.header = events::header_of<ap_conn_end>(AP_EVENT_CONN_END, ++now_);
        end.conn = {sock_, 1};
        end.read.passed = end.read.copied = bytes_[AP_READ];
        end.write.passed = end.write.copied = bytes_[AP_WRITE];
        records_.push_back(to_record(end));
        return std::move(records_);
    }

  private:
    std::uint64_t sock_;
    std::uint64_t now_ = 0;
    std::uint64_t bytes_[2] = {};
    std::vector<Record> records_;
};

LedgerSnapshot run(ListSource& source, ListSink& sink, const PipelineOptions& options = {}) {
    Pipeline pipeline(source, sink, nullptr, options);
    pipeline.start();
    pipeline.join();
    pipeline.finish([](const capture::OnRecord&) {});
    return pipeline.ledger();
}

TEST(Pipeline, pairs_reach_the_sink_and_the_ledger_adds_up) {
    ListSource source({Script(1).exchange("/a").exchange("/b").end()});
    ListSink sink;
    const LedgerSnapshot ledger = run(source, sink);
    EXPECT_THAT(sink.targets, ElementsAre("/a", "/b"));
    EXPECT_THAT(ledger_faults(ledger), IsEmpty());
    EXPECT_EQ(at(ledger, Count::kPaired), 2U);
    EXPECT_EQ(at(ledger, Count::kRecordsDelivered), 2U);
    EXPECT_GT(sink.flushes, 0);
}

TEST(Pipeline, each_ring_has_a_worker_and_the_ledger_is_their_sum) {
    ListSource source({Script(1).exchange("/a").end(), Script(2).exchange("/b").end(), {}});
    ListSink sink;
    const LedgerSnapshot ledger = run(source, sink);
    EXPECT_THAT(sink.targets, UnorderedElementsAre("/a", "/b"));
    EXPECT_THAT(ledger_faults(ledger), IsEmpty());
    EXPECT_EQ(at(ledger, Count::kConnections), 2U);
}

TEST(Pipeline, what_the_sink_does_not_take_is_dropped_and_counted) {
    ListSource source({Script(1).exchange("/a").end()});
    ListSink sink;
    sink.takes = false;
    const LedgerSnapshot ledger = run(source, sink);
    EXPECT_EQ(at(ledger, Count::kDroppedFailed), 1U);
    EXPECT_THAT(ledger_faults(ledger), IsEmpty());
}

TEST(Pipeline, what_a_rule_leaves_out_is_counted_under_the_rule) {
    ListSource source({Script(1).exchange("/a").end()});
    ListSink sink;
    PipelineOptions options;
    std::vector<std::string> complaints;
    options.policy.headers =
        *policy::HeaderRules::parse(R"([{"key":{"eq":"x-wanted","ifAbsent":"reject"}}])", complaints);
    const LedgerSnapshot ledger = run(source, sink, options);
    EXPECT_THAT(sink.targets, IsEmpty());
    EXPECT_EQ(at(ledger, Count::kFilteredHeader), 1U);
    EXPECT_THAT(ledger_faults(ledger), IsEmpty());
}

TEST(Pipeline, samples_are_redacted_only_for_a_sink_that_stores_them) {
    for (const bool stores : {false, true}) {
        ListSource source({Script(1).exchange("/?token=a").exchange("/?token=a&token=b").end()});
        ListSink sink;
        sink.stores = stores;
        PipelineOptions options;
        options.policy.redaction = policy::Redaction::kSamples;
        const LedgerSnapshot ledger = run(source, sink, options);
        EXPECT_EQ(at(ledger, Count::kRedactedValues), stores ? 3U : 0U);
        EXPECT_EQ(sink.targets.at(0) == "/?token=a", !stores);
        EXPECT_THAT(ledger_faults(ledger), IsEmpty());
    }
}

TEST(Pipeline, unanswered_requests_go_only_to_a_sink_that_takes_them) {
    for (const bool takes : {false, true}) {
        ListSource source({Script(1).bytes(AP_READ, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n").end()});
        ListSink sink;
        sink.takes_no_response = takes;
        const LedgerSnapshot ledger = run(source, sink);
        EXPECT_EQ(sink.targets.size(), takes ? 1U : 0U);
        EXPECT_EQ(at(ledger, Count::kRecords), takes ? 1U : 0U);
        EXPECT_EQ(at(ledger, Count::kUnanswered), 1U);
        EXPECT_THAT(ledger_faults(ledger), IsEmpty());
    }
}

TEST(Pipeline, last_records_are_booked) {
    ListSource source({Script(1).exchange("/a").end(), {}});
    ListSink sink;
    const PipelineOptions options;
    Pipeline pipeline(source, sink, nullptr, options);
    pipeline.start();
    pipeline.join();
    pipeline.finish([](const capture::OnRecord& on_record) {
        ap_loss loss{};
        loss.header = events::header_of<ap_loss>(AP_EVENT_LOSS, 9);
        loss.count[AP_LOSS_COMPAT_CALLS] = 5;
        on_record(events::bytes_of(loss));
    });
    EXPECT_EQ(at(pipeline.ledger(), Count::kLossCompatCalls), 5U);
}

TEST(Pipeline, records_that_do_not_decode_are_counted) {
    ListSource source({{Record(5), Record(100)}});
    ListSink sink;
    EXPECT_EQ(at(run(source, sink), Count::kEventsInvalid), 2U);
}

}  // namespace
}  // namespace apiarist::app
