// SPDX-License-Identifier: Apache-2.0
#include "sensitive/named_values.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "sensitive/numbers.h"
#include "sensitive/phones.h"
#include "sensitive/tokens.h"

namespace apiarist::sensitive {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kLongestSecret = 8192;

std::string digits_of(std::string_view text) {
    std::string digits;
    std::copy_if(text.begin(), text.end(), std::back_inserter(digits), is_ascii_digit);
    return digits;
}

bool holds_only(std::string_view text, std::string_view signs) {
    return std::all_of(text.begin(), text.end(),
                       [signs](char c) { return is_ascii_digit(c) || signs.find(c) != std::string_view::npos; });
}

std::size_t words_in(std::string_view text) {
    std::size_t words = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
        words += text[i] != ' ' && (i == 0 || text[i - 1] == ' ') ? 1 : 0;
    return words;
}

// A message of a form's check stands where the password does: "can't be blank".
bool is_message(std::string_view value) {
    constexpr std::array<std::string_view, 10> kWords = {"required", "optional", "invalid",   "missing", "incorrect",
                                                         "expired",  "blank",    "too_short", "string",  "text"};
    if (words_in(value) >= 3) return true;
    const std::string word = to_lower(value);
    return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

// A place where the secret is, not the secret.
bool is_reference(std::string_view value) {
    constexpr std::array<std::string_view, 9> kBegins = {"arn:",     "vault:", "http://", "https://", "/",
                                                         "secrets/", "ref:",   "env:",    "projects/"};
    return std::any_of(kBegins.begin(), kBegins.end(),
                       [value](std::string_view begin) { return value.starts_with(begin); });
}

bool is_opaque(std::string_view value, std::size_t shortest) {
    if (value.size() < shortest || value.size() > kLongestSecret) return false;
    if (value.find_first_of(" \t\r\n,;{}<>\"") != std::string_view::npos || is_reference(value)) return false;
    if (value.ends_with("...") || value.ends_with("\u2026") || is_cut_jwt(value)) return false;
    const std::string lower = to_lower(value);
    return !lower.starts_with("your") && !lower.starts_with("my-") && lower.find("example") == std::string::npos &&
           lower.find("placeholder") == std::string::npos;
}

// A token whose name says no more than that: not a number, nor a word.
bool is_random(std::string_view value) {
    const bool digit = std::any_of(value.begin(), value.end(), is_ascii_digit);
    const bool letter = std::any_of(value.begin(), value.end(), is_ascii_letter);
    return digit && letter;
}

bool is_aws_secret(std::string_view value) {
    constexpr std::size_t kSize = 40;
    return value.size() == kSize && std::all_of(value.begin(), value.end(), [](char c) {
               return is_ascii_alphanumeric(c) || c == '/' || c == '+' || c == '=';
           });
}

// The begin of what follows "Bearer " and the like.
std::size_t scheme_size(std::string_view value) {
    constexpr std::array<std::string_view, 6> kSchemes = {"bearer ", "basic ",  "token ",
                                                          "apikey ", "digest ", "negotiate "};
    const std::string begin = to_lower(value.substr(0, 16));
    for (const std::string_view scheme : kSchemes)
        if (begin.starts_with(scheme)) return scheme.size();
    return 0;
}

bool is_ssn_text(std::string_view value) {
    return value.size() <= 11 && holds_only(value, " -") && is_ssn(digits_of(value));
}

bool is_iban_text(std::string_view value) {
    constexpr std::size_t kLongest = 48;
    if (value.size() > kLongest) return false;
    std::string compact;
    for (const char c : value) {
        if (c == ' ' || c == '-' || c == '.') continue;
        compact += is_ascii_lower(c) ? static_cast<char>(c - ('a' - 'A')) : c;
    }
    return is_iban(compact);
}

bool is_vin_text(std::string_view value) {
    std::string vin(value.substr(0, 18));
    for (char& c : vin)
        if (is_ascii_lower(c)) c = static_cast<char>(c - ('a' - 'A'));
    return is_vin(vin);
}

bool is_security_code(std::string_view value) {
    return (value.size() == 3 || value.size() == 4) && std::all_of(value.begin(), value.end(), is_ascii_digit);
}

std::optional<Type> secret_type(Clues clues, std::string_view value) {
    if (clues.has(Clue::kAwsSecret) && is_aws_secret(value)) return Type::kAwsSecretAccessKey;
    if (clues.has(Clue::kPassphrase) && value.size() <= kLongestSecret) return Type::kPassword;
    if (clues.has(Clue::kPassword) && value.size() <= kLongestSecret && !is_message(value)) return Type::kPassword;
    if ((clues.has(Clue::kSecret) || clues.has(Clue::kAwsSecret)) && is_opaque(value, 8)) return Type::kSecret;
    if (clues.has(Clue::kToken) && is_opaque(value, 16) && is_random(value)) return Type::kSecret;
    return std::nullopt;
}

std::optional<Type> personal_type(Clues clues, std::string_view value) {
    if (clues.has(Clue::kSecurityCode) && is_security_code(value)) return Type::kCardSecurityCode;
    if (clues.has(Clue::kSsn) && is_ssn_text(value)) return Type::kUsSsn;
    if (clues.has(Clue::kBirth) && is_date(value)) return Type::kDateOfBirth;
    if (clues.has(Clue::kIban) && is_iban_text(value)) return Type::kIban;
    if (clues.has(Clue::kVin) && is_vin_text(value)) return Type::kVin;
    if (clues.has(Clue::kPhone) && is_named_phone(value)) return Type::kPhoneNumber;
    return std::nullopt;
}

// The numbers of a date, in the order in which they stand.
struct DateParts {
    std::array<std::string_view, 3> parts;
    char separator;
};

std::optional<DateParts> split_date(std::string_view text) {
    DateParts date{};
    std::size_t i = 0;
    for (std::size_t part = 0; part < 3; ++part) {
        if (part > 0) {
            if (i >= text.size() || std::string_view("-./").find(text[i]) == std::string_view::npos)
                return std::nullopt;
            if (part == 2 && text[i] != date.separator) return std::nullopt;
            date.separator = text[i++];
        }
        const std::size_t first = i;
        while (i < text.size() && is_ascii_digit(text[i]) && i - first < 4)
            ++i;
        if (i == first) return std::nullopt;
        date.parts[part] = text.substr(first, i - first);
    }
    if (i != text.size()) return std::nullopt;
    return date;
}

unsigned number(std::string_view digits) {
    unsigned value = 0;
    for (const char c : digits)
        value = value * 10 + static_cast<unsigned>(c - '0');
    return value;
}

bool is_day(unsigned year, unsigned month, unsigned day) {
    return year >= 1880 && year <= 2099 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

bool is_numeric_date(std::string_view text) {
    if (text.size() == 8 && std::all_of(text.begin(), text.end(), is_ascii_digit))
        return is_day(number(text.substr(0, 4)), number(text.substr(4, 2)), number(text.substr(6)));
    const auto date = split_date(text);
    if (!date) return false;
    const auto& p = date->parts;
    if (p[0].size() == 4) return is_day(number(p[0]), number(p[1]), number(p[2]));
    if (p[2].size() == 2) return is_day(2000, number(p[1]), number(p[0])) || is_day(2000, number(p[0]), number(p[1]));
    if (p[2].size() != 4) return false;
    return is_day(number(p[2]), number(p[1]), number(p[0])) || is_day(number(p[2]), number(p[0]), number(p[1]));
}

// A day, a year and the name of a month in any order.
bool is_worded_date(std::string_view text) {
    constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                          "jul", "aug", "sep", "oct", "nov", "dec"};
    constexpr std::size_t kLongest = 24;
    if (text.size() > kLongest) return false;
    bool month = false;
    bool day = false;
    bool year = false;
    for (std::size_t i = 0; i < text.size();) {
        const auto end = std::min(text.find_first_of(" ,.-", i), text.size());
        const std::string word = to_lower(text.substr(i, end - i));
        i = end + 1;
        if (word.empty()) continue;
        if (is_ascii_digit(word[0])) {
            const unsigned value = number(digits_of(word));
            (value > 31 ? year : day) = word.size() <= 4 && (value > 31 ? is_day(value, 1, 1) : value > 0);
        } else if (word.size() >= 3) {
            month = std::find(kMonths.begin(), kMonths.end(), word.substr(0, 3)) != kMonths.end();
            if (!month) return false;
        }
    }
    return month && day && year;
}

}  // namespace

bool stands_for_a_value(std::string_view value) {
    constexpr std::array<std::string_view, 17> kWords = {
        "true", "false", "null",   "none",     "nil",      "undefined", "n/a",     "yes",  "no",
        "on",   "off",   "hidden", "redacted", "filtered", "masked",    "removed", "unset"};
    value = trimmed(value, kBlanks);
    if (value.empty()) return true;
    if (value.find_first_not_of("*xX.-_#\xe2\x80\xa2") == std::string_view::npos) return true;  // also of bullets
    if (value.find("***") != std::string_view::npos || value.find("\u2022\u2022") != std::string_view::npos)
        return true;
    const auto encloses = [value](std::string_view open, std::string_view close) {
        return value.starts_with(open) && value.ends_with(close);
    };
    if (encloses("${", "}") || encloses("{{", "}}") || encloses("<", ">") || encloses("[", "]") ||
        encloses("$(", ")") || encloses("%", "%") || value.starts_with("\u27e6"))
        return true;
    if (value.size() > 12) return false;
    const std::string word = to_lower(value);
    return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

bool is_date(std::string_view value) {
    value = trimmed(value, kBlanks);
    // With a time behind it.
    const auto time = value.find_first_of("T ");
    if (time != std::string_view::npos && time >= 8 && time <= 10 && value.size() <= 35 &&
        value.find(':') != std::string_view::npos)
        value = value.substr(0, time);
    return is_numeric_date(value) || is_worded_date(value);
}

std::optional<NamedValue> named_value(Clues clues, std::string_view value) {
    constexpr std::uint32_t kOfNames = static_cast<std::uint32_t>(Clue::kAddress) - 1;
    if ((clues.bits & kOfNames) == 0) return std::nullopt;
    const auto first = value.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return std::nullopt;
    std::string_view inner = trimmed(value, kBlanks);
    Span span{first, first + inner.size()};
    if (const auto type = personal_type(clues, inner)) return NamedValue{*type, span};
    if (clues.has(Clue::kCredentials) || clues.has(Clue::kToken) || clues.has(Clue::kSecret)) {
        const std::size_t scheme = scheme_size(inner);
        span.begin += scheme;
        inner.remove_prefix(scheme);
        // Without a scheme it may be a word.
        if (clues.has(Clue::kCredentials) && !stands_for_a_value(inner) && is_opaque(inner, 8) &&
            (scheme != 0 || is_random(inner)))
            return NamedValue{Type::kSecret, span};
    }
    if (stands_for_a_value(inner)) return std::nullopt;
    if (const auto type = secret_type(clues, inner)) return NamedValue{*type, span};
    return std::nullopt;
}

}  // namespace apiarist::sensitive
