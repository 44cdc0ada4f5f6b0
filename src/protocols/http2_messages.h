// SPDX-License-Identifier: Apache-2.0
#pragma once
// The messages of one direction of an HTTP/2 connection, by stream: header fields and data in, whole messages out. What
// a server pushes is passed over.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "protocols/grpc.h"
#include "protocols/hpack.h"
#include "protocols/message.h"

namespace apiarist::protocols {

struct Http2Limits {
    std::size_t body = 1 << 20;     // bytes of a body that are kept; the rest is counted
    std::size_t block = 64 << 10;   // bytes of a header block as it is sent; of a larger one nothing is known
    std::size_t streams = 4096;     // with messages under way; what comes on others is passed over
    std::size_t search = 64 << 10;  // bytes that are held while the place is looked for
    HpackLimits hpack;
};

enum class Http2ItemKind : std::uint8_t {
    kHead,       // of `message`, the head
    kMessage,    // `message` is complete as far as it will ever be
    kReset,      // the sender gave the stream up (RST_STREAM), for both directions
    kLostPlace,  // frames were lost: any message under way may have lost some
};

struct Http2Item {
    Http2ItemKind kind = Http2ItemKind::kMessage;
    std::uint32_t stream = 0;
    bool role_known = false;  // kHead, kMessage: message.kind is known
    Message message;          // kHead: only method, target, status and begin are set
};

struct HeaderBlock {
    std::vector<HpackField>& fields;
    bool end_stream = false;
    bool after_loss = false;  // what is not known was lost; else it was said before the observation
    bool cut = false;         // fields were left out by a limit
    Stamp begin = 0;
    Stamp end = 0;
};

class Http2Messages {
  public:
    explicit Http2Messages(const Http2Limits& limits) : limits_(limits) {}

    void on_block(std::uint32_t stream, HeaderBlock& block, std::vector<Http2Item>& out);
    void on_data(std::uint32_t stream, std::span<const std::byte> bytes, Stamp stamp);
    // Data that is missing.
    void on_gap(std::uint32_t stream, std::uint64_t size, GapKind kind, Stamp stamp);
    void on_end_stream(std::uint32_t stream, Stamp stamp, std::vector<Http2Item>& out);
    // Any may have lost something.
    void on_loss();
    // The message under way; null: none.
    [[nodiscard]] const Message* find(std::uint32_t stream) const;
    // What is there of a message under way, with flags that say so; it is followed no further.
    std::optional<Http2Item> take(std::uint32_t stream);
    // As take(), of all.
    void take_all(std::vector<Http2Item>& out);
    // Gives back what is held of bodies: their rest is only counted. How many there were.
    std::size_t release_bodies();

    [[nodiscard]] std::size_t size() const { return incoming_.size(); }
    [[nodiscard]] std::uint64_t refused() const { return refused_; }  // messages that found no room
    [[nodiscard]] std::size_t memory() const { return memory_; }      // bytes held

  private:
    struct Incoming {
        Message message;
        bool role_known = false;
        bool hole = false;     // bytes of the body are missing: what follows is not kept
        std::size_t head = 0;  // bytes of its fields
        std::optional<GrpcCounter> grpc{};
    };
    using All = std::map<std::uint32_t, Incoming>;

    void begin(std::uint32_t stream, HeaderBlock& block, std::vector<Http2Item>& out);
    void end(All::iterator at, std::vector<Http2Item>& out);
    [[nodiscard]] Http2Item leave(All::iterator at);

    Http2Limits limits_;
    All incoming_;
    std::size_t memory_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace apiarist::protocols
