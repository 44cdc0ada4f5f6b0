// SPDX-License-Identifier: Apache-2.0
#include "app/memory_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <utility>

namespace apiarist::app {
namespace {

constexpr std::uint64_t kMegabyte = std::uint64_t{1} << 20;

}  // namespace

MemoryWatch::MemoryWatch(const MemoryOptions& options, Measure measure, Relieve relieve)
    : options_(options), measure_(std::move(measure)), relieve_(std::move(relieve)) {
    if (options_.soft != 0 || options_.hard != 0) next_ = Clock::now() + options_.period;
}

std::optional<std::string> MemoryWatch::tick(Clock::time_point now) {
    next_ = now + options_.period;
    const std::uint64_t used = measure_();
    if (options_.hard != 0 && used > options_.hard) {
        next_.reset();
        return fmt::format("{} MB of memory are in use, more than the hard limit of {} MB: the run ends",
                           used / kMegabyte, options_.hard / kMegabyte);
    }
    if (options_.soft != 0 && used > options_.soft) relieve_(used - options_.soft);
    return std::nullopt;
}

std::uint64_t anonymous_bytes() {
    std::ifstream file("/proc/self/status");
    std::uint64_t kilobytes = 0;
    for (std::string word; file >> word;)
        if (word == "RssAnon:") {
            file >> kilobytes;
            break;
        }
    return kilobytes << 10;
}

std::uint64_t share_for_connections(std::uint64_t soft, std::uint64_t rings, std::uint64_t queue) {
    constexpr std::uint64_t kBase = 32 * kMegabyte;  // programs, libraries, tables
    const std::uint64_t others = rings + queue + kBase;
    return std::max(soft / 4, soft > others ? soft - others : 0);
}

}  // namespace apiarist::app
