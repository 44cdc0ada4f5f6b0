// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a connection of HTTP/1 speaks after `101 Switching Protocols` (RFC 9110 §7.8), where it is a protocol that is
// read: its bytes come here, in order, by direction. Owned by the connection.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "protocols/message.h"
#include "streams/byte_stream.h"
#include "transactions/connection.h"

namespace apiarist::transactions {

// The references outlive the Upgrade.
struct UpgradeContext {
    const Surroundings& around;
    const Ends& ends;
    const Call& call;
    unsigned request_side = 0;         // AP_READ: we are the server; AP_WRITE: the client
    std::array<bool, 2> from_start{};  // by direction: the next byte is the first of the new protocol
    std::uint32_t capture = 0;         // CaptureFlag, of the exchange that asked for it
    std::uint32_t process_id = 0;      // likewise
    std::uint32_t socket_fd = 0;
};

class Upgrade {
  public:
    // Null: nobody reads that protocol (protocol_table.h), or the response is no switch to one.
    static std::unique_ptr<Upgrade> make(const protocols::Message& request, const protocols::Message& response,
                                         const UpgradeContext& context);
    virtual ~Upgrade() = default;
    Upgrade(const Upgrade&) = delete;
    Upgrade& operator=(const Upgrade&) = delete;

    virtual void on_bytes(unsigned direction, std::span<const std::byte> bytes, bool call_start,
                          std::uint64_t time_ns) = 0;
    // `size` bytes are not there. The ledger has those that no parser gets.
    virtual void on_missing(unsigned direction, std::uint64_t size, streams::Missing why, std::uint64_t time_ns) = 0;
    // Two calls raced: what was passed on may be in the wrong order.
    virtual void on_overlap(unsigned direction) = 0;
    virtual void on_end(unsigned direction, bool clean, std::uint64_t time_ns) = 0;
    // As of Connection.
    virtual void settle(std::uint64_t now_ns) = 0;
    virtual void tell_open(std::uint64_t now_ns) = 0;
    // After the ends of both directions: what is known leaves, the ledger has all bytes.
    virtual void finish(std::uint64_t time_ns) = 0;
    virtual std::size_t release_bodies() = 0;
    [[nodiscard]] virtual bool restless() const = 0;
    [[nodiscard]] virtual std::size_t memory() const = 0;
    // The new protocol answers the request: its 101 is no response, of the ledger neither, and it has no record.
    [[nodiscard]] virtual bool answers_request() const = 0;
    // It turned out to be no such protocol: its bytes are only counted.
    [[nodiscard]] virtual bool is_none() const { return false; }
    // It holds nothing that its next byte would need, but what describe() says.
    [[nodiscard]] virtual bool can_rest() const = 0;
    // What a connection that rests or was given up needs to be joined again.
    virtual void describe(ConnectionStart& start) const = 0;

  protected:
    Upgrade() = default;
};

}  // namespace apiarist::transactions
