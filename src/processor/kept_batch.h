// SPDX-License-Identifier: Apache-2.0
#pragma once
// Records on their way into a store that cannot be read again, as those of Kafka can: they are kept until the store has
// them. A batch that it refuses for what it says is taken again in smaller ones (refusals.h). One thread's.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "base/text_queue.h"
#include "processor/ingest.h"
#include "processor/refusals.h"

namespace apiarist::processor {

struct KeptBatchOptions {
    // As of a topic that nobody else has: a batch of which it is not known whether the store has it is not stored
    // twice. Empty: none.
    std::string topic;
    std::size_t bytes = 32u << 20;                       // of records: the batch is full
    std::function<void(const std::string&)> on_trouble;  // a line; may be empty
};

class KeptBatch {
  public:
    // Borrows ingest, which gets its records from here alone.
    KeptBatch(Ingest& ingest, KeptBatchOptions options) : ingest_(ingest), options_(std::move(options)) {}

    // Not while is_parted(). `now_s`: Unix time.
    void take(std::string_view record, std::int64_t now_s);
    [[nodiscard]] bool is_full() const;
    [[nodiscard]] bool is_empty() const { return kept_.empty(); }
    // There is more than store() will store at once.
    [[nodiscard]] bool is_parted() const { return kept_.size() > ingest_.taken(); }
    // The batch, or a part of it. Returns the bytes of the records that are kept no more: they are stored, or left out.
    // An error: the store fails, and all is kept.
    Result<std::size_t> store(std::int64_t now_s);
    // Gives up what is kept.
    void drop();
    // Memory that the next records could use.
    void give_back() { kept_.give_back(); }

  private:
    Result<store::Applied> flush(std::int64_t now_s);
    std::size_t let_go(std::uint64_t records);
    void tell(const std::string& what) const;

    Ingest& ingest_;
    const KeptBatchOptions options_;
    Refusals refusals_;
    TextQueue kept_;           // the first of them are in ingest's batch
    std::int64_t passed_ = 0;  // records before these
};

}  // namespace apiarist::processor
