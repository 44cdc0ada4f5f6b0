// SPDX-License-Identifier: Apache-2.0
#pragma once
// Finds in a text what looks like a secret or like a person's data, wherever it stands. Linear in the text: it is
// passed over a few times, each time only between what was found before. One per worker: RE2 locks its state.

#include <re2/re2.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/redaction_names.h"

namespace apiarist::policy {

enum class Found {
    kMark,        // of a redaction before this one
    kUrl,         // to be looked into by its parts
    kPrivateKey,  // a PEM block
    kAssigned,    // "password=…" in running text: what stands behind the sign
    kEmail,
    kJwt,
    kToken,  // by the prefix that its issuer gives, or because it is random
    kAwsKey,
    kIban,
    kCard,
    kSsn,
    kPhone,
};

struct FoundSpan {
    std::size_t begin = 0;
    std::size_t end = 0;
    Found kind = Found::kToken;
};

class ValueFinder {
  public:
    ValueFinder();
    // In order, not overlapping. `spans` is emptied first.
    void find(std::string_view text, std::vector<FoundSpan>& spans) const;
    // The word for a value in its mark: of the value alone, so that equal values get equal marks.
    [[nodiscard]] std::string_view type_of(std::string_view value) const;
    [[nodiscard]] bool sensitive(std::string_view name) const { return names_.contains(name); }

  private:
    using Spans = std::vector<FoundSpan>;
    struct Gap {
        std::string_view text;  // all of it
        std::size_t begin;
        std::size_t end;
    };
    template <typename Pass>
    static void in_gaps(std::string_view text, Spans& spans, const Pass& pass);
    struct Look;
    static Look look_at(std::string_view text);
    void find_shapes(std::string_view text, const Look& look, Spans& spans) const;
    void find_wholes(const Gap& gap, Spans& out) const;
    void find_assigned(const Gap& gap, Spans& out) const;
    static void find_emails(const Gap& gap, Spans& out);
    void find_prefixed(const Gap& gap, Spans& out) const;
    void find_numbers(const Gap& gap, Spans& out) const;
    static void find_random(const Gap& gap, Spans& out);

    // The match of `pattern` at or behind `begin`; nothing: none. An expression must be decided soon behind the end of
    // its match: as long as another match is possible that would begin before, RE2 goes on to look at what follows.
    static std::optional<FoundSpan> next_match(const re2::RE2& pattern, std::string_view text, std::size_t begin,
                                               std::size_t end);
    static std::string heads_of_tokens();

    SensitiveNames names_;
    re2::RE2 wholes_;
    re2::RE2 prefixed_;
    re2::RE2 numbers_;
};

}  // namespace apiarist::policy
