// SPDX-License-Identifier: Apache-2.0
#include "processor/inventory_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "processor/kafka_consumer.h"

namespace apiarist::processor {
namespace {

constexpr std::size_t kAtOnce = 1000;  // records out of the queue below one lock

}  // namespace

InventorySink::InventorySink(InventorySinkOptions options, store::Store store)
    : options_(std::move(options)),
      store_(std::move(store)),
      ingest_(store_, std::move(options_.ingest)),
      pace_(options_.batch_time) {}

Result<std::unique_ptr<InventorySink>> InventorySink::make(InventorySinkOptions options) {
    auto store = store::Store::open(options.database, options.limits);
    if (!store) return std::move(store).error();
    std::unique_ptr<InventorySink> sink(new InventorySink(std::move(options), std::move(*store)));
    InventorySink* raw = sink.get();
    sink->thread_ = std::thread([raw] { raw->run(); });
    return sink;
}

InventorySink::~InventorySink() {
    if (!thread_.joinable()) return;
    hurry(Clock::now());
    (void)finish();
}

void InventorySink::write(const policy::CleanTransaction& transaction) {
    std::string record;
    sinks::append_akto_record(record, transaction, options_.record);
    {
        const std::scoped_lock lock(mutex_);
        if (ending_ || queued_bytes_ + record.size() > options_.queue_bytes) {
            ++queue_full_;
            return;
        }
        queued_bytes_ += record.size();
        queue_.push_back(std::move(record));
        if (queue_.size() > 1) return;
    }
    changed_.notify_one();
}

policy::SinkCounts InventorySink::counts() const {
    const IngestCounts ingest = ingest_.counts();
    const std::scoped_lock lock(mutex_);
    return {.delivered = ingest.stored,
            .queued = queue_.size() + ingest.pending,
            .dropped_queue_full = queue_full_,
            .dropped_failed = given_up_ + ingest.dropped + ingest.refused};
}

bool InventorySink::take_queued(Clock::time_point until) {
    while (true) {
        std::deque<std::string> some;
        {
            std::unique_lock lock(mutex_);
            changed_.wait_until(lock, until, [this] { return ending_ || !queue_.empty(); });
            if (Clock::now() >= deadline_) return false;
            if (queue_.empty()) return !ending_;
            for (std::size_t i = 0; i < kAtOnce && !queue_.empty(); ++i) {
                queued_bytes_ -= queue_.front().size();
                some.push_back(std::move(queue_.front()));
                queue_.pop_front();
            }
        }
        if (ingest_.is_empty()) {
            pace_.began(Clock::now());
            until = pace_.due();
        }
        for (const std::string& record : some)
            ingest_.take(record, unix_seconds());
        next_ += static_cast<std::int64_t>(some.size());
        if (ingest_.is_full() || Clock::now() >= until) return true;
    }
}

bool InventorySink::store_batch() {
    if (store_.database().lost()) (void)store_.reconnect();
    // As of a topic's partition that only this run has: a batch whose end was not heard of is not stored twice.
    const std::string topic = "run " + options_.record.instance_id;
    auto applied = ingest_.flush({{topic, 0, stored_}}, {{topic, 0, next_}}, unix_seconds());
    if (applied) {
        // Superseded by itself: the transaction had been committed when the connection broke.
        stored_ = next_;
        pace_.succeeded();
        if (std::exchange(failing_, false) && options_.on_trouble)
            options_.on_trouble("inventory: the store takes records again");
        return true;
    }
    pace_.failed(Clock::now());
    const bool hopeless = store::refuses_values(applied.error()) && pace_.is_hopeless();
    if (hopeless) {
        if (options_.on_trouble)
            options_.on_trouble(
                fmt::format("inventory: the store refuses what {} records say, and they are left out: {}",
                            ingest_.taken(), applied.error().what));
        ingest_.refuse(applied.error().what);
        pace_.gave_up();
        failing_ = false;
    }
    const std::scoped_lock lock(mutex_);
    fault_ = applied.error().what;
    if (hopeless) return true;
    if (!std::exchange(failing_, true) && options_.on_trouble)
        options_.on_trouble(fmt::format("inventory: {}; it is tried again, and records wait in a queue of {} bytes",
                                        fault_, options_.queue_bytes));
    return false;
}

void InventorySink::run() {
    bool more = true;
    while (more) {
        if (failing_) {
            std::unique_lock lock(mutex_);
            changed_.wait_until(lock, std::min(pace_.due(), deadline_), [this] { return Clock::now() >= deadline_; });
            more = Clock::now() < deadline_;
        } else {
            more = take_queued(ingest_.is_empty() ? Clock::now() + std::chrono::seconds(1) : pace_.due());
        }
        if (!ingest_.is_empty() && (failing_ || !more || ingest_.is_full() || pace_.is_due(Clock::now()))) {
            const bool stored = store_batch();
            if (!stored) {
                const std::scoped_lock lock(mutex_);
                more = Clock::now() < deadline_;
            }
        }
    }
    if (!ingest_.is_empty()) ingest_.drop();
    const std::scoped_lock lock(mutex_);
    given_up_ += queue_.size();
    queue_.clear();
}

void InventorySink::hurry(Clock::time_point deadline) {
    {
        const std::scoped_lock lock(mutex_);
        deadline_ = std::min(deadline_, deadline);
    }
    changed_.notify_one();
}

Status InventorySink::finish() {
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
        deadline_ = std::min(deadline_, Clock::now() + options_.drain_time);
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
    const policy::SinkCounts end = counts();
    if (end.dropped_failed == 0 || fault_.empty()) return Done{};
    return Error{std::errc::io_error,
                 fmt::format("inventory: {} records were not stored: {}", end.dropped_failed, fault_)};
}

}  // namespace apiarist::processor
