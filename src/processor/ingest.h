// SPDX-License-Identifier: Apache-2.0
#pragma once
// Records → batches → a store. The same for records of Kafka, of an embedded run and of a file. Not thread-safe but for
// counts().

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/observer.h"
#include "live/feed.h"
#include "processor/live_writer.h"
#include "processor/sample_writer.h"
#include "records/decoder.h"
#include "sensitive/scanner.h"
#include "store/store.h"

namespace apiarist::processor {

struct IngestOptions {
    inventory::AccessNetworks networks;
    SampleOptions samples;
    std::unique_ptr<sensitive::Scanner> scanner;  // null: sensitive data is not looked for
    std::uint64_t batch_records = 200'000;        // a batch is full
    std::size_t batch_endpoints = 20'000;         // of different endpoints, likewise
    std::int64_t keep_days = 0;  // what was not seen since is deleted, once an hour; 0: nothing but what is for a day
    std::uint64_t batch_bytes = 256u << 20;  // of records, likewise
    live::Feed* live = nullptr;              // gets each record as it is taken; outlives this; null: none
};

// records = stored + pending + dropped + refused + first_words
struct IngestCounts {
    std::uint64_t records = 0;
    std::uint64_t stored = 0;
    std::uint64_t pending = 0;      // in the batch, or taken back
    std::uint64_t superseded = 0;   // beside the sum: another processor had stored them
    std::uint64_t dropped = 0;      // given up with their batch, to be read again by whoever has their partition
    std::uint64_t refused = 0;      // no records
    std::uint64_t first_words = 0;  // of collectors
    std::uint64_t batches = 0;
    std::uint64_t failures = 0;  // of the store
    std::string last_refusal;    // why
};

class Ingest {
  public:
    // Borrows the store.
    Ingest(store::Store& store, IngestOptions options);

    // `now_s`: Unix time.
    void take(std::string_view record, std::int64_t now_s);
    [[nodiscard]] bool is_full() const;
    [[nodiscard]] bool is_empty() const { return taken_ == 0; }
    // Stores the batch with the offsets that it stands for. After an error it is still there, for another try.
    Result<store::Applied> flush(std::vector<store::Offset> begin, std::vector<store::Offset> end, std::int64_t now_s);
    // Gives the batch up, and what of one that was taken back was not taken again.
    void drop();
    // Empties the batch. Its records are taken again, one after the other; they count once.
    void take_back();
    // Its records count as refused, and nothing of them is stored: flush() stores their offsets alone. `why`: what the
    // store said.
    void refuse(std::string why);
    [[nodiscard]] std::uint64_t taken() const { return taken_; }
    // An endpoint of the batch, with its collection. It may say what a record's path says.
    [[nodiscard]] std::string about() const;

    // From any thread.
    [[nodiscard]] IngestCounts counts() const;

  private:
    // Those of the batch count no more as pending.
    void clear();
    void empty();
    void count(const Result<const records::Record*>& decoded);
    // After a batch, so that nothing of one is in the store's catalog.
    void delete_old(std::int64_t now_s);

    store::Store& store_;
    const IngestOptions options_;
    SampleWriter samples_;
    LiveWriter live_writer_;
    records::Decoder decoder_;
    inventory::Observer observer_;
    store::Batch batch_;
    std::int64_t next_deletion_ = 0;
    std::uint64_t taken_ = 0;  // records in the batch, good and bad
    std::uint64_t good_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t again_ = 0;  // records that come again, and are counted

    struct {
        std::atomic<std::uint64_t> records{0}, stored{0}, pending{0}, superseded{0}, dropped{0}, refused{0},
            first_words{0}, batches{0}, failures{0};
    } counts_;
    mutable std::mutex mutex_;
    std::string last_refusal_;  // guarded by mutex_
};

}  // namespace apiarist::processor
