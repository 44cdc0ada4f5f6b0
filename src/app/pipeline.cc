// SPDX-License-Identifier: Apache-2.0
#include "app/pipeline.h"

#include <malloc.h>

#include <atomic>
#include <chrono>
#include <utility>

#include "transactions/tracker.h"

namespace apiarist::app {

class Pipeline::Worker final : public transactions::TransactionSink {
  public:
    Worker(capture::Source& source, unsigned ring, policy::Sink& sink, events::RecordingWriter* recording,
           const PipelineOptions& options)
        : source_(source),
          ring_(ring),
          sink_(sink),
          recording_(recording),
          policy_(options.policy, sink.stores_samples(), source.realtime_offset_ns()),
          tracker_(options.tracker, ledger, *this,
                   [&source](std::uint64_t key, const ap_mark& mark) { source.mark(key, mark); }),
          on_record_([this](std::span<const std::byte> record) { on_record(record); }) {}

    void start() {
        thread_ = std::thread([this] { run(); });
    }
    void join() {
        if (thread_.joinable()) thread_.join();
    }

    void on_record(std::span<const std::byte> record) {
        if (recording_ != nullptr) recording_->write(record);
        tracker_.on_record(record);
    }

    void finish() { tracker_.finish(); }
    void relieve(std::uint64_t bytes) { wanted_back_.store(bytes, std::memory_order_relaxed); }

    void on_transaction(transactions::Transaction transaction) override {
        if (!transaction.response && !sink_.takes_unanswered()) return;
        if (!transaction.is_identified() && !sink_.takes_unidentified()) return;
        ledger.add(Count::kRecords);
        if (transaction.capture != 0) ledger.add(Count::kRecordsIncomplete);
        const auto decided = policy_.apply(std::move(transaction));
        if (const Count* rule = std::get_if<Count>(&decided)) {
            ledger.add(*rule);
        } else {
            const auto& clean = std::get<policy::CleanTransaction>(decided);
            ledger.add(Count::kRedactedValues, clean.redacted_values);
            sink_.write(clean);
        }
    }

    Ledger ledger;

  private:
    void run() {
        for (;;) {
            // Asked before the drain: what a finished source still holds is drained below.
            const bool finished = source_.finished();
            const std::size_t drained = source_.drain(ring_, on_record_);
            give_back();
            if (drained == 0) {
                sink_.flush();
                if (finished) return;
                settle_by_clock();
            }
            if (!finished) source_.wait(ring_);
        }
    }

    void give_back() {
        const std::uint64_t bytes = wanted_back_.exchange(0, std::memory_order_relaxed);
        if (bytes == 0) return;
        tracker_.relieve(bytes);
        ::malloc_trim(0);  // else the allocator keeps it
    }

    // Without events their clock stands still; what waits for time to pass must not wait for the next event.
    void settle_by_clock() {
        const auto now = std::chrono::steady_clock::now().time_since_epoch();
        tracker_.settle(static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()));
    }

    capture::Source& source_;
    const unsigned ring_;
    policy::Sink& sink_;
    events::RecordingWriter* recording_;
    policy::Policy policy_;
    transactions::Tracker tracker_;
    const capture::OnRecord on_record_;
    std::atomic<std::uint64_t> wanted_back_{0};
    std::thread thread_;
};

Pipeline::Pipeline(capture::Source& source, policy::Sink& sink, events::RecordingWriter* recording,
                   const PipelineOptions& options)
    : sink_(sink) {
    for (unsigned ring = 0; ring < source.rings(); ++ring)
        workers_.push_back(std::make_unique<Worker>(source, ring, sink, recording, options));
}

Pipeline::~Pipeline() {
    join();
}

void Pipeline::start() {
    for (auto& worker : workers_)
        worker->start();
}

void Pipeline::join() {
    for (auto& worker : workers_)
        worker->join();
}

void Pipeline::finish(const std::function<void(const capture::OnRecord&)>& last_records) {
    // The last records are counts; which worker books them does not matter, but a connection's end must reach its
    // owner.
    last_records([this](std::span<const std::byte> record) { workers_.front()->on_record(record); });
    for (auto& worker : workers_)
        worker->finish();
}

void Pipeline::relieve(std::uint64_t bytes) {
    for (auto& worker : workers_)
        worker->relieve(bytes / workers_.size() + 1);
}

LedgerSnapshot Pipeline::ledger() const {
    LedgerSnapshot total{};
    for (const auto& worker : workers_)
        worker->ledger.add_to(total);
    const policy::SinkCounts sink = sink_.counts();
    const auto set = [&total](Count count, std::uint64_t n) { total[static_cast<std::size_t>(count)] += n; };
    set(Count::kRecordsDelivered, sink.delivered);
    set(Count::kRecordsQueued, sink.queued);
    set(Count::kDroppedQueueFull, sink.dropped_queue_full);
    set(Count::kDroppedTooLarge, sink.dropped_too_large);
    set(Count::kDroppedFailed, sink.dropped_failed);
    return total;
}

}  // namespace apiarist::app
