// SPDX-License-Identifier: Apache-2.0
#include "sensitive/numbers.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace apiarist::sensitive {
namespace {

// A range of first six digits, and the lengths of such numbers.
struct Issuer {
    unsigned first;
    unsigned last;
    std::size_t shortest;
    std::size_t longest;
};

constexpr std::array kIssuers = {
    Issuer{222100, 272099, 16, 16},  // Mastercard
    Issuer{300000, 305999, 14, 14},  // Diners Club
    Issuer{309500, 309599, 14, 14},  // Diners Club
    Issuer{340000, 349999, 15, 15},  // American Express
    Issuer{352800, 358999, 16, 19},  // JCB
    Issuer{360000, 369999, 14, 14},  // Diners Club
    Issuer{370000, 379999, 15, 15},  // American Express
    Issuer{380000, 399999, 14, 16},  // Diners Club
    Issuer{400000, 499999, 16, 16},  // Visa
    Issuer{400000, 499999, 13, 13},  // Visa, of old
    Issuer{400000, 499999, 19, 19},  // Visa
    Issuer{500000, 509999, 16, 19},  // Maestro, Elo
    Issuer{510000, 559999, 16, 16},  // Mastercard
    Issuer{560000, 589999, 16, 19},  // Maestro
    Issuer{601100, 601199, 16, 19},  // Discover
    Issuer{606282, 606282, 16, 16},  // Hipercard
    Issuer{620000, 629999, 16, 19},  // UnionPay
    Issuer{630400, 639999, 16, 19},  // Maestro, Discover, InstaPayment
    Issuer{640000, 659999, 16, 19},  // Discover, RuPay
    Issuer{670000, 679999, 16, 19},  // Maestro
};

struct Country {
    std::string_view code;
    std::size_t length;
};

constexpr std::array kCountries = {
    Country{"AD", 24}, Country{"AE", 23}, Country{"AL", 28}, Country{"AT", 20}, Country{"AZ", 28}, Country{"BA", 20},
    Country{"BE", 16}, Country{"BG", 22}, Country{"BH", 22}, Country{"BI", 27}, Country{"BR", 29}, Country{"BY", 28},
    Country{"CH", 21}, Country{"CR", 22}, Country{"CY", 28}, Country{"CZ", 24}, Country{"DE", 22}, Country{"DJ", 27},
    Country{"DK", 18}, Country{"DO", 28}, Country{"EE", 20}, Country{"EG", 29}, Country{"ES", 24}, Country{"FI", 18},
    Country{"FK", 18}, Country{"FO", 18}, Country{"FR", 27}, Country{"GB", 22}, Country{"GE", 22}, Country{"GI", 23},
    Country{"GL", 18}, Country{"GR", 27}, Country{"GT", 28}, Country{"HN", 28}, Country{"HR", 21}, Country{"HU", 28},
    Country{"IE", 22}, Country{"IL", 23}, Country{"IQ", 23}, Country{"IS", 26}, Country{"IT", 27}, Country{"JO", 30},
    Country{"KW", 30}, Country{"KZ", 20}, Country{"LB", 28}, Country{"LC", 32}, Country{"LI", 21}, Country{"LT", 20},
    Country{"LU", 20}, Country{"LV", 21}, Country{"LY", 25}, Country{"MC", 27}, Country{"MD", 24}, Country{"ME", 22},
    Country{"MK", 19}, Country{"MN", 20}, Country{"MR", 27}, Country{"MT", 31}, Country{"MU", 30}, Country{"NI", 28},
    Country{"NL", 18}, Country{"NO", 15}, Country{"OM", 23}, Country{"PK", 24}, Country{"PL", 28}, Country{"PS", 29},
    Country{"PT", 25}, Country{"QA", 29}, Country{"RO", 24}, Country{"RS", 22}, Country{"RU", 33}, Country{"SA", 24},
    Country{"SC", 31}, Country{"SD", 18}, Country{"SE", 24}, Country{"SI", 19}, Country{"SK", 24}, Country{"SM", 27},
    Country{"SO", 23}, Country{"ST", 25}, Country{"SV", 28}, Country{"TL", 23}, Country{"TN", 24}, Country{"TR", 26},
    Country{"UA", 29}, Country{"VA", 22}, Country{"VG", 24}, Country{"XK", 20}, Country{"YE", 30},
};

// 0: no such country.
std::size_t iban_length(std::string_view code) {
    const auto* found = std::lower_bound(kCountries.begin(), kCountries.end(), code,
                                         [](const Country& c, std::string_view wanted) { return c.code < wanted; });
    return found != kCountries.end() && found->code == code ? found->length : 0;
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

// The worth of a capital in a VIN; I, O and Q are not used.
unsigned vin_value(char c) {
    constexpr std::string_view kWorths = "12345678-12345-7-923456789";
    return static_cast<unsigned>((is_ascii_digit(c) ? c : kWorths[static_cast<std::size_t>(c - 'A')]) - '0');
}

constexpr std::size_t kShortest = 13;  // of what is looked for
constexpr std::size_t kStride = 12;

constexpr std::array<bool, 256> kInRun = [] {
    std::array<bool, 256> in{};
    for (unsigned c = '0'; c <= '9'; ++c)
        in[c] = true;
    for (unsigned c = 'A'; c <= 'Z'; ++c)
        in[c] = true;
    in[' '] = in['-'] = true;
    return in;
}();

bool in_run(char c) {
    return kInRun[static_cast<unsigned char>(c)];
}
bool in_block(char c) {
    return is_ascii_digit(c) || is_ascii_upper(c);
}

// How the digits of a card are grouped.
constexpr std::array<std::array<std::size_t, 5>, 6> kGroupings = {
    {{4, 4, 4, 4, 0}, {4, 6, 5, 0, 0}, {4, 6, 4, 0, 0}, {4, 4, 4, 4, 3}, {6, 13, 0, 0, 0}, {4, 4, 4, 3, 0}}};

class Run {
  public:
    Run(const Spot& spot, Span run, const FoundNumber& found) : spot_(spot), run_(run), found_(found) {}

    bool find() {
        std::size_t i = run_.begin;
        while (i < run_.end) {
            if (!in_block(spot_.text[i])) {
                ++i;
                continue;
            }
            std::size_t end = i;
            while (end < run_.end && in_block(spot_.text[end]))
                ++end;
            if (is_word(spot_.before(i)) || is_letter_or_digit(spot_.before(i))) {
                i = end;
                continue;
            }
            std::size_t next = end;
            if (card(i, end, next) || iban(i, next) || vin(i, end)) return true;
            i = next;
        }
        return false;
    }

  private:
    static bool ends(char c) { return !is_word(c) && !is_letter_or_digit(c); }

    bool report(Type type, Span span, std::size_t& next) {
        next = std::max(next, span.end);
        return found_(type, span);
    }

    // The block of capitals and digits [i, end), and those behind it with one separator between.
    bool card(std::size_t i, std::size_t end, std::size_t& next) {
        if (!is_ascii_digit(spot_.text[i]) || spot_.text[i] < '2' || spot_.text[i] > '6') return false;
        // What stands behind a decimal point, or goes on from a number before it.
        const char before = spot_.before(i);
        if ((before == '.' || before == '-') && i > 1 && is_ascii_digit(spot_.text[i - 2])) return false;
        if (end - i >= kShortest) {
            const std::string_view block = spot_.text.substr(i, end - i);
            return block.size() <= 19 && std::all_of(block.begin(), block.end(), is_ascii_digit) && card_ends(end) &&
                   is_card(block) && report(Type::kPaymentCard, {i, end}, next);
        }
        if (end - i != 4 && end - i != 6) return false;
        std::string digits;
        for (const auto& grouping : kGroupings) {
            const std::size_t last = grouped(i, grouping, digits);
            if (last != 0 && card_ends(last) && is_card(digits)) return report(Type::kPaymentCard, {i, last}, next);
        }
        return false;
    }

    [[nodiscard]] bool card_ends(std::size_t end) const {
        const char c = spot_.at(end);
        if (!ends(c)) return false;
        return (c != '.' && c != '-') || !is_ascii_digit(spot_.at(end + 1));
    }

    // Where the grouping ends, 0: it is another one.
    std::size_t grouped(std::size_t i, const std::array<std::size_t, 5>& grouping, std::string& digits) const {
        digits.clear();
        char separator = '\0';
        for (std::size_t k = 0; k < grouping.size() && grouping[k] != 0; ++k) {
            if (k > 0) {
                const char c = spot_.at(i++);
                if ((c != ' ' && c != '-') || (separator != '\0' && c != separator)) return 0;
                separator = c;
            }
            for (std::size_t n = 0; n < grouping[k]; ++n, ++i) {
                if (!is_ascii_digit(spot_.at(i))) return 0;
                digits += spot_.text[i];
            }
            if (is_ascii_digit(spot_.at(i))) return 0;
        }
        return i;
    }

    bool iban(std::size_t i, std::size_t& next) {
        if (is_ascii_digit(spot_.text[i]) || !is_ascii_digit(spot_.at(i + 2))) return false;
        const std::size_t wanted = iban_length(spot_.text.substr(i, 2));
        if (wanted == 0) return false;
        std::string compact;
        std::size_t end = i;
        while (end < run_.end && compact.size() < wanted) {
            const char c = spot_.text[end];
            if (in_block(c)) {
                compact += c;
            } else if (!in_block(spot_.text[end - 1])) {
                return false;  // two separators
            }
            ++end;
        }
        return compact.size() == wanted && ends(spot_.at(end)) && is_iban(compact) &&
               report(Type::kIban, {i, end}, next);
    }

    bool vin(std::size_t i, std::size_t end) {
        if (end - i != 17 || !ends(spot_.at(end)) || spot_.before(i) == '-' || spot_.at(end) == '-') return false;
        return is_vin(spot_.text.substr(i, 17)) && found_(Type::kVin, {i, end});
    }

    const Spot& spot_;
    Span run_;
    const FoundNumber& found_;
};

}  // namespace

bool is_card(std::string_view digits) {
    if (digits.size() < kShortest || digits.size() > 19) return false;
    unsigned first = 0;
    for (const char c : digits.substr(0, 6))
        first = first * 10 + static_cast<unsigned>(c - '0');
    const bool known = std::any_of(kIssuers.begin(), kIssuers.end(), [&](const Issuer& issuer) {
        return first >= issuer.first && first <= issuer.last && digits.size() >= issuer.shortest &&
               digits.size() <= issuer.longest;
    });
    // "4000000000000000" and the like are written as examples of length.
    const bool flat = digits.find_first_not_of(digits[1], 1) == std::string_view::npos;
    return known && !(flat && digits[1] == '0') && luhn(digits);
}

bool is_iban(std::string_view compact) {
    if (compact.size() < 15 || iban_length(compact.substr(0, 2)) != compact.size()) return false;
    if (!is_ascii_digit(compact[2]) || !is_ascii_digit(compact[3])) return false;
    unsigned remainder = 0;
    for (std::size_t i = 0; i < compact.size(); ++i) {
        const char c = compact[(i + 4) % compact.size()];
        if (!in_block(c)) return false;
        remainder = (is_ascii_digit(c) ? remainder * 10 + static_cast<unsigned>(c - '0')
                                       : remainder * 100 + static_cast<unsigned>(c - 'A') + 10) %
                    97;
    }
    return remainder == 1;
}

bool is_vin(std::string_view text) {
    constexpr std::array<unsigned, 17> kWeights = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    if (text.size() != kWeights.size()) return false;
    unsigned sum = 0;
    unsigned letters = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (!in_block(c) || c == 'I' || c == 'O' || c == 'Q') return false;
        letters += is_ascii_upper(c) ? 1 : 0;
        sum += vin_value(c) * kWeights[i];
    }
    const char check = sum % 11 == 10 ? 'X' : static_cast<char>('0' + sum % 11);
    // The maker and the model have letters, the last four are its number, and no year is U, Z or 0.
    const bool numbered = std::all_of(text.begin() + 13, text.end(), is_ascii_digit);
    const bool year = text[9] != 'U' && text[9] != 'Z' && text[9] != '0';
    return letters >= 2 && numbered && year && text[0] != '0' && text[8] == check;
}

bool is_ssn(std::string_view digits) {
    if (digits.size() != 9 || !std::all_of(digits.begin(), digits.end(), is_ascii_digit)) return false;
    const std::string_view area = digits.substr(0, 3);
    if (area == "000" || area == "666" || area[0] == '9') return false;
    if (digits.substr(3, 2) == "00" || digits.substr(5) == "0000") return false;
    // Printed in advertisements, or the example of everybody.
    return digits != "078051120" && digits != "219099999" && digits != "123456789";
}

std::optional<Span> ssn_before(const Spot& spot, std::size_t end) {
    constexpr std::size_t kSize = 11;
    if (end < kSize) return std::nullopt;
    const std::size_t begin = end - kSize;
    const char before = spot.before(begin);
    const char after = spot.at(end);
    const auto joins = [](char c) { return is_word(c) || is_letter_or_digit(c) || c == '-'; };
    if (joins(before) || joins(after)) return std::nullopt;
    if ((before == '.' || before == '/') && begin > 1 && is_ascii_digit(spot.text[begin - 2])) return std::nullopt;
    const std::string_view text = spot.text.substr(begin, kSize);
    std::string digits(text.substr(0, 3));
    digits += text.substr(4, 2);
    digits += text.substr(7);
    if (!is_ssn(digits)) return std::nullopt;
    return Span{begin, end};
}

bool find_numbers(const Spot& spot, const FoundNumber& found) {
    const std::string_view text = spot.text;
    std::size_t done = 0;  // what was looked at ends here
    for (std::size_t i = kStride - 1; i < text.size(); i += kStride) {
        if (i < done || !may_be_in_run(text, i, kStride, in_run)) continue;
        Span run{i, i};
        while (run.begin > done && in_run(text[run.begin - 1]))
            --run.begin;
        while (run.end < text.size() && in_run(text[run.end]))
            ++run.end;
        done = run.end;
        if (run.end - run.begin >= kShortest && Run(spot, run, found).find()) return true;
    }
    return false;
}

}  // namespace apiarist::sensitive
