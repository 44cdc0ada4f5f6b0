// SPDX-License-Identifier: Apache-2.0
#include "sensitive/field_names.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "sensitive/spot.h"

namespace apiarist::sensitive {
namespace {

using enum Clue;

// Names that end with such words, suffixes taken off. "_": the next word may begin here, or not ("api_key", "apikey").
constexpr std::array kParts = {
    NamePart{"pass_word", kPassword},
    NamePart{"passwd", kPassword},
    NamePart{"pass_wort", kPassword},
    NamePart{"kenn_wort", kPassword},
    NamePart{"mot_de_passe", kPassword},
    NamePart{"contrasena", kPassword},
    NamePart{"pass_code", kPassword},
    NamePart{"pwd", kPassword},
    NamePart{"passw", kPassword},
    NamePart{"pw", kPassword},
    NamePart{"db_pass", kPassword},
    NamePart{"user_pass", kPassword},
    NamePart{"smtp_pass", kPassword},
    NamePart{"pass_phrase", kPassphrase},
    NamePart{"secret", kSecret},
    NamePart{"secret_key", kSecret},
    NamePart{"api_key", kSecret},
    NamePart{"app_key", kSecret},
    NamePart{"auth_key", kSecret},
    NamePart{"access_token", kSecret},
    NamePart{"refresh_token", kSecret},
    NamePart{"private_key", kSecret},
    NamePart{"signing_key", kSecret},
    NamePart{"hmac_key", kSecret},
    NamePart{"encryption_key", kSecret},
    NamePart{"master_key", kSecret},
    NamePart{"account_key", kSecret},
    NamePart{"shared_access_key", kSecret},
    NamePart{"subscription_key", kSecret},
    NamePart{"token", kToken},
    NamePart{"authorization", kCredentials},
    NamePart{"secret_access_key", kAwsSecret},
    NamePart{"aws_secret_key", kAwsSecret},
    NamePart{"aws_secret", kAwsSecret},
    NamePart{"phone", kPhone},
    NamePart{"mobile", kPhone},
    NamePart{"cell", kPhone},
    NamePart{"cell_phone", kPhone},
    NamePart{"contact", kPhone},
    NamePart{"tel", kPhone},
    NamePart{"telefon", kPhone},
    NamePart{"telefono", kPhone},
    NamePart{"handy", kPhone},
    NamePart{"msisdn", kPhone},
    NamePart{"fax", kPhone},
    NamePart{"whats_app", kPhone},
    NamePart{"ssn", kSsn},
    NamePart{"social_security", kSsn},
    NamePart{"date_of_birth", kBirth},
    NamePart{"birth_date", kBirth},
    NamePart{"birth_day", kBirth},
    NamePart{"dob", kBirth},
    NamePart{"born", kBirth},
    NamePart{"born_on", kBirth},
    NamePart{"geburts_datum", kBirth},
    NamePart{"geburts_tag", kBirth},
    NamePart{"date_naissance", kBirth},
    NamePart{"date_de_naissance", kBirth},
    NamePart{"fecha_nacimiento", kBirth},
    NamePart{"iban", kIban},
    NamePart{"vin", kVin},
    NamePart{"cvv", kSecurityCode},
    NamePart{"cvc", kSecurityCode},
    NamePart{"csc", kSecurityCode},
    NamePart{"security_code", kSecurityCode},
};

// Such a part needs no begin of a word before it: "PGPASSWORD".
bool stands_anywhere(std::string_view words) {
    return words == "pass_word" || words == "passwd" || words == "pass_phrase";
}

// Words that, anywhere in a name, speak for or against what a value looks like.
constexpr std::array kHints = {
    NamePart{"ip", kAddress},
    NamePart{"ipv4", kAddress},
    NamePart{"ipv6", kAddress},
    NamePart{"addr", kAddress},
    NamePart{"address", kAddress},
    NamePart{"host", kAddress},
    NamePart{"forwarded", kAddress},
    NamePart{"peer", kAddress},
    NamePart{"version", kVersion},
    NamePart{"ver", kVersion},
    NamePart{"release", kVersion},
    NamePart{"build", kVersion},
    NamePart{"firmware", kVersion},
    NamePart{"fw", kVersion},
    NamePart{"revision", kVersion},
    NamePart{"oid", kVersion},
    NamePart{"card", kCard},
    NamePart{"pan", kCard},
    NamePart{"cc", kCard},
    NamePart{"credit", kCard},
    NamePart{"imei", kOtherNumber},
    NamePart{"order", kOtherNumber},
    NamePart{"tracking", kOtherNumber},
    NamePart{"invoice", kOtherNumber},
    NamePart{"ean", kOtherNumber},
    NamePart{"gtin", kOtherNumber},
    NamePart{"isbn", kOtherNumber},
    NamePart{"upc", kOtherNumber},
    NamePart{"serial", kOtherNumber},
    NamePart{"sku", kOtherNumber},
    NamePart{"id", kOtherNumber},
    NamePart{"timestamp", kOtherNumber},
    NamePart{"ts", kOtherNumber},
    NamePart{"iccid", kOtherNumber},
    NamePart{"parcel", kOtherNumber},
    NamePart{"shipment", kOtherNumber},
    NamePart{"reference", kOtherNumber},
};

// At the end of a name, without a meaning of their own.
constexpr std::array<std::string_view, 27> kSuffixes = {
    "number", "no",   "nr",      "num",     "value",        "text",   "plain",   "raw",   "new",
    "old",    "hash", "current", "confirm", "confirmation", "repeat", "again",   "input", "field",
    "home",   "work", "primary", "main",    "private",      "office", "encoded", "hex",   "string"};

// A token with such a word is not a secret.
constexpr std::array<std::string_view, 16> kHarmless = {
    "page", "next",     "cursor",     "continuation", "csrf",        "xsrf",        "public",  "sync",
    "prev", "previous", "pagination", "resume",       "publishable", "idempotency", "request", "site"};

bool names_nothing(char c) {
    return static_cast<unsigned char>(c) < 0x20 || std::string_view("\"=&<>\x7f").find(c) != std::string_view::npos;
}

// A name in small letters, with "_" where a word begins.
class Words {
  public:
    // What stands before three characters and more that are no letters is not of the name.
    explicit Words(std::string_view name) {
        std::size_t gap = 0;
        for (std::size_t i = 0; i < name.size(); ++i) {
            const char c = name[i];
            if (!is_letter_or_digit(c)) {
                if (++gap > 2) size_ = 0;
                separate();
                continue;
            }
            gap = 0;
            if (begins_word(name, i)) separate();
            push(is_ascii_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c);
        }
        while (size_ > 0 && text_[size_ - 1] == '_')
            --size_;
        if (size_ >= 5 && text_[size_ - 1] == 's' && text_[size_ - 2] != 's') --size_;  // "phones"
        drop_suffixes();
    }

    [[nodiscard]] bool ends_with(std::string_view words) const {
        const auto begin = match_back(words);
        return begin != kNone && (begin == 0 || text_[begin - 1] == '_' || stands_anywhere(words));
    }

    [[nodiscard]] bool has_word(std::string_view word) const {
        const std::string_view all(text_.data(), size_);
        for (auto i = all.find(word); i != std::string_view::npos; i = all.find(word, i + 1)) {
            const std::size_t end = i + word.size();
            // Digits at the end of a word are of no word: "ip2".
            const bool last = end == all.size() || all[end] == '_' || is_ascii_digit(all[end]);
            if (last && (i == 0 || all[i - 1] == '_')) return true;
        }
        return false;
    }

    [[nodiscard]] bool empty() const { return size_ == 0; }

  private:
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

    // Also between the last capital of "API" and the "Key" behind it.
    static bool begins_word(std::string_view name, std::size_t i) {
        if (i == 0 || !is_ascii_upper(name[i])) return false;
        if (!is_ascii_upper(name[i - 1])) return true;
        return i + 1 < name.size() && is_ascii_lower(name[i + 1]);
    }

    void push(char c) {
        if (size_ < text_.size()) text_[size_++] = c;
    }
    void separate() {
        if (size_ > 0 && text_[size_ - 1] != '_') push('_');
    }

    // Where `words` begins that the name ends with.
    [[nodiscard]] std::size_t match_back(std::string_view words) const {
        std::size_t at = size_;
        for (std::size_t k = words.size(); k > 0; --k) {
            if (words[k - 1] == '_') {
                if (at > 0 && text_[at - 1] == '_') --at;
                continue;
            }
            if (at == 0 || text_[at - 1] != words[k - 1]) return kNone;
            --at;
        }
        return at;
    }

    void drop_suffixes() {
        for (bool dropped = true; dropped;) {
            dropped = false;
            while (size_ > 0 && (is_ascii_digit(text_[size_ - 1]) || text_[size_ - 1] == '_')) {
                --size_;
                dropped = true;
            }
            for (const std::string_view suffix : kSuffixes) {
                const auto begin = match_back(suffix);
                if (begin == kNone || begin == 0) continue;
                // "phonenumber" is one word, "home" alone is the name.
                if (text_[begin - 1] != '_' && suffix != "number") continue;
                size_ = begin;
                dropped = true;
                break;
            }
        }
    }

    std::array<char, 2 * kLongestName> text_{};
    std::size_t size_ = 0;
};

}  // namespace

std::span<const NamePart> name_parts() {
    return kParts;
}

Clues clues_of(std::string_view name) {
    Clues clues;
    if (name.empty() || name.size() > kLongestName || std::any_of(name.begin(), name.end(), names_nothing))
        return clues;
    const Words words(name);
    if (words.empty()) return clues;
    for (const NamePart& part : kParts)
        if (words.ends_with(part.words)) clues.bits |= static_cast<std::uint32_t>(part.clue);
    for (const NamePart& hint : kHints)
        if (words.has_word(hint.words)) clues.bits |= static_cast<std::uint32_t>(hint.clue);
    constexpr std::uint32_t kOpaque = static_cast<std::uint32_t>(kSecret) | static_cast<std::uint32_t>(kToken);
    if ((clues.bits & kOpaque) != 0 &&
        std::any_of(kHarmless.begin(), kHarmless.end(), [&](std::string_view word) { return words.has_word(word); }))
        clues.bits &= ~kOpaque;
    return clues;
}

std::size_t name_part_around(std::string_view text, std::size_t end, std::string_view words, std::string_view word) {
    constexpr int kLongestGap = 2;
    const std::size_t first = words.find(word);
    std::size_t begin = end - word.size();
    for (std::size_t k = first; k > 0; --k) {
        if (words[k - 1] != '_') {
            if (begin == 0 || (text[begin - 1] | 0x20) != words[k - 1]) return 0;
            --begin;
            continue;
        }
        for (int gap = 0; gap < kLongestGap && begin > 0 && !is_ascii_alphanumeric(text[begin - 1]); ++gap)
            --begin;
    }
    for (std::size_t k = first + word.size(); k < words.size(); ++k) {
        if (words[k] != '_') {
            if (end == text.size() || (text[end] | 0x20) != words[k]) return 0;
            ++end;
            continue;
        }
        for (int gap = 0; gap < kLongestGap && end < text.size() && !is_ascii_alphanumeric(text[end]); ++gap)
            ++end;
    }
    // A name's word begins here, and ends, perhaps before "number".
    if (begin > 0 && is_letter_or_digit(text[begin - 1]) && !is_ascii_upper(text[begin]) && !stands_anywhere(words))
        return 0;
    const std::string_view rest = text.substr(end, 6);
    return rest.empty() || !is_ascii_lower(rest[0]) || rest[0] == 's' || rest == "number" ? end : 0;
}

namespace {

// Of a JSON member the name between its quotation marks: whether it says what its part does.
bool says(std::string_view text, std::size_t close, Clue clue) {
    const std::size_t first = close > kLongestName + 1 ? close - kLongestName - 1 : 0;
    const auto open = text.substr(first, close - first).rfind('"');
    if (open == std::string_view::npos) return false;  // too long
    const std::string_view name = text.substr(first + open + 1, close - first - open - 1);
    return name.find('\\') != std::string_view::npos || clues_of(name).has(clue);
}

}  // namespace

bool may_name_a_value(std::string_view text, std::size_t end, Clue clue, bool raw) {
    constexpr std::string_view kBlanks = " \t\r\n";
    const std::string_view rest = text.substr(end, kLongestName + 1);
    const auto sign = rest.find_first_of("\"=<>:&\n");
    if (sign == std::string_view::npos || rest[sign] == '&' || rest[sign] == '<' || rest[sign] == '\n') return false;
    if (rest[sign] != '"') return true;
    std::size_t i = text.find_first_not_of(kBlanks, end + sign + 1);
    if (i == std::string_view::npos) return false;
    // A part of a multipart body: name="password".
    if (text[i] != ':') return text[i] == ';' || text[end + sign + 1] == '\r' || text[end + sign + 1] == '\n';
    i = text.find_first_not_of(kBlanks, i + 1);
    if (i == std::string_view::npos) return false;
    if (!raw) return true;
    const std::string_view value = text.substr(i, 5);
    if (value[0] == '{' || value.starts_with("null") || value.starts_with("true") || value == "false") return false;
    return !value.starts_with("\"\"") && says(text, end + sign, clue);
}

}  // namespace apiarist::sensitive
