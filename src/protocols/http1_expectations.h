// SPDX-License-Identifier: Apache-2.0
#pragma once
// The requests of one connection that wait for their response, oldest first, each reduced to what framing needs.
// One byte each; above the limit only their number is kept, so that the order stays true.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace apiarist::protocols {

// What a response's framing needs of its request (RFC 9112 §6.3).
enum class RequestClass : std::uint8_t { kOther, kHead, kConnect };

class Expectations {
  public:
    void push(std::string_view method, std::size_t limit);
    // The oldest one, removed; kOther when there is none.
    RequestClass pop();
    void clear();
    [[nodiscard]] std::size_t memory() const { return waiting_.capacity(); }

  private:
    std::vector<RequestClass> waiting_;
    std::size_t first_ = 0;       // those before it are answered
    std::uint64_t overflow_ = 0;  // requests after waiting_ that found no room
};

}  // namespace apiarist::protocols
