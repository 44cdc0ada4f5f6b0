// SPDX-License-Identifier: Apache-2.0
#pragma once
// One conversation: two byte streams, parsers on them, and the pairing of what they find. The streams are a socket's
// bytes in clear, or the plaintext of a TLS session. Owned by one worker; transactions leave through the sink as soon
// as their response is complete.

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/ledger.h"
#include "events/event.h"
#include "protocols/http1.h"
#include "protocols/http2.h"
#include "protocols/websocket.h"
#include "streams/byte_stream.h"
#include "transactions/pairing.h"
#include "transactions/transaction.h"

namespace apiarist::transactions {

struct ConnectionOptions {
    protocols::Http1Limits http1;
    protocols::Http2Limits http2;
    protocols::WebsocketLimits websocket;
    streams::StreamLimits stream;
    std::size_t decoded_body = 1 << 20;               // bytes of a body after its content coding is removed
    std::uint64_t skip_from = 64 << 10;               // smaller rests of bodies are not worth a word to the kernel
    std::uint64_t early_response_ns = 1'000'000'000;  // how long a complete response waits for its request's end
    std::uint64_t open_response_ns =
        10'000'000'000;                      // a stream that goes on for so long is told of before its end; 0: never
    std::size_t websocket_events = 64;       // messages of a record; it leaves earlier when the first is older than
    std::size_t websocket_bytes = 64 << 10;  // open_response_ns, or when their payloads would be more than this
    std::uint64_t late_request_ns = 1'000'000'000;  // no record of a request comes so long after its call
};

// A request that was answered by 101, and whose protocol goes on (upgrade.h). Heads alone; the body_size of the
// response is what was read of the new protocol so far, so that nobody takes it for another later.
struct Handshake {
    protocols::Message request;
    protocols::Message response;
    std::uint32_t capture = 0;  // CaptureFlag
    std::uint32_t process_id = 0;
    std::uint32_t socket_fd = 0;
};

struct ConnectionStart {
    Address local;
    Address remote;
    std::string tls;
    bool narrow_positions = true;             // TCP: low 32 bits
    bool start_known = true;                  // false: `from_start` tells only of what passed since we look
    std::array<std::uint64_t, 2> position{};  // by direction (AP_READ, AP_WRITE)
    std::array<bool, 2> from_start{};
    bool http2 = false;
    bool tunnel = false;  // no HTTP/1 any more: its bytes are only counted
    // Of one that rested.
    int request_side = -1;
    std::array<std::uint32_t, 2> lost{};  // the source's running counts, by direction
    PairingHabits habits;
    std::unique_ptr<Handshake> handshake;  // null: it speaks HTTP
};

// How a connection was seen to end.
struct ConnectionEnd {
    bool closed = false;                  // the socket or TLS session ended; else only the observation did
    std::array<std::uint32_t, 2> lost{};  // bytes lost in all by direction, low 32 bits, as the source counts them
};

// What the worker tells the kernel of this connection.
struct Wish {
    bool not_http = false;
    std::array<std::optional<std::uint64_t>, 2> skip_until;
};

// Whose bytes they are. Kept current by the connection: of a TLS session the addresses may come late.
struct Ends {
    Address local;
    Address remote;
    std::string tls;
};

// The call whose bytes are being read.
struct Call {
    std::uint32_t tgid = 0;
    std::uint32_t fd = 0;
    std::uint32_t tid = 0;
    std::uint64_t time_ns = 0;
};

// What the connection needs of its surroundings.
struct Surroundings {
    const ConnectionOptions& options;
    Ledger& ledger;
    TransactionSink& sink;
    std::function<std::string(std::uint32_t)> process_name;
    std::function<void(const Wish&)> wish;
};

class Connection {
  public:
    // Of the protocol that `start` names (protocol_table.h).
    static std::unique_ptr<Connection> make(const ConnectionStart& start, Surroundings surroundings);
    virtual ~Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    virtual void on_data(const events::DataView& data) = 0;
    virtual void on_side_end(unsigned direction, std::uint64_t position, std::uint64_t time_ns) = 0;
    virtual void set_addresses(const Address& local, const Address& remote) = 0;
    // Gives up waiting: for pieces out of order, for the end of a request that was answered, for the request of an
    // early response.
    virtual void settle(std::uint64_t now_ns) = 0;
    // Tells of responses that are streams (protocols::is_stream_type) and go on since open_response_ns, once of each.
    virtual void tell_open(std::uint64_t now_ns) = 0;
    // Nothing will come any more. Everything that is known leaves; the ledger has all bytes.
    virtual void finish(const ConnectionEnd& how, std::uint64_t time_ns) = 0;
    // It is between two exchanges and holds nothing that its next byte would need, but what a ConnectionStart says.
    [[nodiscard]] virtual bool can_rest() const = 0;
    // Then that; the ledger has all bytes, and the connection is only to be destroyed.
    virtual std::optional<ConnectionStart> rest() = 0;
    // The observation ends here, wherever it is: what is known of its exchanges leaves. What is needed to join it
    // again.
    virtual ConnectionStart give_up(std::uint64_t now_ns) = 0;
    // Gives up the bodies that it holds; their records come without. How many there were.
    virtual std::size_t release_bodies() = 0;
    // The kernel was told something that may still stand.
    [[nodiscard]] virtual bool wishes() const = 0;
    // Something waits for time to pass: settle() is needed.
    [[nodiscard]] virtual bool restless() const = 0;
    [[nodiscard]] virtual std::size_t memory() const = 0;

  protected:
    Connection() = default;
};

// For the implementations.
[[nodiscard]] streams::Piece piece_of(const events::DataView& data);
[[nodiscard]] Call call_of(const events::DataView& data);
void book_missing(Ledger& ledger, std::uint64_t size, streams::Missing why, bool recorded);
[[nodiscard]] protocols::GapKind gap_kind(streams::Missing missing);
// It is to be told of before its end.
[[nodiscard]] bool is_open_stream(const protocols::Message& response, std::uint64_t now_ns,
                                  const ConnectionOptions& options);
// Decodes the bodies; `transaction` has the flags that are not of its messages, and the connection's part.
void send(Transaction transaction, const Surroundings& around);

}  // namespace apiarist::transactions
