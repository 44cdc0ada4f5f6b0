// SPDX-License-Identifier: Apache-2.0
#pragma once
// The inventory inside of a run: records of this node go into a store, as those of Kafka do in a processor. A thread of
// its own decodes and stores; what it cannot keep up with, or the store does not take, waits in a bounded queue, beyond
// which records are dropped and counted.
//
// It gets values as they are and redacts what it keeps of them (SampleOptions): what is to be found in values must be
// seen.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "policy/sink.h"
#include "processor/ingest.h"
#include "processor/kept_batch.h"
#include "processor/pace.h"
#include "sinks/akto_record.h"
#include "store/store.h"

namespace apiarist::processor {

struct InventorySinkOptions {
    store::DatabaseOptions database;
    inventory::CatalogLimits limits;
    IngestOptions ingest;
    sinks::RecordOptions record;
    std::chrono::nanoseconds batch_time = std::chrono::seconds(1);
    std::chrono::nanoseconds drain_time = std::chrono::seconds(10);  // for what is queued at the end
    std::size_t queue_bytes = 64u << 20;                             // of records, those of the batch too
    std::function<void(const std::string&)> on_trouble;              // a line, from the sink's thread; may be empty
};

class InventorySink final : public policy::Sink {
  public:
    // An error: the store cannot be opened.
    static Result<std::unique_ptr<InventorySink>> make(InventorySinkOptions options);
    ~InventorySink() override;

    void write(const policy::CleanTransaction& transaction) override;
    [[nodiscard]] policy::SinkCounts counts() const override;
    [[nodiscard]] bool takes_unanswered() const override { return true; }
    [[nodiscard]] bool takes_unidentified() const override { return false; }
    void flush() override {}
    void hurry(std::chrono::steady_clock::time_point deadline) override;
    Status finish() override;

    [[nodiscard]] IngestCounts ingest_counts() const { return ingest_.counts(); }

  private:
    InventorySink(InventorySinkOptions options, store::Store store);
    void run();
    // Records until `until`, or until there are none and no more will come. False: the end.
    bool take_queued(Clock::time_point until);
    // False: the time for the rest is over.
    bool wait_to_try_again();
    [[nodiscard]] bool is_in_time() const;
    void store_batch();
    void tell(const std::string& what) const;

    InventorySinkOptions options_;
    store::Store store_;
    Ingest ingest_;
    KeptBatch batch_;       // of the thread
    Pace pace_;             // likewise
    bool failing_ = false;  // likewise

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> queue_;                          // guarded by mutex_
    std::size_t queued_bytes_ = 0;                           // guarded by mutex_: of these, and of the batch
    bool ending_ = false;                                    // guarded by mutex_
    Clock::time_point deadline_ = Clock::time_point::max();  // guarded by mutex_: then the rest is dropped
    std::uint64_t queue_full_ = 0;                           // guarded by mutex_
    std::uint64_t given_up_ = 0;                             // guarded by mutex_: records that were in no batch
    std::string fault_;                                      // guarded by mutex_: why the store takes nothing
    std::thread thread_;
};

}  // namespace apiarist::processor
