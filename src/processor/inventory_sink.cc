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
      // What comes while a batch is stored has the other half.
      batch_(ingest_, {std::string(store::kRunTopic) + options_.record.instance_id, options_.queue_bytes / 2,
                       [this](const auto& what) { tell(what); }}),
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
                some.push_back(std::move(queue_.front()));
                queue_.pop_front();
            }
        }
        if (batch_.is_empty()) {
            pace_.began(Clock::now());
            until = pace_.due();
        }
        for (; !some.empty(); some.pop_front())
            batch_.take(some.front(), unix_seconds());
        if (batch_.is_full() || Clock::now() >= until) return true;
    }
}

bool InventorySink::wait_to_try_again() {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, std::min(pace_.due(), deadline_), [this] { return Clock::now() >= deadline_; });
    return Clock::now() < deadline_;
}

bool InventorySink::is_in_time() const {
    const std::scoped_lock lock(mutex_);
    return Clock::now() < deadline_;
}

void InventorySink::tell(const std::string& what) const {
    if (options_.on_trouble) options_.on_trouble("inventory: " + what);
}

void InventorySink::store_batch() {
    if (store_.database().lost()) (void)store_.reconnect();
    const auto let_go = batch_.store(unix_seconds());
    {
        const std::scoped_lock lock(mutex_);
        if (let_go) queued_bytes_ -= *let_go;
        fault_ = let_go ? std::string() : let_go.error().what;
    }
    if (let_go) {
        pace_.succeeded();
        if (std::exchange(failing_, false)) tell("the store takes records again");
        return;
    }
    pace_.failed(Clock::now());
    if (!std::exchange(failing_, true))
        tell(fmt::format("{}; it is tried again, and records wait in a queue of {} bytes", let_go.error().what,
                         options_.queue_bytes));
}

void InventorySink::run() {
    bool more = true;
    while (more) {
        if (failing_)
            more = wait_to_try_again();
        else if (!batch_.is_parted())
            more = take_queued(batch_.is_empty() ? Clock::now() + std::chrono::seconds(1) : pace_.due());
        if (batch_.is_empty()) batch_.give_back();  // nothing came for a while
        const bool due = !more || batch_.is_full() || pace_.is_due(Clock::now());
        if (batch_.is_empty() || !(failing_ || batch_.is_parted() || due)) continue;
        store_batch();
        if (failing_ || batch_.is_parted()) more = is_in_time();
    }
    batch_.drop();
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
    const std::string why = fault_.empty() ? ingest_.counts().last_refusal : fault_;
    if (end.dropped_failed == 0 || why.empty()) return Done{};
    return Error{std::errc::io_error,
                 fmt::format("inventory: {} records were not stored: {}", end.dropped_failed, why)};
}

}  // namespace apiarist::processor
