// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_json_scanner.h"

#include <algorithm>

namespace apiarist::policy {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

bool is_space(char c) {
    return kSpace.find(c) != std::string_view::npos;
}

struct Comment {
    std::size_t end = 0;  // of what it says
    std::size_t next = 0;
    bool whole = true;
};

// The one at `begin`; one of a line is whole with its text.
Comment comment_at(std::string_view in, std::size_t begin) {
    const bool line = in[begin + 1] == '/';
    const std::size_t found = in.find(line ? "\n" : "*/", begin + 2);
    if (found == std::string_view::npos) return {in.size(), in.size(), false};
    return {found, found + (line ? 1 : 2), true};
}

}  // namespace

std::optional<JsonPart> JsonScanner::next() {
    using Kind = JsonPart::Kind;
    at_ = std::min(in_.find_first_not_of(kSpace, at_), in_.size());
    if (at_ == in_.size()) return std::nullopt;
    const char c = in_[at_];
    if (c == '"' || (c == '\'' && value_may_begin_)) return string(c);
    if (comment_begins(at_)) return comment();
    switch (c) {
        case '{':
        case '[':
            return sign(Kind::kOpen, true);
        case '}':
        case ']':
            return sign(Kind::kClose, false);
        case ',':
            return sign(Kind::kComma, true);
        case ':':
            return sign(Kind::kColon, true);
        default:
            return word();
    }
}

JsonPart JsonScanner::sign(JsonPart::Kind kind, bool value_may_begin) {
    value_may_begin_ = value_may_begin;
    ++at_;
    return {kind, at_ - 1, at_};
}

JsonPart JsonScanner::string(char quote) {
    const std::size_t begin = at_ + 1;
    std::size_t end = begin;
    while (end < in_.size() && in_[end] != quote)
        end += in_[end] == '\\' ? 2 : 1;
    const bool whole = end < in_.size();
    end = std::min(end, in_.size());
    at_ = whole ? end + 1 : end;
    value_may_begin_ = false;
    const bool name = whole && colon_follows();
    return {name ? JsonPart::Kind::kName : JsonPart::Kind::kString, begin, end, quote, whole};
}

// A number, a literal, a name without quotation marks, or what is no JSON.
JsonPart JsonScanner::word() {
    const std::size_t begin = at_;
    // "//" within it is rather of a URL.
    while (at_ < in_.size() && std::string_view("{}[],:\"\n").find(in_[at_]) == std::string_view::npos &&
           !(comment_begins(at_) && (in_[at_ + 1] == '*' || is_space(in_[at_ - 1]))))
        ++at_;
    std::size_t end = at_;
    while (end > begin && is_space(in_[end - 1]))
        --end;
    value_may_begin_ = false;
    return {colon_follows() ? JsonPart::Kind::kName : JsonPart::Kind::kWord, begin, end};
}

JsonPart JsonScanner::comment() {
    const std::size_t begin = at_ + 2;
    const Comment comment = comment_at(in_, at_);
    at_ = comment.next;
    return {JsonPart::Kind::kComment, begin, comment.end, 0, comment.whole};
}

bool JsonScanner::comment_begins(std::size_t at) const {
    return in_[at] == '/' && at + 1 < in_.size() && (in_[at + 1] == '/' || in_[at + 1] == '*');
}

// Behind white space and comments. Linear: what stands before a colon or none is no name or string again.
bool JsonScanner::colon_follows() const {
    std::size_t at = at_;
    while ((at = in_.find_first_not_of(kSpace, at)) < in_.size() && comment_begins(at))
        at = comment_at(in_, at).next;
    return at < in_.size() && in_[at] == ':';
}

}  // namespace apiarist::policy
