// SPDX-License-Identifier: Apache-2.0
#pragma once
// Cuts text that makes a record too large.

#include <string>

namespace apiarist::sinks {

// Takes what is too much off a body (of JSON it is at least as much), and a little more for what `capture` says then;
// never inside of a UTF-8 sequence. False: it is empty already.
inline bool shorten(std::string& body, std::size_t excess) {
    if (body.empty()) return false;
    constexpr std::size_t kMargin = 64;
    std::size_t size = body.size() > excess + kMargin ? body.size() - excess - kMargin : 0;
    for (int back = 0; back < 3 && size > 0 && (static_cast<unsigned char>(body[size]) & 0xc0) == 0x80; ++back)
        --size;
    body.resize(size);
    return true;
}

}  // namespace apiarist::sinks
