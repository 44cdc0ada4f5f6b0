// SPDX-License-Identifier: Apache-2.0
#pragma once
// The connections and TLS sessions of one worker that are alive, and what they may hold together.
//
// A connection is awake, with parsers and buffers, or at rest: between two exchanges with nothing held, it is only its
// addresses and the place that both directions have reached. It wakes at its next byte as if it had never rested, so a
// limit on those that are awake costs nothing as long as some of them pause. Every connection begins at rest. A tunnel
// rests too, and does not wake: its bytes are only counted.
//
// Where as many are awake as may be and nobody pauses, those that had no byte for longest are given up: what is known
// of their exchanges leaves as it is, and they rest until bytes come that may begin a message, then joined midway.
// Where even they had bytes a moment ago, it is the new one that is not followed.
//
// At rest a WebSocket's heads are held, and counted.
//
// Above the limit of bytes the largest give up their bodies, of equals the one that was idle longest, until an eighth
// of the limit is free: their records come, and say `request_truncated` or `response_truncated`. Of heads that rest the
// fields leave but those that a record needs.
//
// Owned by one worker. No clock: times are those of events.

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/ledger.h"
#include "transactions/connection.h"

namespace apiarist::transactions {

struct TableLimits {
    std::uint64_t held_bytes = 0;     // of all together; 0: no limit
    std::size_t awake = 0;            // 0: no limit
    std::uint64_t inactivity_ns = 0;  // who had no byte for so long rests if it can; 0: nobody does
};

enum class Kind : std::uint8_t { kSocket, kSession };  // a key is a socket's address or a TLS session's number

class ConnectionTable {
  public:
    struct Entry {
        std::uint64_t inode = 0;  // which of the sockets at this address
        std::unique_ptr<Connection> connection;
        std::unique_ptr<ConnectionStart> resting;  // one of the two
        std::uint64_t last_ns = 0;                 // of its last byte
        std::size_t memory = 0;                    // as it was counted last
        bool refused = false;                      // it was to wake and could not
        bool given_up = false;                     // at rest inside an exchange
    };
    using Around = std::function<Surroundings(Kind kind, std::uint64_t key, std::uint64_t inode)>;

    ConnectionTable(const TableLimits& limits, Ledger& ledger, Around around);

    void open(Kind kind, std::uint64_t key, std::uint64_t inode, ConnectionStart start, std::uint64_t now_ns);
    // Null: not known. Valid until the table changes.
    [[nodiscard]] Entry* find(Kind kind, std::uint64_t key);
    // Null: it stays at rest, because there is no room, or these bytes do not concern it.
    Connection* wake(Kind kind, std::uint64_t key, Entry& entry, const events::DataView& data);
    // The connection may hold more or less than before.
    void account(Entry& entry);
    void erase(Kind kind, std::uint64_t key);

    // Time passed.
    void tick(std::uint64_t now_ns);
    // Gives back `bytes` of what is held, if so much can be.
    void relieve(std::uint64_t bytes);

    template <typename OnEntry>
    void each(const OnEntry& on_entry) {
        for (auto& map : maps_)
            for (auto& [key, entry] : map)
                on_entry(entry);
    }
    void clear();

    [[nodiscard]] std::size_t size() const { return maps_[0].size() + maps_[1].size(); }
    [[nodiscard]] std::size_t awake() const { return awake_; }
    [[nodiscard]] std::uint64_t held_bytes() const { return held_; }

  private:
    using Map = absl::flat_hash_map<std::uint64_t, Entry>;
    Map& map(Kind kind) { return maps_[static_cast<std::size_t>(kind)]; }
    void put_to_rest(Entry& entry, ConnectionStart start);
    bool rest(Entry& entry);
    [[nodiscard]] bool make_room(std::uint64_t now_ns);
    void give_up(std::uint64_t now_ns);
    void release(Entry& entry);

    const TableLimits limits_;
    Ledger& ledger_;
    const Around around_;
    std::array<Map, 2> maps_;
    std::size_t awake_ = 0;
    std::uint64_t held_ = 0;
    std::uint64_t next_sweep_ns_ = 0;
    std::uint64_t next_tell_ns_ = 0;
    std::uint64_t next_try_ns_ = 0;  // to make room: in vain before
    std::uint64_t in_vain_ = 0;      // so much was held when relief found nothing more to give back
};

}  // namespace apiarist::transactions
