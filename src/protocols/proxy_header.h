// SPDX-License-Identifier: Apache-2.0
#pragma once
// The header of the PROXY protocol ("The PROXY protocol, versions 1 and 2", haproxy.org), by which a proxy tells whose
// connection it passes on: before the first byte of the connection that it opens, and nowhere else. It belongs to no
// request, so it is recognised to be set aside. The addresses in it are checked, as far as that tells a header from
// what only resembles one, and not used: a record names the ends of the connection that was seen, and has no field for
// these yet.
//
// Bounded: a header of version 1 has at most 107 bytes, one of version 2 fewer than 2048 behind its fixed part. What is
// longer is none.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace apiarist::protocols {

struct ProxyHeader {
    enum class State : std::uint8_t {
        kNone,
        kPartial,  // more bytes may make it one
        kWhole,
    };
    State state = State::kNone;
    std::size_t size = 0;  // kWhole: its bytes
};

// The first bytes of a connection.
[[nodiscard]] ProxyHeader look_at_proxy_header(std::string_view first_bytes);

// A header of version 1, without its line end, which must be CR LF.
[[nodiscard]] bool is_proxy_line(std::string_view line);

// A header of version 2 that arrives in pieces.
class ProxyHeaderReader {
  public:
    // What it begins with: two empty lines to a reader of HTTP. `read`: this much of it was there already.
    static constexpr std::string_view kBegin{"\r\n\r\n", 4};
    explicit ProxyHeaderReader(std::size_t read = 0) : read_(read) {}

    // Consumes from the front of `in` what belongs to the header. kNone: up to the first byte that cannot.
    ProxyHeader::State take(std::string_view& in);
    // The header may go on with this byte.
    [[nodiscard]] bool accepts(char next) const;

  private:
    void note(char c);

    std::size_t read_;  // bytes so far
    bool local_ = false;
    std::uint8_t family_ = 0;  // of the addresses: 0 none, 1 IPv4, 2 IPv6, 3 UNIX
    std::size_t length_ = 0;   // of what follows the fixed part
};

}  // namespace apiarist::protocols
