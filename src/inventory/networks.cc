// SPDX-License-Identifier: Apache-2.0
#include "inventory/networks.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace apiarist::inventory {
namespace {

constexpr std::size_t kMostForwarded = 16;

struct Address {
    std::array<std::uint8_t, 16> bytes{};
    bool is_v4 = false;
};

std::optional<Address> read_address(std::string_view text) {
    if (text.empty() || text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
    const std::string copy(text);
    Address address;
    address.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
    if (::inet_pton(AF_INET, copy.c_str(), address.bytes.data() + 12) == 1) {
        address.is_v4 = true;
        return address;
    }
    if (::inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
    return std::nullopt;
}

bool same_bits(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b, unsigned bits) {
    const unsigned whole = bits / 8;
    if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
    if (bits % 8 == 0) return true;
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - bits % 8));
    return (a[whole] & mask) == (b[whole] & mask);
}

// Of "client, proxy1, proxy2", "for=192.0.2.60;proto=http" and the like: what may be addresses.
std::vector<std::string_view> forwarded(std::string_view value) {
    std::vector<std::string_view> found;
    while (!value.empty() && found.size() < kMostForwarded) {
        const auto end = std::min(value.find_first_of(",;"), value.size());
        std::string_view one = trimmed(value.substr(0, end), " \t");
        if (to_lower(one.substr(0, 4)) == "for=") one.remove_prefix(4);
        one = trimmed(one, "\"");
        const std::string_view host = records::split_address(one).host;
        if (is_ip_address(host)) found.push_back(host);
        value.remove_prefix(std::min(end + 1, value.size()));
    }
    return found;
}

constexpr std::array<std::string_view, 7> kForwarded{"x-forwarded-for",    "forwarded",   "x-real-ip",
                                                     "true-client-ip",     "x-client-ip", "cf-connecting-ip",
                                                     "x-cluster-client-ip"};

}  // namespace

bool is_ip_address(std::string_view text) {
    return read_address(text).has_value();
}

Result<Networks> Networks::parse(std::span<const std::string> texts) {
    Networks networks;
    for (const std::string& text : texts) {
        const auto slash = text.find('/');
        const auto address = read_address(std::string_view(text).substr(0, slash));
        const Error error{std::errc::invalid_argument, "no network: " + text};
        if (!address) return error;
        const unsigned most = address->is_v4 ? 32 : 128;
        unsigned bits = most;
        if (slash != std::string::npos) {
            const char* end = text.data() + text.size();
            const auto [stop, fault] = std::from_chars(text.data() + slash + 1, end, bits);
            if (fault != std::errc{} || stop != end || bits > most) return error;
        }
        networks.networks_.push_back({address->bytes, bits + (address->is_v4 ? 96 : 0)});
    }
    return networks;
}

bool Networks::contains(std::string_view text) const {
    const auto address = read_address(text);
    return address && std::any_of(networks_.begin(), networks_.end(), [&address](const Network& network) {
               return same_bits(address->bytes, network.bytes, network.bits);
           });
}

std::vector<std::string> private_networks() {
    return {"10.0.0.0/8",     "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8",
            "169.254.0.0/16", "::1/128",       "fc00::/7",       "fe80::/10"};
}

std::string_view access_type(const records::Record& record, const AccessNetworks& networks) {
    if (record.direction == records::Direction::kClient) {
        if (!is_ip_address(record.server.host)) return {};
        return networks.own.contains(record.server.host) ? "private" : "third_party";
    }
    std::vector<std::string_view> clients;
    if (is_ip_address(record.client.host)) clients.push_back(record.client.host);
    for (const std::string_view name : kForwarded)
        if (const auto value = records::find_header(record.request_headers, name))
            for (const std::string_view one : forwarded(*value))
                clients.push_back(one);
    if (clients.empty()) return {};
    bool partner = false;
    for (const std::string_view client : clients) {
        if (networks.own.contains(client)) continue;
        if (!networks.partner.contains(client)) return "public";
        partner = true;
    }
    return partner ? "partner" : "private";
}

}  // namespace apiarist::inventory
