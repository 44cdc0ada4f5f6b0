// SPDX-License-Identifier: Apache-2.0
#pragma once
// A connection of HTTP/2: a parser on each of its streams of bytes; its messages are paired by the number of their
// HTTP/2 stream. Which end is the client is said by the first head of which enough is known.
//
// An exchange leaves when both its messages are complete; when one end gives the stream up; when the response is
// complete and the request does not end (an early answer); and when frames were lost and nothing of it came for long,
// since its end may have been among them.

#include <absl/container/btree_map.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "transactions/connection.h"

namespace apiarist::transactions {

class Http2Connection final : public Connection {
  public:
    Http2Connection(const ConnectionStart& start, Surroundings surroundings);
    ~Http2Connection() override;

    void on_data(const events::DataView& data) override;
    void on_side_end(unsigned direction, std::uint64_t position, std::uint64_t time_ns) override;
    void set_addresses(const Address& local, const Address& remote) override;
    void settle(std::uint64_t now_ns) override;
    void tell_open(std::uint64_t now_ns) override;
    void finish(const ConnectionEnd& how, std::uint64_t time_ns) override;
    // Header compression remembers what was said: it rests only where it proved to be no HTTP/2.
    [[nodiscard]] bool can_rest() const override { return !finished_ && not_http_; }
    std::optional<ConnectionStart> rest() override;
    ConnectionStart give_up(std::uint64_t now_ns) override;
    std::size_t release_bodies() override;
    [[nodiscard]] bool wishes() const override { return not_http_; }
    [[nodiscard]] bool restless() const override;
    [[nodiscard]] std::size_t memory() const override;

  private:
    class Side;
    struct Exchange {
        std::array<std::optional<protocols::Message>, 2> messages;  // complete, by direction
        std::uint32_t process_id = 0;
        std::uint32_t socket_fd = 0;
        bool told = false;              // before its end
        std::uint64_t deadline_ns = 0;  // not 0: leaves then as it is
    };
    using Exchanges = absl::btree_map<std::uint32_t, Exchange>;

    void on_items(Side& side, std::vector<protocols::Http2Item>& items);
    void on_head(unsigned direction, const protocols::Http2Item& item);
    void on_message(unsigned direction, protocols::Http2Item item);
    void on_reset(unsigned direction, std::uint32_t stream);
    void on_lost_place();
    // As far as it came, from both sides.
    void cut_short(std::uint32_t stream);
    void leave(Exchanges::iterator at);
    void pass_on(Transaction transaction, const Exchange& exchange);
    void wait(Exchange& exchange, std::uint64_t until_ns);
    [[nodiscard]] bool agrees(unsigned direction, const protocols::Http2Item& item);
    void after_feed();
    void book();
    [[nodiscard]] ConnectionStart place() const;

    Surroundings around_;
    Address local_;
    Address remote_;
    std::string tls_;
    std::array<std::unique_ptr<Side>, 2> sides_;  // by direction
    int request_side_;                            // AP_READ: we are the server; AP_WRITE: the client; -1: not known yet
    Exchanges exchanges_;
    std::uint64_t next_deadline_ns_ = UINT64_MAX;  // none comes before
    std::size_t held_ = 0;                         // bytes of messages that wait for their counterparts
    std::uint32_t tgid_ = 0;                       // of the call that is being read
    std::uint32_t fd_ = 0;
    std::uint64_t call_ns_ = 0;
    bool not_http_ = false;
    bool finished_ = false;
};

}  // namespace apiarist::transactions
