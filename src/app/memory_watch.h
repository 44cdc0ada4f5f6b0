// SPDX-License-Identifier: Apache-2.0
#pragma once
// Keeps the collector below its limits of memory: above the soft one the connections give back bodies, above the hard
// one the run ends. Asks no clock; the owner calls it once a period.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace apiarist::app {

struct MemoryOptions {
    std::uint64_t soft = 0;  // bytes; 0: no limit
    std::uint64_t hard = 0;
    std::chrono::nanoseconds period = std::chrono::milliseconds(500);
};

class MemoryWatch {
  public:
    using Measure = std::function<std::uint64_t()>;            // bytes in use
    using Relieve = std::function<void(std::uint64_t bytes)>;  // asks for so much to be given back
    using Clock = std::chrono::steady_clock;

    MemoryWatch(const MemoryOptions& options, Measure measure, Relieve relieve);
    // When tick() is wanted next; nothing: never.
    [[nodiscard]] std::optional<Clock::time_point> next() const { return next_; }
    // Why the run has to end, if so.
    std::optional<std::string> tick(Clock::time_point now);

  private:
    const MemoryOptions options_;
    const Measure measure_;
    const Relieve relieve_;
    std::optional<Clock::time_point> next_;
};

// Anonymous memory of this process (RssAnon of /proc/self/status; Linux 4.5): the heap with the queue of the sink,
// without the rings, which the kernel allocates at the start. 0 when that cannot be read.
[[nodiscard]] std::uint64_t anonymous_bytes();

// What connections may hold of the soft limit: what the rings and the sink's queue leave of it, but a quarter at least.
[[nodiscard]] std::uint64_t share_for_connections(std::uint64_t soft, std::uint64_t rings, std::uint64_t queue);

}  // namespace apiarist::app
