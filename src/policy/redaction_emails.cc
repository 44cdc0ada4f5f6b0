// SPDX-License-Identifier: Apache-2.0
// Of redaction_finder.h: e-mail addresses, from each "@" outward. No part of one has an "@" in it, so that both ways
// end at the next: each byte is looked at twice at most. Longer parts than mail allows are taken whole, or half would
// show.
#include <algorithm>

#include "policy/redaction_finder.h"

namespace apiarist::policy {
namespace {

bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

bool is_alnum(char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
}

bool in_local_part(char c) {
    return is_alnum(c) || std::string_view("._+'-").find(c) != std::string_view::npos;
}

// What stands before the "@" at `at`, not before `begin`; `at` itself: nothing.
std::size_t begin_of_local_part(std::string_view text, std::size_t begin, std::size_t at) {
    std::size_t first = at;
    while (first > begin && in_local_part(text[first - 1]))
        --first;
    while (first < at && !is_alnum(text[first]) && text[first] != '_')
        ++first;
    return first;
}

// Of labels with dots between them, of which the last begins with two letters; `begin` itself: none.
std::size_t end_of_domain(std::string_view text, std::size_t begin) {
    std::size_t found = begin;
    for (std::size_t label = begin; label < text.size();) {
        std::size_t letters = label;
        while (letters < text.size() && is_letter(text[letters]))
            ++letters;
        std::size_t end = letters;
        while (end < text.size() && (is_alnum(text[end]) || text[end] == '-'))
            ++end;
        if (label > begin && letters - label >= 2) found = letters;
        if (end == label || end == text.size() || text[end] != '.') break;
        label = end + 1;
    }
    return found;
}

}  // namespace

void ValueFinder::find_emails(const Gap& gap, Spans& out) {
    const std::string_view text = gap.text.substr(0, gap.end);
    std::size_t begin = gap.begin;
    for (std::size_t at = text.find('@', begin); at != std::string_view::npos; at = text.find('@', at + 1)) {
        const std::size_t first = begin_of_local_part(text, begin, at);
        const std::size_t end = end_of_domain(text, at + 1);
        if (first == at || end == at + 1) continue;
        out.push_back({first, end, Found::kEmail});
        begin = end;
    }
}

}  // namespace apiarist::policy
