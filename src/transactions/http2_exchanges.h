// SPDX-License-Identifier: Apache-2.0
#pragma once
// The exchanges of an HTTP/2 connection, out of the ordered bytes of both its directions: a parser on each, and their
// messages paired by the number of their HTTP/2 stream. Which end is the client is said by the first head of which
// enough is known.
//
// An exchange leaves when both its messages are complete; when one end gives the stream up; when the response is
// complete and the request does not end (an early answer); and when frames were lost and nothing of it came for long,
// since its end may have been among them.
//
// After an upgrade (RFC 7540 §3.2, h2c) the request of HTTP/1 is that of stream 1, and its answer comes there.

#include <absl/container/btree_map.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "protocols/http2.h"
#include "transactions/transaction.h"
#include "transactions/upgrade.h"

namespace apiarist::transactions {

class Http2Exchanges final : public Upgrade {
  public:
    // `ends` and `call` outlive it. `request_side` as in ConnectionStart.
    Http2Exchanges(const Surroundings& around, const Ends& ends, const Call& call, int request_side,
                   std::array<bool, 2> from_start);
    static std::unique_ptr<Upgrade> after_upgrade(const protocols::Message& request, const protocols::Message& response,
                                                  const UpgradeContext& context);

    void on_bytes(unsigned direction, std::span<const std::byte> bytes, bool call_start,
                  std::uint64_t time_ns) override;
    void on_missing(unsigned direction, std::uint64_t size, streams::Missing why, std::uint64_t time_ns) override;
    void on_overlap(unsigned direction) override;
    void on_end(unsigned direction, bool clean, std::uint64_t time_ns) override;
    void settle(std::uint64_t now_ns) override;
    void tell_open(std::uint64_t now_ns) override;
    void finish(std::uint64_t time_ns) override;
    std::size_t release_bodies() override;
    [[nodiscard]] bool restless() const override { return next_deadline_ns_ != UINT64_MAX; }
    [[nodiscard]] std::size_t memory() const override;
    [[nodiscard]] bool answers_request() const override { return true; }
    [[nodiscard]] bool can_rest() const override { return false; }
    void describe(ConnectionStart& start) const override;

    // So much was looked through without a frame that it is none, whatever its first bytes looked like.
    [[nodiscard]] bool is_none() const override { return not_http2_; }

  private:
    struct Exchange {
        std::array<std::optional<protocols::Message>, 2> messages;  // complete, by direction
        std::uint32_t process_id = 0;
        std::uint32_t socket_fd = 0;
        std::uint32_t capture = 0;      // CaptureFlag that are not of its messages
        bool told = false;              // before its end
        bool upgraded = false;          // its request is of HTTP/1, where it was counted
        std::uint64_t deadline_ns = 0;  // not 0: leaves then as it is
    };
    using Exchanges = absl::btree_map<std::uint32_t, Exchange>;

    void on_items(unsigned direction);
    void on_head(unsigned direction, const protocols::Http2Item& item);
    void on_message(unsigned direction, protocols::Http2Item item);
    void on_reset(unsigned direction, std::uint32_t stream);
    void on_lost_place();
    void keep(std::optional<protocols::Message>& place, protocols::Message message);
    // As far as it came, from both sides.
    void cut_short(std::uint32_t stream);
    void leave(Exchanges::iterator at);
    void count(const Exchange& exchange, bool request, bool response);
    void pass_on(Transaction transaction, const Exchange& exchange);
    void wait(Exchange& exchange, std::uint64_t until_ns);
    [[nodiscard]] bool agrees(unsigned direction, const protocols::Http2Item& item);

    const Surroundings& around_;
    const Ends& ends_;
    const Call& call_;
    std::array<protocols::Http2Parser, 2> parsers_;  // by direction
    std::vector<protocols::Http2Item> items_;
    int request_side_;  // AP_READ: we are the server; AP_WRITE: the client; -1: not known yet
    Exchanges exchanges_;
    std::uint64_t next_deadline_ns_ = UINT64_MAX;  // none comes before
    std::size_t held_ = 0;                         // bytes of messages that wait for their counterparts
    bool not_http2_ = false;
};

}  // namespace apiarist::transactions
