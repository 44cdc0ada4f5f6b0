// SPDX-License-Identifier: Apache-2.0
#include "protocols/proxy_header.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace apiarist::protocols {

namespace {

constexpr std::string_view kLineStart = "PROXY ";
constexpr std::size_t kMaxLine = 107;  // with CR LF

// Version 2: signature, version and command, family and transport, length (two bytes, network order).
constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kCommandAt = 12;
constexpr std::size_t kFamilyAt = 13;
constexpr std::size_t kLengthAt = 14;
constexpr std::size_t kFixedPart = 16;
constexpr std::size_t kMaxRest = 2048;
constexpr unsigned char kLocal = 0x20;  // version 2: the proxy speaks for itself, and what it says of addresses is void
constexpr unsigned char kProxy = 0x21;
constexpr std::array<std::size_t, 4> kAddresses = {0, 12, 36, 216};  // bytes of them at least, by family

// Cuts the next word off; words are parted by one space.
std::string_view next_word(std::string_view& line) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

bool is_address(int family, std::string_view text) {
    std::array<unsigned char, sizeof(in6_addr)> unused{};
    return inet_pton(family, std::string(text).c_str(), unused.data()) == 1;
}

bool is_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    const bool leading_zero = text.size() > 1 && text.front() == '0';
    return error == std::errc() && end == text.data() + text.size() && !leading_zero;
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

ProxyHeader look_at_line(std::string_view bytes) {
    const std::string_view start = kLineStart.substr(0, bytes.size());
    if (!bytes.starts_with(start)) return {};
    const std::size_t end = bytes.substr(0, kMaxLine).find('\n');
    if (end == std::string_view::npos) {
        return {bytes.size() < kMaxLine ? ProxyHeader::State::kPartial : ProxyHeader::State::kNone, 0};
    }
    if (bytes[end - 1] != '\r' || !is_proxy_line(bytes.substr(0, end - 1))) return {};
    return {ProxyHeader::State::kWhole, end + 1};
}

}  // namespace

ProxyHeader look_at_proxy_header(std::string_view first_bytes) {
    ProxyHeaderReader reader;
    std::string_view rest = first_bytes;
    const ProxyHeader::State state = reader.take(rest);
    if (state == ProxyHeader::State::kWhole) return {state, first_bytes.size() - rest.size()};
    return state == ProxyHeader::State::kPartial ? ProxyHeader{state, 0} : look_at_line(first_bytes);
}

bool is_proxy_line(std::string_view line) {
    constexpr std::size_t kLineEnd = 2;
    if (!line.starts_with(kLineStart) || line.size() + kLineEnd > kMaxLine || has_control(line)) return false;
    line.remove_prefix(kLineStart.size());
    const std::string_view protocol = next_word(line);
    if (protocol == "UNKNOWN") return true;  // whatever follows
    if ((protocol != "TCP4" && protocol != "TCP6") || std::ranges::count(line, ' ') != 3) return false;
    const int family = protocol == "TCP4" ? AF_INET : AF_INET6;
    const std::string_view source = next_word(line);
    const std::string_view destination = next_word(line);
    const std::string_view source_port = next_word(line);
    return is_address(family, source) && is_address(family, destination) && is_port(source_port) && is_port(line);
}

ProxyHeader::State ProxyHeaderReader::take(std::string_view& in) {
    while (read_ < kFixedPart && !in.empty()) {
        if (!accepts(in.front())) return ProxyHeader::State::kNone;
        note(in.front());
        in.remove_prefix(1);
    }
    if (read_ < kFixedPart) return ProxyHeader::State::kPartial;
    const std::size_t taken = std::min(in.size(), kFixedPart + length_ - read_);
    in.remove_prefix(taken);
    read_ += taken;
    return read_ == kFixedPart + length_ ? ProxyHeader::State::kWhole : ProxyHeader::State::kPartial;
}

bool ProxyHeaderReader::accepts(char next) const {
    const auto value = static_cast<unsigned char>(next);
    if (read_ < kSignature.size()) return next == kSignature[read_];
    switch (read_) {
        case kCommandAt:
            return value == kLocal || value == kProxy;
        case kFamilyAt:  // and a transport: none, stream, datagram
            return local_ || (value >> 4 < kAddresses.size() && (value & 15) <= 2);
        case kLengthAt:
            return value < kMaxRest >> 8;
        case kLengthAt + 1:
            return (length_ | value) >= kAddresses[family_];
        default:
            return true;
    }
}

void ProxyHeaderReader::note(char c) {
    const auto value = static_cast<unsigned char>(c);
    if (read_ == kCommandAt) local_ = value == kLocal;
    if (read_ == kFamilyAt && !local_) family_ = value >> 4;
    if (read_ == kLengthAt) length_ = std::size_t{value} << 8;
    if (read_ == kLengthAt + 1) length_ |= value;
    ++read_;
}

}  // namespace apiarist::protocols
