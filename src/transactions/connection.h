// SPDX-License-Identifier: Apache-2.0
#pragma once
// One HTTP/1 conversation: two byte streams, a parser on each, and the pairing of what they find. The streams are a
// socket's bytes in clear, or the plaintext of a TLS session. Owned by one worker; transactions leave through the sink
// as soon as their response is complete.
//
// In a client that reads with another thread than it writes with, the record of a response may leave the kernel before
// that of its request: a record is made when its call ends, and the writer can lose its core before. So on a client's
// connection that is trusted, the bytes of a response that begins while no request is open are held back until
//  * the head of a request comes: they are its answer, as far as the next message;
//  * the requests lose bytes or their place, or end: the request that they answer may be among what was lost, so they
//    are fed before that is told, and answer nothing;
//  * the thread that read them begins a request: it cannot be the one that they answer;
//  * they are older than StreamLimits::settle_ns, more than its bytes or pieces, or the connection ends.
// Both streams being whole, this pairs by order as ever. Where the connection is not trusted, nothing is held back.

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ledger.h"
#include "events/event.h"
#include "protocols/http1.h"
#include "streams/byte_stream.h"
#include "transactions/pairing.h"
#include "transactions/transaction.h"

namespace apiarist::transactions {

struct ConnectionOptions {
    protocols::Http1Limits http1;
    streams::StreamLimits stream;
    std::size_t decoded_body = 1 << 20;               // bytes of a body after its content coding is removed
    std::uint64_t skip_from = 64 << 10;               // smaller rests of bodies are not worth a word to the kernel
    std::uint64_t early_response_ns = 1'000'000'000;  // how long a complete response waits for its request's end
    std::uint64_t late_request_ns = 1'000'000'000;    // no record of a request comes so long after its call
};

struct ConnectionStart {
    Address local;
    Address remote;
    std::string tls;
    bool narrow_positions = true;             // TCP: low 32 bits
    bool start_known = true;                  // false: `from_start` tells only of what passed since we look
    std::array<std::uint64_t, 2> position{};  // by direction (AP_READ, AP_WRITE)
    std::array<bool, 2> from_start{};
    bool tunnel = false;  // no HTTP/1 any more: its bytes are only counted
    // Of one that rested.
    int request_side = -1;
    std::array<std::uint32_t, 2> lost{};  // the source's running counts, by direction
    PairingHabits habits;
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
    Connection(const ConnectionStart& start, Surroundings surroundings);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void on_data(const events::DataView& data);
    void on_side_end(unsigned direction, std::uint64_t position, std::uint64_t time_ns);
    void set_addresses(const Address& local, const Address& remote);
    // Gives up waiting: for pieces out of order, for the end of a request that was answered, for the request of an
    // early response.
    void settle(std::uint64_t now_ns);
    // Nothing will come any more. Everything that is known leaves; the ledger has all bytes. `closed`: the socket or
    // TLS session ended; else only the observation did.
    void finish(const ConnectionEnd& how, std::uint64_t time_ns);
    // It is between two exchanges and holds nothing that its next byte would need, but what a ConnectionStart says.
    [[nodiscard]] bool can_rest() const;
    // Then that; the ledger has all bytes, and the connection is only to be destroyed.
    std::optional<ConnectionStart> rest();
    // The observation ends here, wherever it is: what is known of its exchanges leaves. What is needed to join it
    // again.
    ConnectionStart give_up(std::uint64_t now_ns);
    // Gives up the bodies that it holds; their records come without. How many there were.
    std::size_t release_bodies();
    // The kernel was told something that may still stand.
    [[nodiscard]] bool wishes() const { return wish_.not_http || wish_.skip_until[0] || wish_.skip_until[1]; }

    // Something waits for time to pass: settle() is needed.
    [[nodiscard]] bool restless() const;
    [[nodiscard]] std::size_t memory() const;

  private:
    class Side;
    struct Read {
        std::uint32_t tid = 0;  // 0: not known
        std::uint64_t time_ns = 0;
    };
    void decide_roles(unsigned direction, protocols::Http1Look look);
    void on_items(Side& side, std::vector<protocols::Item>& items);
    void on_request_item(protocols::Item& item);
    void on_response_item(protocols::Item& item);
    void on_request_begin(std::uint64_t time_ns);
    void on_response_bytes(std::uint64_t time_ns);
    [[nodiscard]] std::uint32_t thread_at(std::uint64_t time_ns) const;
    [[nodiscard]] bool holds_back(const Side& side) const;
    void feed_early();
    void release_early();
    void expect_again();
    void start_tunnel();
    void leave(std::vector<Pair>& pairs);
    void emit(Pair pair);
    void after_feed(Side& side);
    void book();
    [[nodiscard]] bool is_tunnel() const;
    [[nodiscard]] ConnectionStart place() const;
    [[nodiscard]] Side* requests();
    [[nodiscard]] Side* responses();

    Surroundings around_;
    Address local_;
    Address remote_;
    std::string tls_;
    const bool start_known_;
    std::array<std::unique_ptr<Side>, 2> sides_;  // by direction
    int request_side_ = -1;                       // AP_READ: we are the server; AP_WRITE: the client; -1: not known yet
    Pairing pairing_;
    std::uint32_t tgid_ = 0;  // of the call that is being read
    std::uint32_t fd_ = 0;
    std::uint32_t tid_ = 0;
    std::uint64_t call_ns_ = 0;
    Read last_read_;        // of a client, that is of a response
    bool in_order_ = true;  // the request under way began after all that was read so far
    Wish wish_;
    bool finished_ = false;
};

}  // namespace apiarist::transactions
