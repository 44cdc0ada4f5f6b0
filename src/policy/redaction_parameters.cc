// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_parameters.h"

#include <algorithm>

#include "protocols/message.h"

namespace apiarist::policy {
namespace {

constexpr std::string_view kSpace = " \t\r\n";  // line breaks: of a field that is folded

std::size_t after_space(std::string_view text, std::size_t begin) {
    return std::min(text.find_first_not_of(kSpace, begin), text.size());
}

// What is quoted at `at`, which moves behind it.
std::string quoted(std::string_view text, std::size_t& at, Backslash backslash) {
    std::string out;
    for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\' && backslash == Backslash::kEscapes && ++at == text.size()) break;
        out += text[at];
    }
    at = std::min(at + 1, text.size());
    return out;
}

}  // namespace

std::vector<std::string> parameters(std::string_view value, std::string_view name, Backslash backslash) {
    std::vector<std::string> found;
    std::size_t at = std::min(value.find(';'), value.size());
    while (at < value.size()) {
        const std::size_t begin = after_space(value, at + 1);
        at = std::min(value.find_first_of("=;", begin), value.size());
        if (at == value.size() || value[at] == ';') continue;
        std::string_view called = value.substr(begin, at - begin);
        called = called.substr(0, called.find_last_not_of(kSpace) + 1);
        at = after_space(value, at + 1);
        std::string text;
        if (at < value.size() && value[at] == '"') {
            text = quoted(value, at, backslash);
        } else {
            text = value.substr(at, value.find_first_of("; \t\r\n", at) - at);
        }
        at = std::min(value.find(';', at), value.size());
        if (protocols::same_name(called, name)) found.push_back(std::move(text));
    }
    return found;
}

}  // namespace apiarist::policy
