// SPDX-License-Identifier: Apache-2.0
#pragma once
// What becomes of a batch that the store refuses for what it says: it is read again in smaller batches, until what is
// refused is one record, which is left out.

#include <cstdint>
#include <vector>

namespace apiarist::processor {

class Refusals {
  public:
    enum class Then : std::uint8_t {
        kTryAgain,  // a catalog that was behind may have been why, and is read again before the next try
        kParts,     // the records are to be read again, until is_full() each time
        kLeaveOut,  // the one record that the batch has
    };
    // The store refused a batch of so many records for its values.
    [[nodiscard]] Then refused(std::uint64_t records);
    // A batch is behind us: the store has it, or it was left out.
    void passed(std::uint64_t records);

    // Batches are small until what was refused is passed.
    [[nodiscard]] bool has_parts() const { return !parts_.empty(); }
    [[nodiscard]] bool is_full(std::uint64_t records) const { return has_parts() && records >= parts_.back().records; }

  private:
    struct Part {
        std::uint64_t records = 0;  // of a batch at most
        std::uint64_t left = 0;     // until all of what was refused is passed
    };
    std::vector<Part> parts_;  // one for each batch that was refused, the smallest last
    int tries_ = 0;            // of one batch
};

}  // namespace apiarist::processor
