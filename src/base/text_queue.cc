// SPDX-License-Identifier: Apache-2.0
#include "base/text_queue.h"

#include <algorithm>
#include <utility>

namespace apiarist {

void TextQueue::push(std::string_view text) {
    const bool is_long = text.size() > kShort;
    std::unique_ptr<char[]> own(is_long ? new char[text.size()] : nullptr);
    char* const begin = is_long ? own.get() : place_for(text.size());
    std::copy(text.begin(), text.end(), begin);
    entries_.push_back({{begin, text.size()}, std::move(own)});
    bytes_ += text.size();
    if (is_long) long_bytes_ += text.size();
}

char* TextQueue::place_for(std::size_t bytes) {
    if (chunks_.empty() || kChunk - chunks_.back().used < bytes) {
        if (spare_.empty()) spare_.push_back({std::unique_ptr<char[]>(new char[kChunk])});
        chunks_.push_back(std::move(spare_.back()));
        spare_.pop_back();
    }
    Chunk& chunk = chunks_.back();
    ++chunk.texts;
    return chunk.memory.get() + std::exchange(chunk.used, chunk.used + bytes);
}

void TextQueue::pop() {
    const Entry first = std::move(entries_.front());
    entries_.pop_front();
    bytes_ -= first.text.size();
    if (first.own)
        long_bytes_ -= first.text.size();
    else if (--chunks_.front().texts == 0)
        let_go_of_first();
}

void TextQueue::let_go_of_first() {
    Chunk chunk = std::move(chunks_.front());
    chunks_.pop_front();
    chunk.used = 0;
    spare_.push_back(std::move(chunk));
}

void TextQueue::clear() {
    while (!empty())
        pop();
}

}  // namespace apiarist
