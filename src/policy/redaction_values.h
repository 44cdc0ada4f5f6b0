// SPDX-License-Identifier: Apache-2.0
#pragma once
// Redacts values: whole ones, and what is found in texts, also in texts inside of texts (JSON in a string, a URL in a
// query). Counts what it replaces. Not thread-safe: one per worker.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/redaction_finder.h"
#include "policy/redaction_mark.h"

namespace apiarist::policy {

// Where a text stands.
struct Nesting {
    unsigned depth = 0;  // texts around it
    bool cut = false;    // it ends where the observation ended, not where it was meant to
    [[nodiscard]] Nesting inner() const { return {depth + 1, cut}; }
    [[nodiscard]] Nesting whole() const { return {depth + 1, false}; }
};

class ValueRedactor {
  public:
    explicit ValueRedactor(std::string_view key) : marker_(key) {}

    [[nodiscard]] bool sensitive(std::string_view name) const { return finder_.sensitive(name); }
    // The mark of the whole value. What is empty or a mark already stays.
    [[nodiscard]] std::string secret(std::string_view value);
    // "Bearer abc": the scheme stays.
    [[nodiscard]] std::string credentials(std::string_view value);
    // What stands below a sensitive name: its mark, or credentials.
    [[nodiscard]] std::string named_secret(std::string_view name, std::string_view value);
    // Of bytes that cannot be looked into.
    [[nodiscard]] std::string opaque(std::string_view bytes);
    // Any value: JSON, XML, a URL, else text. Nothing: it stays as it is.
    [[nodiscard]] std::optional<std::string> value(std::string_view text, Nesting nesting);
    // Running text. Of one that is cut the end is redacted, whatever it looks like.
    [[nodiscard]] std::optional<std::string> text(std::string_view text, Nesting nesting);

    [[nodiscard]] std::uint64_t count() const { return count_; }

  private:
    std::string mark(std::string_view type, std::string_view value);
    void append_span(std::string& out, std::string_view text, const FoundSpan& span, Nesting nesting);

    ValueFinder finder_;
    Marker marker_;
    std::uint64_t count_ = 0;
};

}  // namespace apiarist::policy
