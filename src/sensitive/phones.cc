// SPDX-License-Identifier: Apache-2.0
#include "sensitive/phones.h"

#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <array>
#include <string>

namespace apiarist::sensitive {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr std::size_t kMostDigits = 15;
constexpr std::size_t kFewestDigits = 7;

bool is_valid(std::string_view text, std::string_view region) {
    const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    const auto error = util.Parse(std::string(text), std::string(region), &number);
    return error == PhoneNumberUtil::NO_PARSING_ERROR && util.IsValidNumber(number);
}

// By its length, in the country that its code names. Many numbers are not given to anybody, or not yet known to be.
bool is_possible(std::string_view text) {
    const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    const auto error = util.Parse(std::string(text), "ZZ", &number);
    return error == PhoneNumberUtil::NO_PARSING_ERROR && util.IsPossibleNumber(number);
}

bool separates(char c) {
    return std::string_view(" -.()/").find(c) != std::string_view::npos;
}

bool goes_on(char c) {
    return is_word(c) || is_letter_or_digit(c);
}

// How many bytes a digit group behind separators may be away.
constexpr std::size_t kLongestGap = 3;

// The ends of the groups of digits from `begin` on, as far as one number may go; the last is a whole group.
struct Groups {
    std::array<std::size_t, kMostDigits> ends{};
    std::array<std::size_t, kMostDigits> digits{};  // so many up to there
    std::size_t count = 0;
};

Groups groups_from(std::string_view text, std::size_t begin) {
    Groups groups;
    std::size_t digits = 0;
    std::size_t i = begin;
    while (groups.count < groups.ends.size()) {
        std::size_t gap = 0;
        while (i < text.size() && separates(text[i]) && gap < kLongestGap) {
            ++i;
            ++gap;
        }
        const std::size_t first = i;
        while (i < text.size() && is_ascii_digit(text[i]) && i - first <= kMostDigits)
            ++i;
        digits += i - first;
        if (i == first || digits > kMostDigits) break;
        groups.ends[groups.count] = i;
        groups.digits[groups.count++] = digits;
    }
    return groups;
}

}  // namespace

std::optional<Span> international_phone_at(const Spot& spot, std::size_t begin) {
    const char before = spot.before(begin);
    if (goes_on(before) || before == '+') return std::nullopt;
    const Groups groups = groups_from(spot.text, begin + 1);
    constexpr std::size_t kTries = 3;        // a number may stand before others
    constexpr std::size_t kConvincing = 11;  // digits
    std::size_t tries = 0;
    Span longest;
    for (std::size_t k = groups.count; k > 0 && tries < kTries; --k) {
        const std::size_t end = groups.ends[k - 1];
        if (groups.digits[k - 1] < kFewestDigits) break;
        if (goes_on(spot.at(end))) continue;
        if (spot.loose) return Span{begin, end};
        if (tries++ == 0 && groups.digits[k - 1] >= kConvincing) longest = {begin, end};
        if (is_valid(spot.text.substr(begin, end - begin), "ZZ")) return Span{begin, end};
    }
    if (longest.empty() || !is_possible(spot.text.substr(longest.begin, longest.end - longest.begin)))
        return std::nullopt;
    return longest;
}

std::optional<Span> national_phone_before(const Spot& spot, std::size_t end, std::string_view region) {
    // North America's are of ten digits, Britain's of ten or eleven, of France's all ten.
    const std::size_t most = region == "GB" ? 11 : 10;
    std::size_t begin = end;
    std::size_t digits = 0;
    std::size_t gap = 0;
    while (begin > 0 && digits < most) {
        const char c = spot.text[begin - 1];
        if (is_ascii_digit(c)) {
            ++digits;
            gap = 0;
        } else if (!separates(c) || c == '/' || ++gap > 2) {
            break;
        }
        --begin;
    }
    while (begin < end && !is_ascii_digit(spot.text[begin]))
        ++begin;
    if (digits < 10) return std::nullopt;
    if (begin > 0 && spot.text[begin - 1] == '(') --begin;
    const char before = spot.before(begin);
    const auto joins = [](char c) { return goes_on(c) || c == '-' || c == '+'; };
    if (joins(before) || joins(spot.at(end))) return std::nullopt;
    if (before == '.' && begin > 1 && is_ascii_digit(spot.text[begin - 2])) return std::nullopt;
    // More digits of the same number before or behind: a longer number, with a country's code perhaps.
    if (before == ' ' && begin > 1 && is_ascii_digit(spot.text[begin - 2])) return std::nullopt;
    if (spot.at(end) == '.' && is_ascii_digit(spot.at(end + 1))) return std::nullopt;
    if (spot.loose || is_valid(spot.text.substr(begin, end - begin), region)) return Span{begin, end};
    return std::nullopt;
}

bool is_named_phone(std::string_view value) {
    constexpr std::size_t kLongest = 32;
    // The regions with most people on the phone, and those whose plans cover what others write.
    constexpr std::array<std::string_view, 20> kRegions = {"US", "GB", "DE", "FR", "IN", "BR", "IT", "ES", "CN", "JP",
                                                           "AU", "MX", "NL", "PL", "TR", "ID", "NG", "KR", "RU", "CH"};
    if (value.size() > kLongest) return false;
    std::size_t digits = 0;
    for (const char c : value) {
        if (is_ascii_digit(c)) {
            ++digits;
        } else if (!separates(c) && c != '+' && c != 'x') {
            return false;
        }
    }
    if (digits < kFewestDigits || digits > kMostDigits) return false;
    if (value.starts_with('+')) return is_valid(value, "ZZ");
    return std::any_of(kRegions.begin(), kRegions.end(),
                       [&](std::string_view region) { return is_valid(value, region); });
}

}  // namespace apiarist::sensitive
