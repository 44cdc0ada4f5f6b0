// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which records tell of a call that was told of before. A call between two processes that are both watched makes two
// records, one at each end; a response that is a stream makes one at its end and, when it is long, one before
// (docs/record.md, response_open).
//
// A call is known by its client's address and port, method, host and target: what both ends say alike, also where a
// Kubernetes service translates the server's address. Records of each end are counted for each such name; one more
// than the other end has is another call. So it does not matter which end comes first, nor how often a connection says
// the same. What is not known: calls through an address translation of the client's, and records without its port.
//
// Not thread-safe. Bounded: what waits for its other end longer than kWindow seconds, or behind kMost others to twice
// as many, is forgotten, and its other end is then taken for a call of its own.

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>

#include "records/record.h"

namespace apiarist::inventory {

enum class Telling : std::uint8_t {
    kFirst,
    kOtherEnd,  // the call was counted when it was seen at its other end
    kAgain,     // this end told of it while its response went on
};

class CallMatcher {
  public:
    static constexpr std::size_t kMost = 128 << 10;
    static constexpr std::int64_t kWindow = 600;  // seconds

    // `time`: the record's, Unix seconds.
    [[nodiscard]] Telling take(const records::Record& record, std::int64_t time);
    // What was seen since the last of these is stored,
    void keep();
    // or is not, and will be seen again.
    void forget();
    [[nodiscard]] std::size_t waiting() const { return recent_.size() + older_.size(); }

  private:
    struct Ends {
        std::int64_t time = 0;    // of the last record
        std::int32_t beyond = 0;  // records at the server that have none at the client; below zero: the other way
        std::uint16_t open_at_server = 0;  // streams that were told of and have not ended
        std::uint16_t open_at_client = 0;
        [[nodiscard]] bool waits() const { return beyond != 0 || open_at_server != 0 || open_at_client != 0; }
    };
    using Table = absl::flat_hash_map<std::uint64_t, Ends>;

    [[nodiscard]] Ends known(std::uint64_t call) const;

    Table batch_;  // over the others; also what waits no more
    Table recent_;
    Table older_;
};

}  // namespace apiarist::inventory
