// SPDX-License-Identifier: Apache-2.0
#pragma once
// A connection of HTTP/2 from its first byte, or from where it was joined: two streams of bytes, and the exchanges that
// are read out of them.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "transactions/connection.h"
#include "transactions/http2_exchanges.h"

namespace apiarist::transactions {

class Http2Connection final : public Connection {
  public:
    Http2Connection(const ConnectionStart& start, Surroundings surroundings);
    ~Http2Connection() override;

    void on_data(const events::DataView& data) override;
    void on_side_end(unsigned direction, std::uint64_t position, std::uint64_t time_ns) override;
    void set_addresses(const Address& local, const Address& remote) override;
    void settle(std::uint64_t now_ns) override;
    void tell_open(std::uint64_t now_ns) override { exchanges_.tell_open(now_ns); }
    void finish(const ConnectionEnd& how, std::uint64_t time_ns) override;
    // Header compression remembers what was said: it rests only where it proved to be no HTTP/2.
    [[nodiscard]] bool can_rest() const override { return !finished_ && not_http_; }
    std::optional<ConnectionStart> rest() override;
    ConnectionStart give_up(std::uint64_t now_ns) override;
    std::size_t release_bodies() override { return exchanges_.release_bodies(); }
    [[nodiscard]] bool wishes() const override { return not_http_; }
    [[nodiscard]] bool restless() const override;
    [[nodiscard]] std::size_t memory() const override;

  private:
    class Side;
    [[nodiscard]] ConnectionStart place() const;

    Surroundings around_;
    Ends ends_;
    Call call_;
    Http2Exchanges exchanges_;
    std::array<std::unique_ptr<Side>, 2> sides_;  // by direction
    bool not_http_ = false;
    bool finished_ = false;
};

}  // namespace apiarist::transactions
