// SPDX-License-Identifier: Apache-2.0
#pragma once
// WebSocket messages (RFC 6455, permessage-deflate of RFC 7692) out of one direction of one connection, behind the
// handshake.
//
// Sans-I/O and bounded, as http1.h. How the input is split into feed() calls changes nothing of the output, as long as
// `call_start` says where calls begin.
//
// A loss inside a frame's payload costs that message and no more; with compression also those that refer to it
// (websocket_inflater.h). Any other loss costs the place: what follows is held until it shows where frames stand
// (websocket_search.h), which are then the next that is read.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "protocols/message.h"
#include "protocols/websocket_extensions.h"
#include "protocols/websocket_frame.h"
#include "protocols/websocket_inflater.h"
#include "protocols/websocket_message.h"
#include "protocols/websocket_search.h"

namespace apiarist::protocols {

struct WebsocketLimits {
    std::size_t payload = 1 << 20;    // bytes of a message that are kept; the rest is counted
    std::size_t inflated = 16 << 20;  // more of one message is not inflated
    std::size_t search = 64 << 10;    // bytes that are held to find the place again
};

enum class WebsocketItemKind : std::uint8_t { kMessage, kLostPlace };

struct WebsocketItem {
    WebsocketItemKind kind = WebsocketItemKind::kMessage;
    WebsocketMessage message;
};

// Every byte given to feed() or on_gap() is in exactly one of the byte counters, at the latest after on_end().
struct WebsocketCounts {
    std::uint64_t parsed = 0;        // frames
    std::uint64_t unattributed = 0;  // while the place was lost, or of a frame that did not end
    std::uint64_t missing = 0;       // given to on_gap()
    std::uint64_t malformed = 0;     // times that what stood there was no frame
};

class WebsocketParser {
  public:
    // `masked`: it is the client's direction. `from_start`: the next byte is the first behind the handshake; else the
    // place is lost at first.
    WebsocketParser(const WebsocketLimits& limits, bool masked, const WebsocketExtensions& agreed, bool from_start);

    // `call_start`: the first byte is the first of a system call or TLS call.
    void feed(std::span<const std::byte> bytes, Stamp stamp, bool call_start, std::vector<WebsocketItem>& out);
    void on_gap(std::uint64_t size, GapKind kind, Stamp stamp, std::vector<WebsocketItem>& out);
    // No more bytes will come: the message under way leaves, flagged.
    void on_end(Stamp stamp, std::vector<WebsocketItem>& out);

    // The bytes since the last frame may have come in the wrong order.
    void distrust();
    // Gives back what is held of the message under way, which is truncated then, and what compressed messages refer to.
    // False: nothing was held.
    bool release();
    // Between two messages, and nothing is held that the next one may refer to.
    [[nodiscard]] bool at_rest() const;
    [[nodiscard]] bool lost() const { return state_ == State::kLost; }
    [[nodiscard]] std::size_t memory() const;  // bytes held
    [[nodiscard]] const WebsocketCounts& counts() const { return counts_; }

  private:
    enum class State : std::uint8_t { kHeader, kPayload, kLost };
    struct Input {
        std::span<const std::byte> bytes;  // not yet consumed
        Stamp stamp;
        std::vector<WebsocketItem>& out;
    };
    struct UnderWay {
        WebsocketMessage message;
        bool compressed = false;
        bool hole = false;      // the rest is only counted
        bool inflated = false;  // to its end
    };

    void read_header(Input& in);
    [[nodiscard]] bool begin_frame();
    void read_payload(Input& in);
    void add(UnderWay& to, std::span<const std::byte> bytes);
    void end_frame(Input& in);
    void decode_end(UnderWay& one);
    static void leave(std::optional<UnderWay>& one, std::vector<WebsocketItem>& out);
    [[nodiscard]] std::optional<UnderWay>& current();
    void drop_if_ping();
    void lose_place(std::vector<WebsocketItem>& out);
    void search(Stamp stamp, std::vector<WebsocketItem>& out);
    void resume(std::vector<WebsocketItem>& out);
    void hold(Input& in);
    void forget_held();
    std::span<const std::byte> take(Input& in, std::size_t size);

    WebsocketLimits limits_;
    WebsocketRules rules_;
    State state_;
    std::array<std::byte, kLongestWebsocketHeader> header_{};
    std::size_t header_size_ = 0;  // of it that came
    Stamp frame_begin_ = 0;
    WebsocketFrame frame_;
    std::uint64_t read_ = 0;     // of the frame's payload
    std::uint64_t pending_ = 0;  // bytes of a frame that has not ended
    std::optional<UnderWay> message_;
    std::optional<UnderWay> control_;
    bool may_go_on_;  // after a loss: the next frames may be of a message whose beginning was lost
    std::optional<WebsocketInflater> inflater_;
    WebsocketSearch search_;  // kLost
    WebsocketCounts counts_;
};

}  // namespace apiarist::protocols
