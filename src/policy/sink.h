// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where clean transactions go. A sink is called by every worker and locks for itself.

#include "base/result.h"
#include "policy/clean_transaction.h"

namespace apiarist::policy {

class Sink {
  public:
    virtual ~Sink() = default;
    // False: the record could not be taken and is dropped; the caller counts it.
    [[nodiscard]] virtual bool write(const CleanTransaction& transaction) = 0;
    // Requests without a response are records for this sink too.
    [[nodiscard]] virtual bool takes_unanswered() const = 0;
    // What was written so far should be visible to readers. Called when a worker has nothing to do.
    virtual void flush() = 0;
    // No write() follows. An error says that something written before did not arrive.
    virtual Status finish() = 0;
};

}  // namespace apiarist::policy
