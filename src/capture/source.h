// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where events come from: the kernel, or a recording. A source has one or more rings; each is drained by one worker.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "bpf/abi.h"

namespace apiarist::capture {

using OnRecord = std::function<void(std::span<const std::byte>)>;

class Source {
  public:
    virtual ~Source() = default;
    [[nodiscard]] virtual unsigned rings() const = 0;
    // Hands over what is there; returns how many records. One thread per ring. The bytes live during the call only.
    virtual std::size_t drain(unsigned ring, const OnRecord& on_record) = 0;
    // Returns when there may be something to drain, or after some milliseconds.
    virtual void wait(unsigned ring) = 0;
    // True when no record will come any more once drain() has returned 0.
    [[nodiscard]] virtual bool finished() const = 0;
    // User space's word on a connection (sock) or TLS session. Any thread.
    virtual void mark(std::uint64_t key, const ap_mark& mark) = 0;
    // CLOCK_REALTIME − CLOCK_MONOTONIC of the events' host.
    [[nodiscard]] virtual std::int64_t realtime_offset_ns() const = 0;
};

}  // namespace apiarist::capture
