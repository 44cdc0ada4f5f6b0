// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_shapes.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>
#include <cstdint>
#include <string>

#include "base/text.h"

namespace apiarist::policy {
namespace {

bool is_hex(char c) {
    return is_ascii_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool luhn(std::string_view digits) {
    unsigned sum = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        unsigned digit = static_cast<unsigned>(digits[digits.size() - 1 - i] - '0');
        if (i % 2 == 1) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
        sum += digit;
    }
    return sum % 10 == 0;
}

// A range of first four digits, and the lengths of such numbers.
struct Network {
    unsigned first;
    unsigned last;
    std::size_t shortest;
    std::size_t longest;
};

constexpr std::array kNetworks = {
    Network{2221, 2720, 16, 16}, Network{3000, 3059, 14, 19}, Network{3400, 3499, 15, 15}, Network{3528, 3589, 16, 19},
    Network{3600, 3699, 14, 19}, Network{3700, 3799, 15, 15}, Network{3800, 3999, 16, 19}, Network{4000, 4999, 13, 19},
    Network{5000, 5099, 13, 19}, Network{5100, 5599, 16, 16}, Network{5600, 6999, 13, 19},
};

// ISO 13616: the first four characters at the end, letters as numbers from 10 on, remainder 1 of 97.
bool is_iban(std::string_view compact) {
    const auto letter = [](char c) { return !is_ascii_digit(c); };
    if (compact.size() < 15 || compact.size() > 34 || !letter(compact[0]) || !letter(compact[1])) return false;
    if (!is_ascii_digit(compact[2]) || !is_ascii_digit(compact[3])) return false;
    unsigned remainder = 0;
    for (std::size_t i = 0; i < compact.size(); ++i) {
        const char c = compact[(i + 4) % compact.size()];
        if (is_ascii_digit(c)) {
            remainder = (remainder * 10 + static_cast<unsigned>(c - '0')) % 97;
        } else {
            remainder = (remainder * 100 + static_cast<unsigned>(is_ascii_upper(c) ? c - 'A' : c - 'a') + 10) % 97;
        }
    }
    return remainder == 1;
}

double entropy(std::string_view text) {
    std::array<unsigned, 256> times{};
    for (const char c : text)
        ++times[static_cast<unsigned char>(c)];
    double bits = 0;
    for (const unsigned n : times) {
        if (n == 0) continue;
        const double share = static_cast<double>(n) / static_cast<double>(text.size());
        bits -= share * std::log2(share);
    }
    return bits;
}

// Of the longest part without separator.
struct Part {
    std::size_t size = 0;
    unsigned digit_groups = 0;
};

Part longest_part(std::string_view run) {
    Part best;
    Part part;
    for (std::size_t i = 0; i < run.size(); ++i) {
        if (!is_ascii_alphanumeric(run[i])) {
            part = {};
            continue;
        }
        ++part.size;
        if (is_ascii_digit(run[i]) && (part.size == 1 || !is_ascii_digit(run[i - 1]))) ++part.digit_groups;
        if (part.size > best.size) best = part;
    }
    return best;
}

}  // namespace

bool is_card(std::string_view digits) {
    if (digits.size() < 13 || digits.size() > 19) return false;
    unsigned first = 0;
    for (const char c : digits.substr(0, 4))
        first = first * 10 + static_cast<unsigned>(c - '0');
    const bool known = std::any_of(kNetworks.begin(), kNetworks.end(), [&](const Network& network) {
        return first >= network.first && first <= network.last && digits.size() >= network.shortest &&
               digits.size() <= network.longest;
    });
    return known && luhn(digits);
}

std::size_t iban_length(std::string_view text) {
    std::string compact;
    std::size_t found = 0;
    for (std::size_t i = 0; i < text.size() && compact.size() < 34; ++i) {
        if (text[i] == ' ') continue;
        if (!is_ascii_alphanumeric(text[i])) break;
        compact += text[i];
        const bool word_ends = i + 1 == text.size() || !is_ascii_alphanumeric(text[i + 1]);
        if (word_ends && found == 0 && is_iban(compact)) found = i + 1;
    }
    return found;
}

bool looks_random(std::string_view run) {
    if (run.size() < 32) return false;
    constexpr std::size_t kDistinctOfHex = 6;  // 32 random hex digits have as many
    if (std::all_of(run.begin(), run.end(), is_hex)) {
        std::bitset<256> seen;
        for (const char c : run)
            seen.set(static_cast<unsigned char>(c));
        return seen.count() >= kDistinctOfHex;
    }
    const Part part = longest_part(run);
    if (part.size >= 16 && part.digit_groups >= 2) return true;
    // Of the most that so many characters can have, random base64 has 0.91 ± 0.02 (of 32), words 0.8.
    constexpr double kShare = 0.86;
    const double most = std::min(6.0, std::log2(static_cast<double>(run.size())));
    return std::any_of(run.begin(), run.end(), is_ascii_digit) && entropy(run) >= kShare * most;
}

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
    }
    return true;
}

}  // namespace apiarist::policy
