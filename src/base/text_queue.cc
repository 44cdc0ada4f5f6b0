// SPDX-License-Identifier: Apache-2.0
#include "base/text_queue.h"

#include <algorithm>
#include <utility>

namespace apiarist {

void TextQueue::push(std::string_view text) {
    Chunk& chunk = chunk_for(text.size());
    char* const begin = chunk.memory.get() + chunk.used;
    std::copy(text.begin(), text.end(), begin);
    texts_.emplace_back(begin, text.size());
    chunk.used += text.size();
    ++chunk.texts;
    bytes_ += text.size();
}

TextQueue::Chunk& TextQueue::chunk_for(std::size_t bytes) {
    if (!chunks_.empty() && chunks_.back().size - chunks_.back().used >= bytes) return chunks_.back();
    if (bytes <= kChunk && !spare_.empty()) {
        chunks_.push_back(std::move(spare_.back()));
        spare_.pop_back();
    } else {
        const std::size_t size = std::max(bytes, kChunk);
        chunks_.push_back({std::unique_ptr<char[]>(new char[size]), size});
    }
    most_ = std::max(most_, chunks_.size());
    return chunks_.back();
}

void TextQueue::pop() {
    bytes_ -= texts_.front().size();
    texts_.pop_front();
    if (--chunks_.front().texts == 0) let_go_of_first();
    if (!texts_.empty()) return;
    spare_.resize(std::min(spare_.size(), most_));
    most_ = 0;
}

void TextQueue::let_go_of_first() {
    Chunk chunk = std::move(chunks_.front());
    chunks_.pop_front();
    if (chunk.size > kChunk) return;
    chunk.used = 0;
    spare_.push_back(std::move(chunk));
}

void TextQueue::clear() {
    while (!empty())
        pop();
}

std::size_t TextQueue::room() const {
    std::size_t room = spare_.size() * kChunk;
    for (const Chunk& chunk : chunks_)
        room += chunk.size;
    return room;
}

}  // namespace apiarist
