// SPDX-License-Identifier: Apache-2.0
#include "transactions/connection_table.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "transactions/handshake.h"

namespace apiarist::transactions {
namespace {

constexpr std::uint64_t kShare = 8;                 // of a limit: so much is made free at once
constexpr std::size_t kWorthReleasing = 4 << 10;    // bytes; what a connection holds without a body is less
constexpr std::uint64_t kTryAgainNs = 100'000'000;  // when nobody could rest
constexpr std::uint64_t kSweepsPerInactivity = 4;
constexpr std::uint64_t kTellEveryNs = 1'000'000'000;  // a look at all of them
constexpr std::uint64_t kMomentNs = 100'000'000;       // who had a byte since then is busy

bool may_begin_message(const events::DataView& data, const ConnectionStart& resting) {
    if ((data.head.flags & AP_DATA_CALL_START) == 0) return false;
    if (resting.http2 || resting.handshake) return true;  // its parser finds a frame or none
    const auto look = protocols::look_at(data.bytes);
    return look == protocols::Http1Look::kRequest || look == protocols::Http1Look::kResponse;
}

// At rest it holds no more than that, and a connection that speaks HTTP nothing worth the name.
std::size_t memory_of(const ConnectionStart& resting) {
    return resting.handshake ? memory_of(*resting.handshake) : 0;
}

}  // namespace

ConnectionTable::ConnectionTable(const TableLimits& limits, Ledger& ledger, Around around)
    : limits_(limits), ledger_(ledger), around_(std::move(around)) {}

void ConnectionTable::open(Kind kind, std::uint64_t key, std::uint64_t inode, ConnectionStart start,
                           std::uint64_t now_ns) {
    erase(kind, key);
    Entry& entry = map(kind)[key];
    entry.inode = inode;
    entry.resting = std::make_unique<ConnectionStart>(std::move(start));
    entry.last_ns = now_ns;
}

ConnectionTable::Entry* ConnectionTable::find(Kind kind, std::uint64_t key) {
    const auto found = map(kind).find(key);
    return found == map(kind).end() ? nullptr : &found->second;
}

Connection* ConnectionTable::wake(Kind kind, std::uint64_t key, Entry& entry, const events::DataView& data) {
    const std::uint64_t now_ns = data.head.header.ts_ns;
    entry.last_ns = now_ns;
    if (entry.connection) return entry.connection.get();
    if (entry.resting->tunnel || (entry.given_up && !may_begin_message(data, *entry.resting))) return nullptr;
    if (limits_.awake != 0 && awake_ >= limits_.awake && !make_room(now_ns)) {
        if (!std::exchange(entry.refused, true)) ledger_.add(Count::kConnectionsRefused);
        return nullptr;
    }
    if (entry.given_up) {  // what passed meanwhile is not known
        entry.resting->position[data.head.direction & 1] = data.head.position;
        entry.given_up = false;
    }
    entry.connection = Connection::make(*entry.resting, around_(kind, key, entry.inode));
    entry.resting.reset();
    ++awake_;
    account(entry);
    return entry.connection.get();
}

void ConnectionTable::account(Entry& entry) {
    held_ -= entry.memory;
    entry.memory = entry.connection ? entry.connection->memory() : memory_of(*entry.resting);
    held_ += entry.memory;
    if (limits_.held_bytes == 0 || held_ <= limits_.held_bytes) {
        in_vain_ = 0;
        return;
    }
    // A look at all of them is dear: not again before there is more to give back.
    if (in_vain_ != 0 && held_ < in_vain_ + limits_.held_bytes / kShare) return;
    relieve(held_ - (limits_.held_bytes - limits_.held_bytes / kShare));
    in_vain_ = held_ > limits_.held_bytes ? held_ : 0;
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

void ConnectionTable::put_to_rest(Entry& entry, ConnectionStart start) {
    entry.resting = std::make_unique<ConnectionStart>(std::move(start));
    entry.connection.reset();
    held_ -= entry.memory;
    entry.memory = memory_of(*entry.resting);
    held_ += entry.memory;
    --awake_;
}

bool ConnectionTable::rest(Entry& entry) {
    auto start = entry.connection->rest();
    if (!start) return false;
    put_to_rest(entry, std::move(*start));
    ledger_.add(Count::kConnectionsRested);
    return true;
}

void ConnectionTable::give_up(std::uint64_t now_ns) {
    std::vector<Entry*> idle;
    each([&idle, now_ns](Entry& entry) {
        if (entry.connection && entry.last_ns + kMomentNs <= now_ns) idle.push_back(&entry);
    });
    const std::size_t wanted = std::min(idle.size(), static_cast<std::size_t>(limits_.awake / kShare) + 1);
    std::partial_sort(idle.begin(), idle.begin() + static_cast<std::ptrdiff_t>(wanted), idle.end(),
                      [](const Entry* a, const Entry* b) { return a->last_ns < b->last_ns; });
    for (std::size_t i = 0; i < wanted; ++i) {
        put_to_rest(*idle[i], idle[i]->connection->give_up(now_ns));
        idle[i]->given_up = true;
        ledger_.add(Count::kConnectionsGivenUp);
    }
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
    if (awake_ >= limits_.awake) give_up(now_ns);
    if (awake_ < limits_.awake) return true;
    next_try_ns_ = now_ns + kTryAgainNs;
    return false;
}

void ConnectionTable::tick(std::uint64_t now_ns) {
    if (now_ns >= next_tell_ns_) {
        next_tell_ns_ = now_ns + kTellEveryNs;
        each([now_ns](Entry& entry) {
            if (entry.connection) entry.connection->tell_open(now_ns);
        });
    }
    if (limits_.inactivity_ns == 0 || now_ns < next_sweep_ns_) return;
    next_sweep_ns_ = now_ns + limits_.inactivity_ns / kSweepsPerInactivity;
    each([this, now_ns](Entry& entry) {
        if (entry.connection && entry.last_ns + limits_.inactivity_ns <= now_ns) rest(entry);
    });
}

void ConnectionTable::release(Entry& entry) {
    if (entry.connection) {
        ledger_.add(Count::kBodiesReleased, entry.connection->release_bodies());
    } else {
        shrink(*entry.resting->handshake);
    }
    held_ -= entry.memory;
    entry.memory = entry.connection ? entry.connection->memory() : memory_of(*entry.resting);
    held_ += entry.memory;
}

void ConnectionTable::relieve(std::uint64_t bytes) {
    const std::uint64_t target = held_ > bytes ? held_ - bytes : 0;
    std::vector<Entry*> large;
    each([&large](Entry& entry) {
        if (entry.memory >= kWorthReleasing) large.push_back(&entry);
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
