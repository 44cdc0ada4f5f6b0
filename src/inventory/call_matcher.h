// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which records tell of a call that was told of before. A call between two processes that are both watched makes two
// records, one at each end; a response that is a stream makes one at its end and, when it is long, one before
// (docs/record.md, response_open).
//
// A call is known by its client's address and port, method, target and time (its request's first byte, which both ends
// see within moments): what both ends say alike, also where a Kubernetes service translates the server's address, and
// where one end does not know the host (HTTP/2 that is older than its collector). Records of each end are counted for
// each such name in spans of kSpan seconds; one more than the other end has is another call. So it does not matter
// which end comes first, how much later the other one is read, nor how often a connection says the same. What is not
// known: calls through an address translation of the client's, and records without its port.
//
// Not thread-safe. Bounded: what waits for its other end behind so many others as WaitingCalls says is forgotten, and
// its other end is then taken for a call of its own.

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "records/record.h"

namespace apiarist::inventory {

enum class Telling : std::uint8_t {
    kFirst,
    kOtherEnd,  // the call was counted when it was seen at its other end
    kAgain,     // this end told of it while its response went on
};

// Numbers by name, of which 0 is not kept. What a batch changes is kept with it, or forgotten. Bounded between batches:
// of kMost, and as many as a batch may have beside them, twice; those that were set longest ago go first.
class WaitingCalls {
  public:
    static constexpr std::size_t kMost = 128 << 10;

    [[nodiscard]] std::int32_t of(std::uint64_t name) const;
    void set(std::uint64_t name, std::int32_t number);
    void keep();
    void forget();
    [[nodiscard]] bool is_empty() const { return recent_.empty() && older_.empty(); }
    [[nodiscard]] std::size_t size() const { return recent_.size() + older_.size(); }

  private:
    void change(std::uint64_t name, std::int32_t number);

    using Table = absl::flat_hash_map<std::uint64_t, std::int32_t>;
    struct Before {
        std::uint64_t name;
        std::int32_t number;
    };

    Table recent_;
    Table older_;
    std::vector<Before> batch_;  // what it changed, in order
};

class CallMatcher {
  public:
    static constexpr std::int64_t kSpan = 30;   // seconds
    static constexpr std::int64_t kMargin = 5;  // that clocks may differ where a span ends

    // `time`: the record's, Unix seconds.
    [[nodiscard]] Telling take(const records::Record& record, std::int64_t time);
    // What was seen since the last of these is stored,
    void keep();
    // or is not, and will be seen again.
    void forget();
    [[nodiscard]] std::size_t waiting() const { return ends_.size() + open_.size(); }

  private:
    WaitingCalls ends_;  // records at the server that have none at the client; below zero: the other way
    WaitingCalls open_;  // streams that were told of and have not ended
};

}  // namespace apiarist::inventory
