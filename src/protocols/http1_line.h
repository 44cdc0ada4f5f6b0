// SPDX-License-Identifier: Apache-2.0
#pragma once
// Cuts lines out of a byte stream that arrives in pieces. A line that lies inside one piece is seen in place and never
// copied; of a split line each byte is searched once and copied once. The caller's budget bounds what is held.
// Line end: LF, with or without CR before it (RFC 9112 §2.2).

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace apiarist::protocols {

class LineReader {
  public:
    enum class State : std::uint8_t {
        kLine,     // line() is set
        kPartial,  // all of the input was taken; the line goes on
        kTooLong,  // no line end within the budget
    };

    // Consumes from the front of `in`, at most `budget` bytes.
    State take(std::string_view& in, std::size_t budget);

    // After kLine: without its line end. Points into the input or into this object; valid until the next take().
    [[nodiscard]] std::string_view line() const { return line_; }
    // After kLine: it ended with CR LF.
    [[nodiscard]] bool had_cr() const { return had_cr_; }
    // After kPartial: the line so far, and what the last take() added to it.
    [[nodiscard]] std::string_view partial() const { return held_; }
    [[nodiscard]] std::string_view added() const { return std::string_view(held_).substr(added_at_); }

    // Forgets a partial line, and gives memory back if a line was long.
    void reset();
    [[nodiscard]] std::size_t memory() const { return held_.capacity(); }

  private:
    State finish(std::string_view line);

    std::string held_;  // the partial line, or the last line if it was split
    std::string_view line_;
    std::size_t added_at_ = 0;
    bool whole_ = true;  // held_ is not a partial line
    bool had_cr_ = false;
};

}  // namespace apiarist::protocols
