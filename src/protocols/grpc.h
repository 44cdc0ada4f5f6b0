// SPDX-License-Identifier: Apache-2.0
#pragma once
// gRPC's messages inside a body (gRPC over HTTP/2, "Length-Prefixed-Message"; gRPC-Web puts trailers there too). Pure;
// the bytes are hostile.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/message.h"

namespace apiarist::protocols {

// application/grpc, application/grpc+proto, application/grpc-web; not grpc-web-text, which is base64.
[[nodiscard]] bool is_grpc_type(std::string_view content_type);

// It is made of whole messages, none of them compressed, and one is not empty. For a body whose type is not known:
// lengths that add up by chance are one in four billion.
[[nodiscard]] bool is_grpc_body(std::string_view body);

// How many messages begin in a body that comes in parts.
class GrpcCounter {
  public:
    void feed(std::span<const std::byte> bytes);
    [[nodiscard]] std::uint64_t messages() const { return messages_; }

  private:
    std::array<std::uint8_t, 5> prefix_{};
    std::size_t have_ = 0;         // of the prefix
    std::uint32_t remaining_ = 0;  // of the message
    std::uint64_t messages_ = 0;
};

struct GrpcBody {
    std::string messages;          // one after the other, their prefixes off, inflated
    std::vector<Header> trailers;  // of gRPC-Web
    std::uint64_t count = 0;       // of messages that begin in it
    bool cut = false;              // the last one is not whole, and left out; or the limit was reached
    bool not_decoded = false;      // one could not be inflated, and is left out
};

// `encoding`: of compressed messages (grpc-encoding). `limit`: bytes of `messages`.
[[nodiscard]] GrpcBody read_grpc(std::string_view body, std::string_view encoding, std::size_t limit);

// "NOT_FOUND" of 5; empty: no such number.
[[nodiscard]] std::string_view grpc_status_name(int status);

}  // namespace apiarist::protocols
