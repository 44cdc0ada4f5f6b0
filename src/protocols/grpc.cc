// SPDX-License-Identifier: Apache-2.0
#include "protocols/grpc.h"

#include <algorithm>

#include "base/text.h"
#include "protocols/content_coding.h"

namespace apiarist::protocols {
namespace {

constexpr std::size_t kPrefix = 5;  // a byte of flags and a length of four, the first byte the highest
constexpr unsigned kCompressed = 1;
constexpr unsigned kTrailers = 0x80;  // gRPC-Web
constexpr std::size_t kMostTrailers = 64;

std::uint32_t length_of(const std::uint8_t* prefix) {
    return std::uint32_t{prefix[1]} << 24 | std::uint32_t{prefix[2]} << 16 | std::uint32_t{prefix[3]} << 8 | prefix[4];
}

void read_trailers(std::string_view text, std::vector<Header>& trailers) {
    while (!text.empty() && trailers.size() < kMostTrailers) {
        const std::string_view line = text.substr(0, text.find("\r\n"));
        text.remove_prefix(std::min(text.size(), line.size() + 2));
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        trailers.push_back({std::string(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1), " \t"))});
    }
}

void add_message(std::string_view message, bool compressed, std::string_view encoding, std::size_t limit,
                 GrpcBody& out) {
    const std::size_t room = limit - out.messages.size();
    if (!compressed) {
        if (message.size() > room) {
            out.cut = true;
        } else {
            out.messages += message;
        }
        return;
    }
    const Decoded decoded = decode_content(encoding, message, room);
    if (decoded.state == DecodeState::kDecoded)
        out.messages += decoded.body;
    else if (decoded.state == DecodeState::kLimit)
        out.cut = true;
    else
        out.not_decoded = true;
}

}  // namespace

bool is_grpc_type(std::string_view content_type) {
    constexpr std::string_view kType = "application/grpc";
    if (!same_name(content_type.substr(0, kType.size()), kType)) return false;
    const std::string_view rest = content_type.substr(kType.size());
    if (rest.empty() || rest.front() == '+' || rest.front() == ';') return true;
    constexpr std::string_view kWeb = "-web";
    if (!same_name(rest.substr(0, kWeb.size()), kWeb)) return false;
    return rest.size() == kWeb.size() || rest[kWeb.size()] == '+' || rest[kWeb.size()] == ';';
}

void GrpcCounter::feed(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        if (remaining_ > 0) {
            const std::size_t part = std::min<std::size_t>(remaining_, bytes.size());
            remaining_ -= static_cast<std::uint32_t>(part);
            bytes = bytes.subspan(part);
            continue;
        }
        prefix_[have_++] = std::to_integer<std::uint8_t>(bytes.front());
        bytes = bytes.subspan(1);
        if (have_ < kPrefix) continue;
        have_ = 0;
        remaining_ = length_of(prefix_.data());
        if ((prefix_[0] & kTrailers) == 0) ++messages_;
    }
}

GrpcBody read_grpc(std::string_view body, std::string_view encoding, std::size_t limit) {
    GrpcBody out;
    while (!body.empty()) {
        const auto* prefix = reinterpret_cast<const std::uint8_t*>(body.data());
        if (body.size() < kPrefix || length_of(prefix) > body.size() - kPrefix) {
            out.cut = true;
            if (body.size() >= kPrefix) ++out.count;
            break;
        }
        const std::string_view message = body.substr(kPrefix, length_of(prefix));
        const unsigned flags = prefix[0];
        body.remove_prefix(kPrefix + message.size());
        if ((flags & kTrailers) != 0) {
            read_trailers(message, out.trailers);
            continue;
        }
        ++out.count;
        add_message(message, (flags & kCompressed) != 0, encoding, limit, out);
    }
    return out;
}

bool is_grpc_body(std::string_view body) {
    bool some = false;
    while (body.size() >= kPrefix) {
        const auto* prefix = reinterpret_cast<const std::uint8_t*>(body.data());
        const std::size_t length = length_of(prefix);
        if (prefix[0] != 0 || length > body.size() - kPrefix) return false;
        some |= length > 0;
        body.remove_prefix(kPrefix + length);
    }
    return some && body.empty();
}

// https://grpc.github.io/grpc/core/md_doc_statuscodes.html
std::string_view grpc_status_name(int status) {
    static constexpr std::array<std::string_view, 17> kNames{
        "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
        "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
        "DATA_LOSS", "UNAUTHENTICATED"};
    return status >= 0 && static_cast<std::size_t>(status) < kNames.size() ? kNames[static_cast<std::size_t>(status)]
                                                                           : "";
}

}  // namespace apiarist::protocols
