// SPDX-License-Identifier: Apache-2.0
#include "protocols/http1_line.h"

#include <algorithm>

namespace apiarist::protocols {

namespace {
// Usual header lines fit; keeping more per idle connection would cost more than allocating again.
constexpr std::size_t kKeptCapacity = 256;
}  // namespace

LineReader::State LineReader::take(std::string_view& in, std::size_t budget) {
    if (whole_) {
        held_.clear();
        whole_ = false;
    }
    const std::string_view window = in.substr(0, std::min(in.size(), budget));
    const std::size_t end = window.find('\n');
    if (end != std::string_view::npos) {
        in.remove_prefix(end + 1);
        if (held_.empty()) return finish(window.substr(0, end));
        held_.append(window.substr(0, end));
        return finish(held_);
    }
    if (window.size() < in.size()) return State::kTooLong;
    added_at_ = held_.size();
    held_.append(window);
    in = {};
    return State::kPartial;
}

LineReader::State LineReader::finish(std::string_view line) {
    whole_ = true;
    had_cr_ = line.ends_with('\r');
    if (had_cr_) line.remove_suffix(1);
    line_ = line;
    return State::kLine;
}

void LineReader::reset() {
    if (held_.capacity() > kKeptCapacity) {
        held_ = std::string();
    } else {
        held_.clear();
    }
    line_ = {};
    whole_ = true;
}

}  // namespace apiarist::protocols
