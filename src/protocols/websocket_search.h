// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where frames stand again in one direction whose place was lost.
//
// Frames are looked for at the first byte of each call: readers and writers begin there, be it with whole frames or
// with a header alone. From there frames must follow each other, lawful in all respects (websocket_frame.h) and in the
// order that fragments have, and the last one must end with a call. That is believed
//
// * when two of the calls consist of whole frames, one with a payload in each, and a final one among them: about one in
//   2^25 pairs of short calls of random bytes is taken for that;
// * when at least three final frames with a payload begin at calls, and enough of them: each has six bits of header
//   that are fixed, and as many more as the calls are long, because its length says where a call begins. At 40 bits
//   about one in 2^40 calls of random bytes is taken for that.
//
// What random bytes show least is the first frame: it may be the end of a torn one, with good frames behind it. It is
// only told when it is text that is UTF-8, or a close with a status; else it is passed over.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "protocols/message.h"
#include "protocols/websocket_frame.h"

namespace apiarist::protocols {

class WebsocketSearch {
  public:
    struct Call {
        std::uint64_t at = 0;
        Stamp stamp = 0;
    };
    struct Found {
        std::uint64_t begin = 0;       // where the bytes begin, as calls count it
        std::vector<std::byte> bytes;  // of frames
        std::vector<Call> calls;       // that they are of; the first may begin before them
    };

    // `limit`: bytes that are held.
    WebsocketSearch(const WebsocketRules& rules, std::size_t limit) : rules_(rules), limit_(limit) {}

    // The call under way, if any, is over. True: it shows where frames stand; take() is next.
    [[nodiscard]] bool end_call();
    void begin_call(Stamp stamp);
    void add(std::span<const std::byte> bytes);
    [[nodiscard]] Found take();
    // Bytes are missing here.
    void forget();
    // Bytes that no frame was found in since the last time.
    [[nodiscard]] std::uint64_t take_dropped();
    [[nodiscard]] std::size_t memory() const;

  private:
    // Frames in a row.
    struct Chain {
        std::uint64_t begin = 0;
        std::uint64_t next = 0;       // a frame
        std::uint64_t first_end = 0;  // of its first frame; 0: it has none yet
        bool first_speaks = false;    // it is shown by its payload
        bool begun = false;           // a data frame came
        bool message = false;         // more of a message is to follow
        unsigned calls = 0;           // that began since
        unsigned payloads = 0;        // frames with one
        unsigned finals = 0;          // of them
        unsigned at_calls = 0;        // of these that begin with a call
        unsigned whole_calls = 0;     // of frames, with a payload
    };
    enum class Step : std::uint8_t { kFrame, kWait, kWrong };

    [[nodiscard]] std::uint64_t end() const { return base_ + held_.size(); }
    [[nodiscard]] std::span<const std::byte> from(std::uint64_t place) const;
    [[nodiscard]] bool is_call(std::uint64_t place) const;
    [[nodiscard]] bool advance(Chain& chain) const;
    Step step(Chain& chain) const;
    [[nodiscard]] bool is_proven(const Chain& chain) const;
    [[nodiscard]] static bool is_before(const Chain& a, const Chain& b);
    void drop_first();
    void trim();

    WebsocketRules rules_;
    std::size_t limit_;
    std::uint64_t base_ = 0;  // the place of the first byte held
    std::vector<std::byte> held_;
    std::vector<Call> calls_;
    std::vector<Chain> chains_;  // the earliest begins with the first byte held
    Chain proven_;
    std::uint64_t dropped_ = 0;
};

}  // namespace apiarist::protocols
