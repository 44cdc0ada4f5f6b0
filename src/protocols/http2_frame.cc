// SPDX-License-Identifier: Apache-2.0
#include "protocols/http2_frame.h"

namespace apiarist::protocols {
namespace {

std::uint32_t byte_at(std::span<const std::byte> bytes, std::size_t at) {
    return std::to_integer<std::uint32_t>(bytes[at]);
}

bool length_is_lawful(const FrameHeader& header) {
    switch (static_cast<FrameType>(header.type)) {
        case FrameType::kData:
        case FrameType::kContinuation:
            return true;
        case FrameType::kHeaders:
            return header.length >= (header.has(kPadded) ? 1U : 0U) + (header.has(kHasPriority) ? 5U : 0U);
        case FrameType::kPriority:
            return header.length == 5;
        case FrameType::kResetStream:
        case FrameType::kWindowUpdate:
            return header.length == 4;
        case FrameType::kSettings:
            return header.length % 6 == 0 && (!header.has(kAck) || header.length == 0);
        case FrameType::kPushPromise:
            return header.length >= (header.has(kPadded) ? 5U : 4U);
        case FrameType::kPing:
            return header.length == 8;
        case FrameType::kGoAway:
            return header.length >= 8;
    }
    return true;
}

bool stream_is_lawful(const FrameHeader& header) {
    switch (static_cast<FrameType>(header.type)) {
        case FrameType::kData:
        case FrameType::kHeaders:
        case FrameType::kPriority:
        case FrameType::kResetStream:
        case FrameType::kPushPromise:
        case FrameType::kContinuation:
            return header.stream != 0;
        case FrameType::kSettings:
        case FrameType::kPing:
        case FrameType::kGoAway:
            return header.stream == 0;
        case FrameType::kWindowUpdate:
            return true;
    }
    return true;
}

std::uint8_t flags_in_use(std::uint8_t type) {
    switch (static_cast<FrameType>(type)) {
        case FrameType::kData:
            return kEndStream | kPadded;
        case FrameType::kHeaders:
            return kEndStream | kEndHeaders | kPadded | kHasPriority;
        case FrameType::kSettings:
        case FrameType::kPing:
            return kAck;
        case FrameType::kPushPromise:
            return kEndHeaders | kPadded;
        case FrameType::kContinuation:
            return kEndHeaders;
        case FrameType::kPriority:
        case FrameType::kResetStream:
        case FrameType::kGoAway:
        case FrameType::kWindowUpdate:
            return 0;
    }
    return 0;
}

enum class Chain : std::uint8_t { kBroken, kShort, kThree, kFills };

Chain follow(std::span<const std::byte> bytes, std::size_t at, std::uint32_t longest) {
    constexpr unsigned kEnough = 3;
    for (unsigned frames = 0; frames < kEnough; ++frames) {
        if (at == bytes.size()) return frames == 0 ? Chain::kShort : Chain::kFills;
        if (bytes.size() - at < kFrameHeader) return Chain::kShort;
        const FrameHeader header = read_frame_header(bytes.subspan(at).first<kFrameHeader>());
        if (!is_likely(header, longest)) return Chain::kBroken;
        const std::size_t rest = bytes.size() - at - kFrameHeader;
        if (header.length > rest) return frames + 1 == kEnough ? Chain::kThree : Chain::kShort;
        at += kFrameHeader + header.length;
    }
    return Chain::kThree;
}

}  // namespace

FrameHeader read_frame_header(std::span<const std::byte, kFrameHeader> bytes) {
    FrameHeader header;
    header.length = byte_at(bytes, 0) << 16 | byte_at(bytes, 1) << 8 | byte_at(bytes, 2);
    header.type = std::to_integer<std::uint8_t>(bytes[3]);
    header.flags = std::to_integer<std::uint8_t>(bytes[4]);
    header.reserved = (byte_at(bytes, 5) & 0x80) != 0;
    header.stream =
        (byte_at(bytes, 5) & 0x7f) << 24 | byte_at(bytes, 6) << 16 | byte_at(bytes, 7) << 8 | byte_at(bytes, 8);
    return header;
}

bool is_lawful(const FrameHeader& header) {
    return header.type >= kKnownTypes || (length_is_lawful(header) && stream_is_lawful(header));
}

bool is_likely(const FrameHeader& header, std::uint32_t longest) {
    return header.type < kKnownTypes && !header.reserved && header.length <= longest && is_lawful(header) &&
           (header.flags & ~flags_in_use(header.type)) == 0;
}

FoundFrames find_frames(std::span<const std::byte> bytes, std::uint32_t longest) {
    FoundFrames found;
    bool all_rejected = true;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        const Chain chain = follow(bytes, at, longest);
        if (chain == Chain::kThree) {
            found.at = at;
            return found;
        }
        all_rejected = all_rejected && chain == Chain::kBroken;
        if (all_rejected) found.rejected = at + 1;
    }
    return found;
}

bool are_frames(std::span<const std::byte> bytes, std::uint32_t longest) {
    const Chain chain = follow(bytes, 0, longest);
    return chain == Chain::kThree || chain == Chain::kFills;
}

}  // namespace apiarist::protocols
