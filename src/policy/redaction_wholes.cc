// SPDX-License-Identifier: Apache-2.0
// Of redaction_finder.h: marks, PEM blocks and URLs, whichever begins first. URLs are looked for from their "://", like
// addresses from their "@"; and of what is looked for ahead nothing is looked for again before it was passed.
#include <algorithm>
#include <optional>

#include "base/text.h"
#include "policy/redaction_finder.h"
#include "policy/redaction_mark.h"

namespace apiarist::policy {
namespace {

bool in_scheme(char c) {
    return is_ascii_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '.' || c == '-';
}

class UrlsAhead {
  public:
    UrlsAhead(std::string_view text, std::size_t begin) : text_(text) { find_sign(begin); }

    // The first that begins at or behind `from`, which never goes back. The end of a sentence is no part of it.
    std::optional<FoundSpan> next(std::size_t from) {
        for (;;) {
            if (sign_ < from) find_sign(from);
            if (sign_ >= text_.size()) return std::nullopt;
            scheme_ = std::max(scheme_, from);
            while (scheme_ < sign_ && !is_ascii_letter(text_[scheme_]))
                ++scheme_;
            if (scheme_ < sign_ && has_more()) return FoundSpan{scheme_, sign_ + kSign.size(), Found::kUrl};
            find_sign(sign_ + 1);
        }
    }

    // Where one ends whose sign ends at `end`.
    [[nodiscard]] std::size_t end_of(std::size_t end) const {
        end = std::min(text_.find_first_of(kOutside, end), text_.size());
        while (std::string_view(".,;:!?)]").find(text_[end - 1]) != std::string_view::npos)
            --end;
        return end;
    }

  private:
    static constexpr std::string_view kSign = "://";
    static constexpr std::string_view kOutside = " \t\r\n\f\"'<>\\^`{|}";

    void find_sign(std::size_t from) {
        sign_ = std::min(text_.find(kSign, from), text_.size());
        scheme_ = sign_;
        while (scheme_ > from && in_scheme(text_[scheme_ - 1]))
            --scheme_;
    }

    [[nodiscard]] bool has_more() const {
        const std::size_t begin = sign_ + kSign.size();
        return begin < text_.size() && kOutside.find(text_[begin]) == std::string_view::npos;
    }

    std::string_view text_;
    std::size_t sign_ = 0;    // of the "://" ahead
    std::size_t scheme_ = 0;  // where the scheme before it may begin
};

// Of the block whose first line ends at `begin`; one that is cut goes to the end.
std::size_t end_of_private_key(std::string_view text, std::size_t begin) {
    constexpr std::string_view kEnd = "-----END ";
    for (std::size_t at = text.find(kEnd, begin); at != std::string_view::npos; at = text.find(kEnd, at + 1)) {
        const std::size_t label = at + kEnd.size();
        const std::size_t end =
            std::min(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ", label), text.size());
        if (text.substr(end, 5) == "-----") return end + 5;
    }
    return text.size();
}

}  // namespace

void ValueFinder::find_wholes(const Gap& gap, Spans& out) const {
    const std::string_view text = gap.text.substr(0, gap.end);
    std::size_t begin = gap.begin;
    UrlsAhead urls(text, begin);
    std::optional<FoundSpan> other = next_match(wholes_, gap.text, begin, gap.end);
    std::optional<FoundSpan> url = urls.next(begin);
    while (url || other) {
        const bool is_url = url && (!other || url->begin < other->begin);
        FoundSpan span = is_url ? *url : *other;
        if (is_url) {
            span.end = urls.end_of(span.end);
        } else if (is_mark(text.substr(span.begin, span.end - span.begin))) {
            span.kind = Found::kMark;
        } else {
            span.kind = Found::kPrivateKey;
            span.end = end_of_private_key(text, span.end);
        }
        out.push_back(span);
        begin = span.end;
        if (url && url->begin < begin) url = urls.next(begin);
        if (other && other->begin < begin) other = next_match(wholes_, gap.text, begin, gap.end);
    }
}

}  // namespace apiarist::policy
