// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where clean transactions go. A sink is called by every worker and locks for itself.

#include <chrono>
#include <cstdint>

#include "base/result.h"
#include "policy/clean_transaction.h"

namespace apiarist::policy {

// What became of the records that were written; they add up to the calls of write().
struct SinkCounts {
    std::uint64_t delivered = 0;
    std::uint64_t queued = 0;  // on their way; none after finish()
    std::uint64_t dropped_queue_full = 0;
    std::uint64_t dropped_too_large = 0;
    std::uint64_t dropped_failed = 0;
};

class Sink {
  public:
    virtual ~Sink() = default;
    virtual void write(const CleanTransaction& transaction) = 0;
    // From any thread.
    [[nodiscard]] virtual SinkCounts counts() const = 0;
    // Requests without a response are records for this sink too; and so are exchanges whose path, say, is not known.
    [[nodiscard]] virtual bool takes_unanswered() const = 0;
    [[nodiscard]] virtual bool takes_unidentified() const = 0;
    // It keeps what it gets for people to look at: redacted, unless redaction is off.
    [[nodiscard]] virtual bool stores_samples() const { return false; }
    // What was written so far should be visible to readers. Called when a worker has nothing to do.
    virtual void flush() = 0;
    // Nobody will read what is written from now on: a run has no purpose any more. From any thread.
    [[nodiscard]] virtual bool broken() const { return false; }
    // The run ends: what nobody has taken by then is dropped. From any thread.
    virtual void hurry(std::chrono::steady_clock::time_point) {}
    // No write() follows. An error says that something written before did not arrive.
    virtual Status finish() = 0;
};

}  // namespace apiarist::policy
