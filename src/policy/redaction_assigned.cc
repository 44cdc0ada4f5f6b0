// SPDX-License-Identifier: Apache-2.0
// Of redaction_finder.h: "password=…", "DB_PASSWORD: …", "Authorization: Bearer …" in running text.
#include <algorithm>

#include "policy/redaction_finder.h"

namespace apiarist::policy {
namespace {

constexpr std::size_t kLongestName = 64;

bool in_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == '[' || c == ']';
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool is_quote(char c) {
    return c == '"' || c == '\'';
}

// What stands before the sign at `sign`, not before `begin`.
std::string_view name_before(std::string_view text, std::size_t begin, std::size_t sign) {
    std::size_t end = sign;
    while (end > begin && is_blank(text[end - 1]))
        --end;
    if (end > begin && is_quote(text[end - 1])) --end;
    std::size_t first = end;
    while (first > begin && end - first < kLongestName && in_name(text[first - 1]))
        --first;
    return text.substr(first, end - first);
}

FoundSpan value_behind(std::string_view text, std::size_t sign, std::size_t end) {
    std::size_t begin = sign + 1;
    while (begin < end && is_blank(text[begin]))
        ++begin;
    if (begin < end && is_quote(text[begin])) {
        const char quote = text[begin++];
        std::size_t close = begin;
        while (close < end && text[close] != quote)
            close += text[close] == '\\' ? 2 : 1;
        return {begin, std::min(close, end), Found::kAssigned};
    }
    begin = std::min(end, begin + scheme_length(text.substr(begin, end - begin)));
    std::size_t stop = std::min(text.substr(0, end).find_first_of(" \t\r\n&<>\"'", begin), end);
    // Within it they may belong to it.
    while (stop > begin && (text[stop - 1] == ',' || text[stop - 1] == ';'))
        --stop;
    return {begin, stop, Found::kAssigned};
}

}  // namespace

void ValueFinder::find_assigned(const Gap& gap, Spans& out) const {
    std::size_t begin = gap.begin;
    for (std::size_t sign = begin; sign < gap.end; ++sign) {
        const char c = gap.text[sign];
        if (c != ':' && c != '=') continue;
        if (!names_.contains(name_before(gap.text, begin, sign))) continue;
        const FoundSpan value = value_behind(gap.text, sign, gap.end);
        if (value.end <= value.begin) continue;
        out.push_back(value);
        begin = value.end;
        sign = begin - 1;
    }
}

}  // namespace apiarist::policy
