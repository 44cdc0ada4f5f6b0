// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests, the fuzzer and the measurement: one scanner, and findings as text. Tokens in tests are put together of two
// parts, so that the sources do not look like a leak.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "sensitive/scanner.h"

namespace apiarist::sensitive::testing {

// With the user's patterns `patterns`; aborts if they are wrong.
class Tool {
  public:
    explicit Tool(const std::vector<CustomPattern>& patterns = {})
        : scanner_(checked(Scanner::compile(patterns))), scratch_(checked(scanner_.make_scratch())) {}

    std::vector<Finding> find(std::string_view name, std::string_view value) {
        std::vector<Finding> findings;
        scanner_.find(scratch_, name, value, findings);
        return findings;
    }
    // "email:jane@shop.example" for each finding.
    std::vector<std::string> shown(std::string_view name, std::string_view value) {
        std::vector<std::string> out;
        for (const Finding& finding : find(name, value))
            out.push_back(scanner_.types()[finding.type].id + ":" +
                          std::string(value.substr(finding.offset, finding.length)));
        return out;
    }
    bool may_hold(std::string_view payload) { return scanner_.may_hold(scratch_, payload); }
    [[nodiscard]] const Scanner& scanner() const { return scanner_; }

  private:
    template <typename T>
    static T checked(Result<T> result) {
        if (!result) {
            std::fprintf(stderr, "%s\n", result.error().what.c_str());
            std::abort();
        }
        return std::move(result).value();
    }
    Scanner scanner_;
    Scratch scratch_;
};

// How a JSON string is written: as few escapes as must be; "/" too; every ASCII character; every third.
enum class Escapes { kFew, kSlashes, kAll, kSome };

// `text` is UTF-8.
inline std::string json_string(std::string_view text, Escapes escapes) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string out = "\"";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const bool chosen = c < 0x80 && (escapes == Escapes::kAll || (escapes == Escapes::kSome && i % 3 == 0));
        if (text[i] == '\n' && !chosen) {
            out += "\\n";
        } else if (text[i] == '\t' && !chosen) {
            out += "\\t";
        } else if (text[i] == '\b' && !chosen) {
            out += "\\b";
        } else if ((c == '"' || c == '\\' || (c == '/' && escapes == Escapes::kSlashes)) && !chosen) {
            out += '\\';
            out += text[i];
        } else if (c < 0x20 || chosen) {
            out += "\\u00";
            out += kHex[c >> 4];
            out += kHex[c & 15];
        } else {
            out += text[i];
        }
    }
    return out + "\"";
}

// As browsers do it; `all`: every byte.
inline std::string form_encoded(std::string_view text, bool all) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (!all && (is_ascii_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '*')) {
            out += c;
        } else if (!all && c == ' ') {
            out += '+';
        } else {
            out += '%';
            out += kHex[static_cast<unsigned char>(c) >> 4];
            out += kHex[static_cast<unsigned char>(c) & 15];
        }
    }
    return out;
}

// Payloads with the value in them under the name, each written another way; JSON only if both are UTF-8.
inline std::vector<std::string> payloads_of(std::string_view name, std::string_view value) {
    std::vector<std::string> out;
    for (const bool all : {false, true})
        out.push_back("a=1&" + form_encoded(name, all) + "=" + form_encoded(value, all) + "&z=2");
    if (name.empty()) out.emplace_back(value);
    if (!is_utf8(name) || !is_utf8(value)) return out;
    for (const Escapes escapes : {Escapes::kFew, Escapes::kSlashes, Escapes::kAll, Escapes::kSome}) {
        const std::string text = json_string(value, escapes);
        out.push_back("{\"a\":1," + json_string(name, escapes) + ":" + text + ",\"z\":[]}");
        out.push_back("{" + json_string(name, escapes) + " : [\n  null, " + text + "\n] }");
    }
    if (!value.empty() && value.size() < 16 && value[0] != '0' &&
        value.find_first_not_of("0123456789") == std::string_view::npos)
        out.push_back("{" + json_string(name, Escapes::kFew) + ":" + std::string(value) + "}");
    return out;
}

inline Tool& tool() {
    static Tool tool;
    return tool;
}

}  // namespace apiarist::sensitive::testing
