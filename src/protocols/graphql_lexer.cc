// SPDX-License-Identifier: Apache-2.0
#include "protocols/graphql_lexer.h"

#include <algorithm>

#include "base/text.h"

namespace apiarist::protocols {
namespace {

using Kind = GraphqlToken::Kind;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kBlockQuote = "\"\"\"";

bool begins_name(char c) {
    return is_ascii_letter(c) || c == '_';
}

bool is_name_part(char c) {
    return is_ascii_alphanumeric(c) || c == '_';
}

bool is_ignored(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',';
}

bool is_sign(char c) {
    constexpr std::string_view kSigns = "!$&():=@[]{|}";
    return kSigns.find(c) != std::string_view::npos;
}

std::size_t length_while(std::string_view text, bool (*holds)(char)) {
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), holds) - text.begin());
}

// Its digits are not judged; a sign stands before them, or in the exponent.
std::size_t number_length(std::string_view text) {
    std::size_t size = 1;
    for (; size < text.size(); ++size) {
        const bool exponent = text[size - 1] == 'e' || text[size - 1] == 'E';
        const bool sign = text[size] == '+' || text[size] == '-';
        if (!is_name_part(text[size]) && text[size] != '.' && !(sign && exponent)) break;
    }
    return size;
}

}  // namespace

GraphqlToken GraphqlLexer::next() {
    pass_ignored();
    if (in_.empty()) return {Kind::kEnd, {}};
    const char c = in_.front();
    if (begins_name(c)) return take(Kind::kName, length_while(in_, is_name_part));
    if (is_ascii_digit(c) || c == '-') return take(Kind::kNumber, number_length(in_));
    if (in_.starts_with(kBlockQuote)) return block_string();
    if (c == '"') return string();
    if (in_.starts_with("...")) return take(Kind::kSign, 3);
    return is_sign(c) ? take(Kind::kSign, 1) : GraphqlToken{Kind::kInvalid, {}};
}

// White space, commas, comments, and the mark of byte order.
void GraphqlLexer::pass_ignored() {
    for (;;) {
        in_.remove_prefix(length_while(in_, is_ignored));
        if (in_.starts_with('#')) {
            in_.remove_prefix(std::min(in_.find_first_of("\r\n"), in_.size()));
        } else if (in_.starts_with(kByteOrderMark)) {
            in_.remove_prefix(kByteOrderMark.size());
        } else {
            return;
        }
    }
}

GraphqlToken GraphqlLexer::take(GraphqlToken::Kind kind, std::size_t size) {
    const std::string_view text = in_.substr(0, size);
    in_.remove_prefix(size);
    return {kind, text};
}

GraphqlToken GraphqlLexer::string() {
    for (std::size_t at = 1; at < in_.size(); ++at) {
        const char c = in_[at];
        if (c == '"') return take(Kind::kString, at + 1);
        if (c == '\n' || c == '\r') break;
        if (c == '\\') ++at;
    }
    return {Kind::kInvalid, {}};
}

// The only escape in it is the one of its own end.
GraphqlToken GraphqlLexer::block_string() {
    for (std::size_t at = kBlockQuote.size();;) {
        at = in_.find(kBlockQuote, at);
        if (at == std::string_view::npos) return {Kind::kInvalid, {}};
        if (in_[at - 1] != '\\') return take(Kind::kString, at + kBlockQuote.size());
        at += kBlockQuote.size();
    }
}

}  // namespace apiarist::protocols
