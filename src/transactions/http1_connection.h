// SPDX-License-Identifier: Apache-2.0
#pragma once
// A connection of HTTP/1: a parser on each of its streams, and the pairing of what they find by its order.
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
//
// After a 101 to a protocol that is read (upgrade.h), the bytes go to that; after another, or CONNECT, it is a tunnel.
// A client may send its first bytes in the new protocol behind its request: what comes behind one that asks for such a
// protocol is held back, as far as StreamLimits allow, until it is answered.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "transactions/connection.h"
#include "transactions/pairing.h"
#include "transactions/upgrade.h"

namespace apiarist::transactions {

class Http1Connection final : public Connection {
  public:
    Http1Connection(const ConnectionStart& start, Surroundings surroundings);
    ~Http1Connection() override;

    void on_data(const events::DataView& data) override;
    void on_side_end(unsigned direction, std::uint64_t position, std::uint64_t time_ns) override;
    void set_addresses(const Address& local, const Address& remote) override;
    void settle(std::uint64_t now_ns) override;
    void tell_open(std::uint64_t now_ns) override;
    void finish(const ConnectionEnd& how, std::uint64_t time_ns) override;
    [[nodiscard]] bool can_rest() const override;
    std::optional<ConnectionStart> rest() override;
    ConnectionStart give_up(std::uint64_t now_ns) override;
    std::size_t release_bodies() override;
    [[nodiscard]] bool wishes() const override { return wish_.not_http || wish_.skip_until[0] || wish_.skip_until[1]; }
    [[nodiscard]] bool restless() const override;
    [[nodiscard]] std::size_t memory() const override;

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
    void begin_upgrade(const Pair& pair);
    void resume_upgrade(const ConnectionStart& start);
    void leave(std::vector<Pair>& pairs);
    void emit(Pair pair);
    void pass_on(Pair pair);
    void after_feed(Side& side);
    void book();
    [[nodiscard]] bool is_tunnel() const;
    [[nodiscard]] ConnectionStart place() const;
    [[nodiscard]] Side* requests();
    [[nodiscard]] Side* responses();

    Surroundings around_;
    Ends ends_;
    const bool start_known_;
    std::array<std::unique_ptr<Side>, 2> sides_;  // by direction
    int request_side_ = -1;                       // AP_READ: we are the server; AP_WRITE: the client; -1: not known yet
    Pairing pairing_;
    Call call_;
    Read last_read_;        // of a client, that is of a response
    bool in_order_ = true;  // the request under way began after all that was read so far
    Wish wish_;
    bool asks_for_upgrade_ = false;  // the last request did, and is not answered yet
    bool switches_ = false;          // the response that is being paired is a 101, and the next byte another protocol's
    std::unique_ptr<Upgrade> upgrade_;
    bool finished_ = false;
};

}  // namespace apiarist::transactions
