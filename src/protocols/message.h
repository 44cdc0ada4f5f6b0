// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a protocol parser hands on: one request or one response, as it stood on the wire, with what is missing from it.
// Plain data, owned by whoever holds it. No clock: a Stamp is the caller's time (nanoseconds), carried through unread.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace apiarist::protocols {

using Stamp = std::uint64_t;

enum class MessageKind : std::uint8_t { kRequest, kResponse };

// Why bytes are missing from a stream.
enum class GapKind : std::uint8_t {
    kLost,     // should have been captured and was not (ring full, call not visible, unknown)
    kSkipped,  // left out on purpose, by a limit
    kNotSeen,  // passed without user memory: sendfile, splice, MSG_TRUNC
};

struct Header {
    std::string name;   // as on the wire
    std::string value;  // without surrounding white space; obs-fold (RFC 9112 §5.2) replaced by one space
};

struct Message {
    MessageKind kind = MessageKind::kRequest;
    std::string method;  // request only
    std::string target;  // request only, as on the wire; of HTTP/2 empty where it is not known
    int status = 0;      // response only; of HTTP/2 0 where it is not known
    std::string reason;  // response only; may be empty
    int major_version = 1;
    int minor_version = 1;
    std::vector<Header> headers;
    std::vector<Header> trailers;
    std::string
        transfer_coding;  // what the body still carries besides chunked, as in "gzip"; outside of content-encoding
    std::string body;     // chunking removed, content coding kept; the first bytes, at most Http1Limits::body
    std::uint64_t grpc_messages = 0;  // that begin in it, kept or not; of other content none
    std::uint64_t body_size = 0;      // body bytes that passed (transfer coding removed), kept or not
    bool body_truncated = false;      // bytes were left out by a limit, or the connection ended before the body did
    bool body_not_seen = false;       // bytes passed that no one could see
    bool gap = false;                 // bytes were lost inside it
    bool joined_midway = false;       // of its head something is not known that was said before the observation began
    bool body_not_decoded = false;    // its content coding could not be removed, though the body is whole
    Stamp begin = 0;                  // of its first byte
    Stamp head_end = 0;               // of the last byte of its head
    Stamp end = 0;                    // of its last byte
};

// RFC 9110 §5.1: names have no case.
[[nodiscard]] bool same_name(std::string_view a, std::string_view b);
// The first value of this name; empty: none.
[[nodiscard]] std::string_view header_value(const std::vector<Header>& headers, std::string_view name);

// A body of this type goes on for as long as its sender likes: server-sent events, lines of JSON, parts that replace
// each other, gRPC.
[[nodiscard]] bool is_stream_type(std::string_view content_type);

}  // namespace apiarist::protocols
