// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_json.h"

#include <algorithm>
#include <array>

#include "policy/redaction_escapes.h"
#include "policy/redaction_rewriting.h"

namespace apiarist::policy {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

bool is_space(char c) {
    return kSpace.find(c) != std::string_view::npos;
}

std::string_view after_space(std::string_view text) {
    const auto begin = text.find_first_not_of(kSpace);
    return begin == std::string_view::npos ? std::string_view{} : text.substr(begin);
}

// Or the beginning of one, at the end of what is cut.
bool is_literal(std::string_view word, bool cut) {
    constexpr std::array<std::string_view, 3> kLiterals = {"true", "false", "null"};
    return std::any_of(kLiterals.begin(), kLiterals.end(),
                       [&](std::string_view literal) { return word == literal || (cut && literal.starts_with(word)); });
}

bool is_number(std::string_view word) {
    return word.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
}

bool is_integer(std::string_view word) {
    return word.find_first_not_of("0123456789-") == std::string_view::npos;
}

class JsonRewriter {
  public:
    JsonRewriter(ValueRedactor& values, std::string_view in, Nesting nesting)
        : values_(values), in_(in), nesting_(nesting), out_(in) {}

    std::optional<std::string> run() {
        while (at_ < in_.size())
            step();
        return std::move(out_).result();
    }

  private:
    void step() {
        const char c = in_[at_];
        if (is_space(c)) {
            ++at_;
            return;
        }
        if (c == '"' || (c == '\'' && value_may_begin_)) return string(c);
        switch (c) {
            case '{':
            case '[':
                open_ += secret_here() ? '\1' : '\0';
                return punctuation(true);
            case '}':
            case ']':
                if (!open_.empty()) open_.pop_back();
                name_.clear();
                name_is_secret_ = false;
                return punctuation(false);
            case ',':
                name_is_secret_ = false;
                name_.clear();
                return punctuation(true);
            case ':':
                ++at_;
                value_may_begin_ = true;
                return;
            default:
                word();
        }
    }

    void punctuation(bool value_may_begin) {
        if (in_[at_] == '{' || in_[at_] == '[') name_is_secret_ = false;
        ++at_;
        value_may_begin_ = value_may_begin;
    }

    [[nodiscard]] bool secret_here() const { return name_is_secret_ || (!open_.empty() && open_.back() != 0); }

    // The name of what follows; of a name itself only what shows is redacted.
    void name(std::string_view text, std::size_t begin, std::size_t end, char quote) {
        name_.assign(text);
        name_is_secret_ = values_.sensitive(text);
        if (const auto redacted = values_.text(text, nesting_.whole()))
            out_.replace(begin, end, quote == 0 ? *redacted : json_encoded(*redacted, quote));
    }

    void string(char quote) {
        const std::size_t begin = at_ + 1;
        std::size_t end = begin;
        bool escaped = false;
        while (end < in_.size() && in_[end] != quote) {
            escaped = escaped || in_[end] == '\\';
            end += in_[end] == '\\' ? 2 : 1;
        }
        const bool whole = end < in_.size();
        end = std::min(end, in_.size());
        at_ = whole ? end + 1 : end;
        value_may_begin_ = false;
        const std::string_view raw = in_.substr(begin, end - begin);
        const std::string buffer = escaped ? json_decoded(raw) : std::string();
        const std::string_view decoded = escaped ? std::string_view(buffer) : raw;
        if (!whole) return unfinished(decoded, begin, end, quote);
        if (after_space(in_.substr(at_)).starts_with(':')) return name(decoded, begin, end, quote);
        if (secret_here()) {
            if (std::string mark = values_.named_secret(name_, decoded); mark != decoded)
                out_.replace(begin, end, json_encoded(mark, quote));
        } else if (const auto redacted = values_.value(decoded, nesting_.whole())) {
            out_.replace(begin, end, json_encoded(*redacted, quote));
        }
        name_is_secret_ = false;
    }

    // It may be half of a secret, of a name, or of a text that would show what it is.
    void unfinished(std::string_view decoded, std::size_t begin, std::size_t end, char quote) {
        if (std::string mark = values_.secret(decoded); mark != decoded)
            out_.replace(begin, end, json_encoded(mark, quote));
    }

    // A number, a literal, or what is no JSON.
    void word() {
        const std::size_t begin = at_;
        while (at_ < in_.size() && std::string_view("{}[],:\"\n").find(in_[at_]) == std::string_view::npos)
            ++at_;
        std::size_t end = at_;
        while (end > begin && is_space(in_[end - 1]))
            --end;
        value_may_begin_ = false;
        const std::string_view text = in_.substr(begin, end - begin);
        if (at_ < in_.size() && in_[at_] == ':') return name(text, begin, end, 0);
        const bool unfinished = end == in_.size() && (nesting_.cut || !open_.empty());
        if (!is_literal(text, unfinished)) redact_word(text, begin, unfinished);
        name_is_secret_ = false;
    }

    void redact_word(std::string_view text, std::size_t begin, bool unfinished) {
        const std::size_t end = begin + text.size();
        if (secret_here() || unfinished) {
            if (const std::string mark = values_.secret(text); mark != text) out_.replace(begin, end, '"' + mark + '"');
            return;
        }
        constexpr std::size_t kShortestCard = 13;
        if (is_number(text) && (!is_integer(text) || text.size() < kShortestCard)) return;
        const auto redacted = values_.text(text, nesting_.whole());
        if (redacted) out_.replace(begin, end, is_number(text) ? '"' + *redacted + '"' : *redacted);
    }

    ValueRedactor& values_;
    const std::string_view in_;
    const Nesting nesting_;
    Rewriting out_;
    std::string open_;  // for each open bracket: everything inside of it is secret
    std::string name_;  // of the value that follows
    bool name_is_secret_ = false;
    bool value_may_begin_ = true;
    std::size_t at_ = 0;
};

}  // namespace

bool looks_like_json(std::string_view text) {
    text = after_space(text);
    if (text.starts_with("\xef\xbb\xbf")) text = after_space(text.substr(3));
    if (text.empty()) return false;
    const std::string_view inside = after_space(text.substr(1));
    if (text[0] == '"') return text.find_last_not_of(kSpace) > 0 && text[text.find_last_not_of(kSpace)] == '"';
    if (text[0] == '{')
        return inside.empty() || inside.find_first_of("\"'}_/") == 0 || (inside[0] >= 'A' && inside[0] <= 'z');
    return text[0] == '[' && (inside.empty() || inside.find_first_of("{[]\"'-0123456789tfn") == 0);
}

std::optional<std::string> redact_json(ValueRedactor& values, std::string_view json, Nesting nesting) {
    return JsonRewriter(values, json, nesting).run();
}

}  // namespace apiarist::policy
