// SPDX-License-Identifier: Apache-2.0
#include "transactions/early_bytes.h"

#include <utility>

namespace apiarist::transactions {

void EarlyBytes::add_bytes(std::span<const std::byte> bytes, bool call_start, std::uint64_t time_ns) {
    bytes_ += bytes.size();
    pieces_.push_back({Bytes{.all = {bytes.begin(), bytes.end()}, .used = 0, .call_start = call_start}, time_ns});
}

void EarlyBytes::add_gap(std::uint64_t size, streams::Missing why, std::uint64_t time_ns) {
    pieces_.push_back({Gap{size, why}, time_ns});
}

void EarlyBytes::add_end(bool clean, std::uint64_t time_ns) {
    pieces_.push_back({End{clean}, time_ns});
}

void EarlyBytes::drop_bytes(std::size_t size) {
    Bytes& bytes = std::get<Bytes>(pieces_.front().what);
    bytes.used += size;
    if (size > 0) bytes.call_start = false;
    if (bytes.rest().empty()) drop();
}

void EarlyBytes::drop() {
    if (const Bytes* bytes = std::get_if<Bytes>(&pieces_.front().what)) bytes_ -= bytes->all.size();
    pieces_.erase(pieces_.begin());
    if (pieces_.empty()) pieces_ = {};
}

bool EarlyBytes::over_limits(const streams::StreamLimits& limits) const {
    return bytes_ > limits.held_bytes || pieces_.size() > limits.held_pieces;
}

}  // namespace apiarist::transactions
