// SPDX-License-Identifier: Apache-2.0
#include "inventory/segment.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/json.h"
#include "base/text.h"

namespace apiarist::inventory {
namespace {

bool is_hex(char c) {
    return is_ascii_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool all(std::string_view text, bool (*is)(char)) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is);
}

std::size_t count(std::string_view text, bool (*is)(char)) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is));
}

// "0" for a digit, "a" for a letter, other characters as they are.
bool has_form(std::string_view text, std::string_view form) {
    return std::equal(text.begin(), text.end(), form.begin(), form.end(), [](char c, char wanted) {
        if (wanted == '0') return is_ascii_digit(c);
        if (wanted == 'x') return is_hex(c);
        return c == wanted;
    });
}

bool is_uuid(std::string_view text) {
    if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
    return has_form(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
}

int two_digits(std::string_view text, std::size_t at) {
    return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

bool is_month_and_day(int month, int day) {
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

bool is_date(std::string_view text) {
    if (has_form(text, "00000000")) {
        const int century = two_digits(text, 0);
        return (century == 19 || century == 20) && is_month_and_day(two_digits(text, 4), two_digits(text, 6));
    }
    if (text.size() < 7 || !has_form(text.substr(0, 7), "0000-00")) return false;
    const int century = two_digits(text, 0);
    if (century < 18 || century > 21 || !is_month_and_day(two_digits(text, 5), 1)) return false;
    if (text.size() == 7) return true;
    if (text.size() < 10 || !has_form(text.substr(7, 3), "-00") || !is_month_and_day(1, two_digits(text, 8)))
        return false;
    const std::string_view time = text.substr(10);
    return time.empty() || ((time[0] == 'T' || time[0] == 't' || time[0] == ' ' || time[0] == '_') &&
                            time.find_first_not_of("0123456789:.,+-TtZz _") == std::string_view::npos);
}

bool is_integer(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return all(text, is_ascii_digit);
}

bool is_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    const auto point = text.find('.');
    return point != std::string_view::npos && all(text.substr(0, point), is_ascii_digit) &&
           all(text.substr(point + 1), is_ascii_digit);
}

bool is_address(std::string_view text) {
    int parts = 0;
    while (true) {
        const auto point = text.find('.');
        const std::string_view part = text.substr(0, point);
        if (part.empty() || part.size() > 3 || !all(part, is_ascii_digit)) return false;
        int value = 0;
        for (const char c : part)
            value = value * 10 + (c - '0');
        if (value > 255) return false;
        ++parts;
        if (point == std::string_view::npos) return parts == 4;
        text.remove_prefix(point + 1);
    }
}

// "v2", "v1.1", "v1beta1", "2.0": what an API is called by, not what it is asked for.
bool is_version(std::string_view text) {
    if (text.size() < 2 || (text[0] != 'v' && text[0] != 'V') || !is_ascii_digit(text[1]) || text.size() > 12)
        return false;
    text.remove_prefix(1);
    const auto end = text.find_first_not_of("0123456789.");
    if (end == std::string_view::npos) return true;
    const std::string_view stage = text.substr(end);
    return stage.starts_with("alpha") || stage.starts_with("beta") || stage.starts_with("rc") ||
           stage.starts_with("-preview") || stage.starts_with("preview");
}

bool is_email(std::string_view text) {
    const auto at = text.find('@');
    if (at == std::string_view::npos || at == 0 || text.find('@', at + 1) != std::string_view::npos) return false;
    const std::string_view domain = text.substr(at + 1);
    const auto point = domain.rfind('.');
    return point != std::string_view::npos && point > 0 && domain.size() - point > 2 &&
           domain.find_first_of(" /:;,") == std::string_view::npos;
}

bool is_locale(std::string_view text) {
    return text.size() == 5 && is_ascii_lower(text[0]) && is_ascii_lower(text[1]) &&
           (text[2] == '-' || text[2] == '_') && is_ascii_upper(text[3]) && is_ascii_upper(text[4]);
}

// Hexadecimal digits of which some are digits and some letters: "3f9a2bc", not "facade" and not "20240101".
bool is_hash(std::string_view text) {
    if (text.size() < 7 || !all(text, is_hex)) return false;
    const std::size_t digits = count(text, is_ascii_digit);
    if (text.size() >= 32) return digits >= 1;
    return digits >= 2 && digits < text.size();
}

// How often letters and digits take turns: "oauth2" once, "8fj3kd92" five times.
std::size_t turns(std::string_view text) {
    std::size_t found = 0;
    for (std::size_t i = 1; i < text.size(); ++i)
        if (is_ascii_digit(text[i]) != is_ascii_digit(text[i - 1])) ++found;
    return found;
}

// One run of letters and digits, between marks.
bool is_token_part(std::string_view part) {
    const std::size_t digits = count(part, is_ascii_digit);
    if (digits == 0) {
        // Base64 and the like without a digit: long, with capitals in its middle and no word's rhythm.
        const auto capitals = count(part.substr(part.empty() ? 0 : 1), is_ascii_upper);
        return part.size() >= 20 && capitals * 4 >= part.size() && capitals * 4 <= part.size() * 3;
    }
    if (digits == part.size()) return digits >= 3;  // "user-1234"; "page-2" is not sure
    if (is_hash(part)) return true;
    if (part.size() >= 16) return digits >= 3;
    return digits >= 3 && part.size() >= 6 && (turns(part) >= 3 || (part.size() >= 8 && digits * 2 >= part.size()));
}

bool is_mixed(std::string_view text) {
    return count(text, is_ascii_upper) >= 2 && count(text, is_ascii_lower) >= 2 && count(text, is_ascii_digit) >= 1;
}

// "cus_NffrFeUfNV2Hib": a name, a mark, and what no word is.
bool is_marked_token(std::string_view text) {
    const auto is_mark = [](char c) { return c == '-' || c == '_'; };
    const auto mark = find_first(text, is_mark);
    return mark != std::string_view::npos && text.size() - mark > 10 && is_mixed(text.substr(mark + 1)) &&
           find_first(text, is_mark, mark + 1) == std::string_view::npos;
}

bool is_of_token(char c) {
    return is_ascii_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '~' || c == '$' || c == '=' ||
           c == '+' || c == ':';
}

bool is_token(std::string_view text) {
    const auto is_mark = [](char c) { return c == '-' || c == '_' || c == '.' || c == '~' || c == '$' || c == ':'; };
    if (text.size() < 5) return false;
    if (!std::all_of(text.begin(), text.end(), is_of_token)) return false;
    if (text.size() >= 16 && is_mixed(text) && count(text, is_ascii_digit) >= 3) return true;
    if (is_marked_token(text)) return true;
    while (!text.empty()) {
        const auto end = std::min(find_first(text, is_mark), text.size());
        if (is_token_part(text.substr(0, end))) return true;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return false;
}

// Names of what is asked for, in lists, sentences, pairs, or another script than the API's own.
bool is_text(std::string_view text) {
    if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
        return true;
    return text.size() > 96 || std::any_of(text.begin(), text.end(), [](char c) {
               return c == ' ' || c == ',' || c == ';' || c == '|' || c == '"' || c == '\'' || c == '(' || c == ')' ||
                      c == '[' || c == ']' || c == '<' || c == '>';
           });
}

Shape plain_shape(std::string_view text) {
    if (text.empty() || is_version(text)) return Shape::kWord;
    if (is_date(text)) return Shape::kDate;
    if (is_integer(text)) return Shape::kInteger;
    if (is_number(text)) return Shape::kNumber;
    if (is_address(text)) return Shape::kAddress;
    if (is_uuid(text)) return Shape::kUuid;
    if (text.size() == 24 && all(text, is_hex)) return Shape::kObjectId;
    if (is_hash(text)) return Shape::kHash;
    if (is_email(text)) return Shape::kEmail;
    if (is_locale(text)) return Shape::kLocale;
    if (is_token(text)) return Shape::kToken;
    if (is_text(text)) return Shape::kText;
    return Shape::kWord;
}

// Of a name "stem.ext": the place of the point, where what follows may be an extension.
std::size_t extension_at(std::string_view text) {
    const auto point = text.rfind('.');
    if (point == std::string_view::npos || point == 0) return std::string_view::npos;
    const std::string_view extension = text.substr(point + 1);
    if (extension.size() < 2 || extension.size() > 5 || !is_ascii_letter(extension[0])) return std::string_view::npos;
    return all(extension, is_ascii_alphanumeric) ? point : std::string_view::npos;
}

// Of "value:verb" (custom methods): the place of the colon.
std::size_t verb_at(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 3 > text.size()) return std::string_view::npos;
    const std::string_view verb = text.substr(colon + 1);
    return is_ascii_lower(verb[0]) && all(verb, is_ascii_letter) ? colon : std::string_view::npos;
}

// What a template cannot have is percent-encoded: braces, control characters; bytes that are not UTF-8 are U+FFFD.
std::string literal(std::string_view segment) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    out.reserve(segment.size());
    for (const char c : segment) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '{' || c == '}' || byte < 0x20 || byte == 0x7f) {
            out += '%';
            out += kDigits[byte >> 4];
            out += kDigits[byte & 15];
        } else {
            out += c;
        }
    }
    return is_utf8(out) ? out : to_utf8(out);
}

int hex_value(char c) {
    if (is_ascii_digit(c)) return c - '0';
    return (c | 0x20) - 'a' + 10;
}

}  // namespace

std::string_view to_string(Shape shape) {
    constexpr std::array<std::string_view, 12> kNames{"word", "integer", "number", "uuid",    "object_id", "hash",
                                                      "date", "email",   "locale", "address", "token",     "text"};
    return kNames[static_cast<std::size_t>(shape)];
}

std::string clean_text(std::string_view text) {
    std::string out = to_utf8(text);
    constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
    for (std::size_t i = 0; i < out.size(); ++i)
        if (static_cast<unsigned char>(out[i]) < 0x20 || out[i] == '\x7f') out.replace(i, 1, kReplacement);
    return out;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2])) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

Shape shape_of(std::string_view segment) {
    if (segment.find('%') != std::string_view::npos) return plain_shape(percent_decoded(segment));
    return plain_shape(segment);
}

Pattern pattern_of(std::string_view segment) {
    if (const auto colon = verb_at(segment); colon != std::string_view::npos) {
        const std::string_view value = segment.substr(0, colon);
        if (const Shape shape = shape_of(value); shape != Shape::kWord)
            return {"{}" + std::string(segment.substr(colon)), value, shape};
    }
    if (const auto point = extension_at(segment); point != std::string_view::npos) {
        const std::string_view value = segment.substr(0, point);
        const Shape shape = shape_of(value);
        const bool has_extension = shape_of(segment) != Shape::kEmail;
        if (shape != Shape::kWord && has_extension) return {"{}" + std::string(segment.substr(point)), value, shape};
    }
    const Shape shape = shape_of(segment);
    if (shape == Shape::kWord) return {literal(segment), {}, shape};
    return {"{}", segment, shape};
}

}  // namespace apiarist::inventory
