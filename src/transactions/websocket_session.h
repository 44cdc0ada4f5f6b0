// SPDX-License-Identifier: Apache-2.0
#pragma once
// A WebSocket behind its handshake: a parser on each direction, and the messages of both in the order in which they
// ended. They leave as transactions that have the heads of the handshake: when they are so many or so large as the
// options say, when the first has waited for open_response_ns, and at the end. Pings and pongs are only counted.
//
// Between two messages it can rest, unless compressed ones refer to those before. One that is given up to make room
// finds its place again as after a loss.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "protocols/websocket.h"
#include "transactions/transaction.h"
#include "transactions/upgrade.h"

namespace apiarist::transactions {

class WebsocketSession final : public Upgrade {
  public:
    WebsocketSession(const protocols::Message& request, const protocols::Message& response,
                     const UpgradeContext& context);

    void on_bytes(unsigned direction, std::span<const std::byte> bytes, bool call_start,
                  std::uint64_t time_ns) override;
    void on_missing(unsigned direction, std::uint64_t size, streams::Missing why, std::uint64_t time_ns) override;
    void on_overlap(unsigned direction) override;
    void on_end(unsigned direction, bool clean, std::uint64_t time_ns) override;
    void settle(std::uint64_t) override {}
    void tell_open(std::uint64_t now_ns) override;
    void finish(std::uint64_t time_ns) override;
    std::size_t release_bodies() override;
    [[nodiscard]] bool restless() const override { return false; }
    [[nodiscard]] std::size_t memory() const override;
    [[nodiscard]] bool answers_request() const override { return false; }
    [[nodiscard]] bool is_none() const override { return not_websocket_; }
    [[nodiscard]] bool can_rest() const override { return parsers_[0].at_rest() && parsers_[1].at_rest(); }
    void describe(ConnectionStart& start) const override;

  private:
    void on_items(unsigned direction);
    void on_message(unsigned direction, protocols::WebsocketMessage message);
    void leave();
    [[nodiscard]] std::uint64_t read() const;
    void look_in_vain();

    const Surroundings& around_;
    const Ends& ends_;
    const Handshake handshake_;
    const std::uint64_t read_before_;                    // bytes of frames, before it rested or was given up
    const unsigned request_side_;                        // AP_READ: we are the server; AP_WRITE: the client
    std::array<protocols::WebsocketParser, 2> parsers_;  // by direction
    std::vector<protocols::WebsocketItem> items_;
    std::vector<WebsocketEvent> events_;      // that have not left
    std::size_t bytes_ = 0;                   // of their payloads
    std::uint64_t since_ns_ = 0;              // the first of them was complete
    std::uint32_t capture_ = 0;               // CaptureFlag of what was lost between them
    std::array<std::uint32_t, 2> lost_as_{};  // CaptureFlag of the place, by direction, while it is lost
    bool not_websocket_ = false;
};

}  // namespace apiarist::transactions
