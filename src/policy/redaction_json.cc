// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_json.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "policy/redaction_escapes.h"
#include "policy/redaction_json_pairs.h"
#include "policy/redaction_json_scanner.h"
#include "policy/redaction_rewriting.h"

namespace apiarist::policy {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

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
        : values_(values), in_(in), nesting_(nesting), out_(in), pairs_(json_pairs(values, in)) {}

    std::optional<std::string> run() {
        JsonScanner scanner(in_);
        while (const auto part = scanner.next())
            take(*part);
        return std::move(out_).result();
    }

  private:
    struct Level {            // an open bracket
        bool secret = false;  // everything inside of it is
        JsonPair pair = JsonPair::kNone;
    };

    void take(const JsonPart& part) {
        switch (part.kind) {
            case JsonPart::Kind::kOpen:
                return open(part);
            case JsonPart::Kind::kClose:
                if (!open_.empty()) open_.pop_back();
                break;
            case JsonPart::Kind::kName:
                return name(part);
            case JsonPart::Kind::kString:
                string(part);
                name_is_secret_ = false;
                return;
            case JsonPart::Kind::kWord:
                word(part);
                name_is_secret_ = false;
                return;
            case JsonPart::Kind::kComment:
                return comment(part);
            case JsonPart::Kind::kColon:
                return;
            case JsonPart::Kind::kComma:
                break;
        }
        name_.clear();
        name_is_secret_ = false;
    }

    void open(const JsonPart& part) {
        const bool object = in_[part.begin] == '{';
        open_.push_back({secret_here(), object ? pairs_[objects_++] : JsonPair::kNone});
        name_is_secret_ = false;
    }

    [[nodiscard]] bool secret_here() const { return name_is_secret_ || (!open_.empty() && open_.back().secret); }

    [[nodiscard]] std::string_view text_of(const JsonPart& part) const {
        return in_.substr(part.begin, part.end - part.begin);
    }

    // Without its escapes, for as long as `buffer` is there.
    [[nodiscard]] std::string_view decoded(const JsonPart& part, std::string& buffer) const {
        const std::string_view raw = text_of(part);
        if (part.quote == 0 || raw.find('\\') == std::string_view::npos) return raw;
        buffer = json_decoded(raw);
        return buffer;
    }

    void replace(const JsonPart& part, const std::string& text) {
        out_.replace(part.begin, part.end, part.quote == 0 ? text : json_encoded(text, part.quote));
    }

    // The name of what follows; of a name itself only what shows is redacted.
    void name(const JsonPart& part) {
        std::string buffer;
        const std::string_view text = decoded(part, buffer);
        name_.assign(text);
        name_is_secret_ = values_.sensitive(text);
        const JsonPair pair = open_.empty() ? JsonPair::kNone : open_.back().pair;
        if (pair != JsonPair::kNone && holds_value_of_pair(text)) {
            name_is_secret_ = true;
            if (pair == JsonPair::kCredentials) name_ = "authorization";
        }
        if (const auto redacted = values_.text(text, nesting_.whole())) replace(part, *redacted);
    }

    void string(const JsonPart& part) {
        std::string buffer;
        const std::string_view text = decoded(part, buffer);
        if (!part.whole) {
            // It may be half of a secret, of a name, or of a text that would show what it is.
            if (const std::string mark = values_.secret(text); mark != text) replace(part, mark);
        } else if (secret_here()) {
            if (const std::string mark = values_.named_secret(name_, text); mark != text) replace(part, mark);
        } else if (const auto redacted = values_.value(text, nesting_.whole())) {
            replace(part, *redacted);
        }
    }

    void comment(const JsonPart& part) {
        const Nesting nesting = part.whole ? nesting_.whole() : nesting_.inner();
        if (const auto redacted = values_.value(text_of(part), nesting)) replace(part, *redacted);
    }

    // A number, a literal, or what is no JSON.
    void word(const JsonPart& part) {
        const bool unfinished = part.end == in_.size() && (nesting_.cut || !open_.empty());
        if (!is_literal(text_of(part), unfinished)) redact_word(text_of(part), part.begin, unfinished);
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
    const std::vector<JsonPair> pairs_;
    std::size_t objects_ = 0;  // that began
    std::vector<Level> open_;
    std::string name_;  // of the value that follows
    bool name_is_secret_ = false;
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
