// SPDX-License-Identifier: Apache-2.0
#pragma once
// Sets of IP networks (CIDR), and from where an endpoint is used. Pure.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "records/record.h"

namespace apiarist::inventory {

class Networks {
  public:
    // "10.0.0.0/8", "2001:db8::/32", "192.0.2.7". An error names the text that is none.
    static Result<Networks> parse(std::span<const std::string> texts);
    // IPv4 addresses in IPv6's form (::ffff:…) are IPv4. What is no address is in no network.
    [[nodiscard]] bool contains(std::string_view address) const;

  private:
    struct Network {
        std::array<std::uint8_t, 16> bytes{};
        unsigned bits = 0;
    };
    std::vector<Network> networks_;
};
[[nodiscard]] bool is_ip_address(std::string_view text);
// RFC 1918, 6598, 3927, 4193, 4291 and loopback.
[[nodiscard]] std::vector<std::string> private_networks();

struct AccessNetworks {
    Networks own;      // "private"
    Networks partner;  // "partner"
};
// "public", "partner", "private" of a server by the addresses of its clients, those that proxies name in header fields
// among them; "third_party" or "private" of what a client asks. Empty: there is no address to tell by.
[[nodiscard]] std::string_view access_type(const records::Record& record, const AccessNetworks& networks);

}  // namespace apiarist::inventory
