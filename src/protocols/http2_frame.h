// SPDX-License-Identifier: Apache-2.0
#pragma once
// Frames of HTTP/2 (RFC 9113 §4, §6): their nine bytes of header, and whether such nine bytes may be one at all. Pure.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace apiarist::protocols {

constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";  // RFC 9113 §3.4
constexpr std::size_t kFrameHeader = 9;                                         // bytes
constexpr std::uint32_t kUsualFrame = 16384;  // SETTINGS_MAX_FRAME_SIZE as it begins (RFC 9113 §6.5.2)

enum class FrameType : std::uint8_t {
    kData = 0,
    kHeaders = 1,
    kPriority = 2,
    kResetStream = 3,
    kSettings = 4,
    kPushPromise = 5,
    kPing = 6,
    kGoAway = 7,
    kWindowUpdate = 8,
    kContinuation = 9,
};
constexpr std::uint8_t kKnownTypes = 10;  // others are passed over (RFC 9113 §4.1)

enum FrameFlag : std::uint8_t {
    kEndStream = 0x1,
    kAck = 0x1,
    kEndHeaders = 0x4,
    kPadded = 0x8,
    kHasPriority = 0x20,
};

struct FrameHeader {
    std::uint32_t length = 0;  // of the payload
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    std::uint32_t stream = 0;
    bool reserved = false;  // the bit before the stream's number is set

    [[nodiscard]] bool is(FrameType one) const { return type == static_cast<std::uint8_t>(one); }
    [[nodiscard]] bool has(FrameFlag flag) const { return (flags & flag) != 0; }
};

[[nodiscard]] FrameHeader read_frame_header(std::span<const std::byte, kFrameHeader> bytes);

// It breaks no rule of its type; of an unknown type there are none. Only such frames can be passed over by their
// length.
[[nodiscard]] bool is_lawful(const FrameHeader& header);
// A known type, with no flag and no length that is not in use: about one in two million of random bytes passes.
[[nodiscard]] bool is_likely(const FrameHeader& header, std::uint32_t longest);

// Where the frames of a stream begin again after a loss: three headers in a row, each where the frame before ends.
// `longest`: payload of the longest frame that is to be expected.
struct FoundFrames {
    std::optional<std::size_t> at;  // offset of the first header
    std::size_t rejected = 0;       // none begins before this offset
};
[[nodiscard]] FoundFrames find_frames(std::span<const std::byte> bytes, std::uint32_t longest);
// Frames, at least one, that fill all the bytes there are: of the bytes of a call this tells as much.
[[nodiscard]] bool are_frames(std::span<const std::byte> bytes, std::uint32_t longest);

}  // namespace apiarist::protocols
