// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads the lines of a head: start lines (RFC 9112 §3, §4), field lines (§5) and what may become one. Pure functions of
// whole lines without their line end; what is stored is copied out of them.

#include <cstdint>
#include <string_view>
#include <vector>

#include "protocols/message.h"

namespace apiarist::protocols {

enum class StartLine : std::uint8_t {
    kMessage,
    kPreface,  // HTTP/2's connection preface (RFC 9113 §3.4)
    kInvalid,
};

// Fills method and target, or status and reason, and the version. Tolerant, for a place where a message must begin.
[[nodiscard]] StartLine parse_start_line(MessageKind kind, std::string_view line, Message& message);

// Strict, for a place where a message may begin: the shape that real clients and servers send and other data does not.
[[nodiscard]] bool looks_like_start_line(MessageKind kind, std::string_view line);

// Whether a request line begins with `text`, told before its end, by what other text protocols with the same methods
// (RTSP, SIP, Redis, Memcached) do not send.
[[nodiscard]] bool is_sure_request(std::string_view text);

// Whether a line that begins with `partial`, of which `added` is new, may still become a start line or an empty line.
// Rules out binary data early, instead of at the next LF.
[[nodiscard]] bool may_become_start_line(MessageKind kind, std::string_view partial, std::string_view added);

enum class FieldLine : std::uint8_t {
    kField,    // added, or the last one continued (obs-fold)
    kOdd,      // none that the standard allows, and some server forgives: added where it has a name, else passed over
    kInvalid,  // of no head
};

[[nodiscard]] FieldLine add_field_line(std::string_view line, std::vector<Header>& fields);

// White space of RFC 9110 §5.6.3.
[[nodiscard]] std::string_view trim(std::string_view text);
// `lower` is in lower case already.
[[nodiscard]] bool equals_lower(std::string_view text, std::string_view lower);

}  // namespace apiarist::protocols
