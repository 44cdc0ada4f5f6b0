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
    static constexpr std::size_t kChunk = 1u << 20;  // bytes; a longer text has a chunk of its own

    void push(std::string_view text);
    // They live until they are popped.
    [[nodiscard]] std::string_view front() const { return texts_.front(); }
    [[nodiscard]] std::string_view operator[](std::size_t i) const { return texts_[i]; }
    void pop();
    void clear();

    [[nodiscard]] bool empty() const { return texts_.empty(); }
    [[nodiscard]] std::size_t size() const { return texts_.size(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }  // of the texts
    // Of the chunks. When the last text is popped, as many stay as were needed since the one before that.
    [[nodiscard]] std::size_t room() const;

  private:
    struct Chunk {
        std::unique_ptr<char[]> memory;
        std::size_t size = 0;
        std::size_t used = 0;
        std::size_t texts = 0;  // that are in the queue
    };
    Chunk& chunk_for(std::size_t bytes);
    void let_go_of_first();

    std::deque<std::string_view> texts_;
    std::size_t bytes_ = 0;
    std::deque<Chunk> chunks_;  // the last one is being filled
    std::vector<Chunk> spare_;
    std::size_t most_ = 0;  // chunks at once since the queue was empty
};

}  // namespace apiarist
