// SPDX-License-Identifier: Apache-2.0
#include "transactions/connection_table.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace apiarist::transactions {
namespace {

constexpr std::uint64_t kShare = 8;                 // of a limit: so much is made free at once
constexpr std::size_t kWorthReleasing = 4 << 10;    // bytes; what a connection holds without a body is less
constexpr std::uint64_t kTryAgainNs = 100'000'000;  // when nobody could rest
constexpr std::uint64_t kSweepsPerInactivity = 4;

}  // namespace

ConnectionTable::ConnectionTable(const TableLimits& limits, Ledger& ledger, Around around)
    : limits_(limits), ledger_(ledger), around_(std::move(around)) {}

void ConnectionTable::open(Kind kind, std::uint64_t key, std::uint64_t inode, const ConnectionStart& start,
                           std::uint64_t now_ns) {
    erase(kind, key);
    Entry& entry = map(kind)[key];
    entry.inode = inode;
    entry.resting = std::make_unique<ConnectionStart>(start);
    entry.last_ns = now_ns;
}

ConnectionTable::Entry* ConnectionTable::find(Kind kind, std::uint64_t key) {
    const auto found = map(kind).find(key);
    return found == map(kind).end() ? nullptr : &found->second;
}

Connection* ConnectionTable::wake(Kind kind, std::uint64_t key, Entry& entry, std::uint64_t now_ns) {
    entry.last_ns = now_ns;
    if (entry.connection) return entry.connection.get();
    if (limits_.awake != 0 && awake_ >= limits_.awake && !make_room(now_ns)) {
        if (!std::exchange(entry.refused, true)) ledger_.add(Count::kConnectionsRefused);
        return nullptr;
    }
    entry.connection = std::make_unique<Connection>(*entry.resting, around_(kind, key, entry.inode));
    entry.resting.reset();
    ++awake_;
    account(entry);
    return entry.connection.get();
}

void ConnectionTable::account(Entry& entry) {
    held_ -= entry.memory;
    entry.memory = entry.connection ? entry.connection->memory() : 0;
    held_ += entry.memory;
    if (limits_.held_bytes != 0 && held_ > limits_.held_bytes)
        relieve(held_ - (limits_.held_bytes - limits_.held_bytes / kShare));
}

void ConnectionTable::erase(Kind kind, std::uint64_t key) {
    const auto found = map(kind).find(key);
    if (found == map(kind).end()) return;
    held_ -= found->second.memory;
    if (found->second.connection) --awake_;
    map(kind).erase(found);
}

void ConnectionTable::clear() {
    for (Map& map : maps_)
        map.clear();
    awake_ = 0;
    held_ = 0;
}

bool ConnectionTable::rest(Entry& entry) {
    auto start = entry.connection->rest();
    if (!start) return false;
    entry.resting = std::make_unique<ConnectionStart>(std::move(*start));
    entry.connection.reset();
    held_ -= std::exchange(entry.memory, 0);
    --awake_;
    ledger_.add(Count::kConnectionsRested);
    return true;
}

bool ConnectionTable::make_room(std::uint64_t now_ns) {
    if (now_ns < next_try_ns_) return false;
    std::vector<Entry*> pausing;
    each([&pausing](Entry& entry) {
        if (entry.connection && entry.connection->can_rest()) pausing.push_back(&entry);
    });
    const std::size_t wanted = std::min(pausing.size(), static_cast<std::size_t>(limits_.awake / kShare) + 1);
    std::partial_sort(pausing.begin(), pausing.begin() + static_cast<std::ptrdiff_t>(wanted), pausing.end(),
                      [](const Entry* a, const Entry* b) { return a->last_ns < b->last_ns; });
    for (std::size_t i = 0; i < wanted; ++i)
        rest(*pausing[i]);
    if (awake_ < limits_.awake) return true;
    next_try_ns_ = now_ns + kTryAgainNs;
    return false;
}

void ConnectionTable::tick(std::uint64_t now_ns) {
    if (limits_.inactivity_ns == 0 || now_ns < next_sweep_ns_) return;
    next_sweep_ns_ = now_ns + limits_.inactivity_ns / kSweepsPerInactivity;
    each([this, now_ns](Entry& entry) {
        if (entry.connection && entry.last_ns + limits_.inactivity_ns <= now_ns) rest(entry);
    });
}

void ConnectionTable::release(Entry& entry) {
    ledger_.add(Count::kBodiesReleased, entry.connection->release_bodies());
    held_ -= entry.memory;
    entry.memory = entry.connection->memory();
    held_ += entry.memory;
}

void ConnectionTable::relieve(std::uint64_t bytes) {
    const std::uint64_t target = held_ > bytes ? held_ - bytes : 0;
    std::vector<Entry*> large;
    each([&large](Entry& entry) {
        if (entry.connection && entry.memory >= kWorthReleasing) large.push_back(&entry);
    });
    std::sort(large.begin(), large.end(), [](const Entry* a, const Entry* b) {
        return a->memory != b->memory ? a->memory > b->memory : a->last_ns < b->last_ns;
    });
    for (Entry* entry : large) {
        if (held_ <= target) return;
        release(*entry);
    }
}

}  // namespace apiarist::transactions
