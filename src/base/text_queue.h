// SPDX-License-Identifier: Apache-2.0
#pragma once
// Texts, first in, first out, in chunks of memory: many short ones cost neither an allocation nor its overhead each.
// Not thread-safe.

#include <cstddef>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

namespace apiarist {

class TextQueue {
  public:
    static constexpr std::size_t kChunk = 1u << 20;    // bytes
    static constexpr std::size_t kShort = kChunk / 8;  // a longer text has memory of its own

    void push(std::string_view text);
    // They live until they are popped.
    [[nodiscard]] std::string_view front() const { return entries_.front().text; }
    [[nodiscard]] std::string_view operator[](std::size_t i) const { return entries_[i].text; }
    void pop();
    void clear();
    // Chunks that are empty.
    void give_back() { spare_.clear(); }

    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }  // of the texts
    // Memory for texts: those of its texts and an eighth at most, the chunk that is being filled, and chunks that were
    // filled before and stay for what comes next.
    [[nodiscard]] std::size_t room() const { return long_bytes_ + (chunks_.size() + spare_.size()) * kChunk; }

  private:
    struct Entry {
        std::string_view text;
        std::unique_ptr<char[]> own;  // null: it is in a chunk
    };
    struct Chunk {
        std::unique_ptr<char[]> memory;
        std::size_t used = 0;
        std::size_t texts = 0;  // that are in the queue
    };
    char* place_for(std::size_t bytes);
    void let_go_of_first();

    std::deque<Entry> entries_;
    std::size_t bytes_ = 0;
    std::size_t long_bytes_ = 0;  // of texts that have memory of their own
    std::deque<Chunk> chunks_;    // the last one is being filled
    std::vector<Chunk> spare_;
};

}  // namespace apiarist
