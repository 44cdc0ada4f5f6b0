// SPDX-License-Identifier: Apache-2.0
#pragma once
// The messages of one direction, permessage-deflate removed (RFC 7692 §7.2). A message may refer to the last 32 KiB
// before it. What stands there and is not known, because bytes were lost or were too many, costs the messages that
// refer to it and no others: zlib starts anew with an empty window, and a reference beyond it is an error. So what is
// decoded is right.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "protocols/websocket_extensions.h"

namespace apiarist::protocols {

struct WebsocketRoom {
    std::size_t kept = 0;      // bytes of a message that are kept; the others are inflated and thrown away
    std::size_t inflated = 0;  // more than so many of a message are not inflated, and so not known
};

class WebsocketInflater {
  public:
    WebsocketInflater(const WebsocketDeflate& agreed, const WebsocketRoom& room);
    ~WebsocketInflater();
    WebsocketInflater(WebsocketInflater&&) noexcept;
    WebsocketInflater& operator=(WebsocketInflater&&) noexcept;

    void begin();
    // The next bytes of the message; what they say is appended to `out`.
    void feed(std::span<const std::byte> bytes, std::string& out);
    // The message is over. False: it could not be decoded to its end.
    [[nodiscard]] bool end(std::string& out);
    // Bytes are missing here: the message is not read on, and nothing can refer to what came before.
    void forget();

    [[nodiscard]] std::uint64_t size() const { return size_; }     // of the message so far, kept or not
    [[nodiscard]] bool over_limit() const { return over_limit_; }  // of what is inflated
    [[nodiscard]] std::size_t memory() const;

  private:
    class Stream;
    void run(std::span<const std::byte> bytes, std::string& out);

    WebsocketDeflate agreed_;
    WebsocketRoom room_;
    std::unique_ptr<Stream> stream_;  // none: the window is empty
    std::uint64_t size_ = 0;
    unsigned streams_ = 0;  // of the message that go on behind a final block
    bool failed_ = false;   // the rest of the message is not decoded
    bool over_limit_ = false;
};

}  // namespace apiarist::protocols
