// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_names.h"

#include <array>

#include "base/text.h"
#include "protocols/message.h"

namespace apiarist::policy {
namespace {

enum class Where { kAnywhere, kLastWord, kNever };

struct Name {
    std::string_view text;
    Where where;
};

// kAnywhere: a name that contains it. kLastWord: a name that is it, or whose last words are ("pin", "user_pin",
// "userPin", "pin[2]", not "shipping" and not "pin_board"). kNever: this name, whatever the others say.
constexpr std::array kTable = {
    Name{"password", Where::kAnywhere},
    Name{"passwd", Where::kAnywhere},
    Name{"passwort", Where::kAnywhere},
    Name{"passphrase", Where::kAnywhere},
    Name{"passcode", Where::kAnywhere},
    Name{"secret", Where::kAnywhere},
    Name{"token", Where::kAnywhere},
    Name{"apikey", Where::kAnywhere},
    Name{"accesskey", Where::kAnywhere},
    Name{"privatekey", Where::kAnywhere},
    Name{"signingkey", Where::kAnywhere},
    Name{"masterkey", Where::kAnywhere},
    Name{"encryptionkey", Where::kAnywhere},
    Name{"authkey", Where::kAnywhere},
    Name{"subscriptionkey", Where::kAnywhere},
    Name{"credential", Where::kAnywhere},
    Name{"authorization", Where::kAnywhere},
    Name{"creditcard", Where::kAnywhere},
    Name{"cardnumber", Where::kAnywhere},
    Name{"cardno", Where::kAnywhere},
    Name{"cardnum", Where::kAnywhere},
    Name{"securitycode", Where::kAnywhere},
    Name{"socialsecurity", Where::kAnywhere},
    Name{"accountnumber", Where::kAnywhere},
    Name{"bankaccount", Where::kAnywhere},
    Name{"signature", Where::kAnywhere},
    Name{"sessionid", Where::kAnywhere},
    Name{"sessid", Where::kAnywhere},
    Name{"sessionkey", Where::kAnywhere},
    Name{"onetimecode", Where::kAnywhere},
    Name{"clientassertion", Where::kAnywhere},
    Name{"codeverifier", Where::kAnywhere},
    Name{"samlresponse", Where::kAnywhere},
    Name{"samlrequest", Where::kAnywhere},
    Name{"pwd", Where::kLastWord},
    Name{"pass", Where::kLastWord},
    Name{"pw", Where::kLastWord},
    Name{"userpass", Where::kLastWord},
    Name{"dbpass", Where::kLastWord},
    Name{"pin", Where::kLastWord},
    Name{"pincode", Where::kLastWord},
    Name{"cvv", Where::kLastWord},
    Name{"cvc", Where::kLastWord},
    Name{"csc", Where::kLastWord},
    Name{"ssn", Where::kLastWord},
    Name{"iban", Where::kLastWord},
    Name{"pan", Where::kLastWord},
    Name{"session", Where::kLastWord},
    Name{"sid", Where::kLastWord},
    Name{"sess", Where::kLastWord},
    Name{"otp", Where::kLastWord},
    Name{"totp", Where::kLastWord},
    Name{"auth", Where::kLastWord},
    Name{"authentication", Where::kLastWord},
    Name{"jwt", Where::kLastWord},
    Name{"bearer", Where::kLastWord},
    Name{"sig", Where::kLastWord},
    Name{"csrf", Where::kLastWord},
    Name{"xsrf", Where::kLastWord},
    Name{"cookie", Where::kLastWord},
    Name{"cookies", Where::kLastWord},
    Name{"accesscontrolallowcredentials", Where::kNever},
    Name{"authorizationendpoint", Where::kNever},
    Name{"tokenendpoint", Where::kNever},
    Name{"tokentype", Where::kNever},
    Name{"maxtokens", Where::kNever},
    Name{"totaltokens", Where::kNever},
    Name{"prompttokens", Where::kNever},
    Name{"completiontokens", Where::kNever},
    Name{"inputtokens", Where::kNever},
    Name{"outputtokens", Where::kNever},
    Name{"cachedtokens", Where::kNever},
};

// Alternatives of the names of one kind; "_" may stand between any two letters.
std::string alternatives(Where where) {
    std::string out;
    for (const Name& name : kTable) {
        if (name.where != where) continue;
        if (!out.empty()) out += '|';
        for (std::size_t i = 0; i < name.text.size(); ++i) {
            if (i > 0) out += "_?";
            out += name.text[i];
        }
    }
    return "(?:" + out + ")";
}

re2::RE2::Options bytes() {
    re2::RE2::Options options;
    options.set_encoding(re2::RE2::Options::EncodingLatin1);
    return options;
}

// Also between the last capital of "API" and the "Key" behind it.
bool word_begins(std::string_view name, std::size_t i) {
    if (i == 0 || !is_ascii_upper(name[i])) return false;
    if (!is_ascii_upper(name[i - 1])) return true;
    return i + 1 < name.size() && is_ascii_lower(name[i + 1]);
}

}  // namespace

SensitiveNames::SensitiveNames()
    : secret_(alternatives(Where::kAnywhere) + "|(?:^|_)" + alternatives(Where::kLastWord) + "[_0-9]*$", bytes()),
      harmless_("^" + alternatives(Where::kNever) + "$", bytes()) {}

bool SensitiveNames::contains(std::string_view name) const {
    if (name.size() < 2) return false;
    const std::string words = words_of(name);
    return re2::RE2::PartialMatch(words, secret_) && !re2::RE2::PartialMatch(words, harmless_);
}

bool holds_credentials(std::string_view name) {
    const std::string words = words_of(name);
    return words.find("authorization") != std::string::npos || words.ends_with("authentication");
}

std::string words_of(std::string_view name) {
    std::string out;
    out.reserve(name.size() + 4);
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        const bool letter =
            is_ascii_upper(c) || is_ascii_lower(c) || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) > 127;
        if ((!letter || word_begins(name, i)) && !out.empty() && out.back() != '_') out += '_';
        if (letter) out += is_ascii_upper(c) ? static_cast<char>(c + 32) : c;
    }
    return out;
}

std::size_t scheme_length(std::string_view credentials) {
    constexpr std::array<std::string_view, 11> kSchemes = {"basic", "bearer", "digest",          "negotiate",
                                                           "ntlm",  "token",  "apikey",          "hoba",
                                                           "dpop",  "gnap",   "aws4-hmac-sha256"};
    constexpr std::size_t kLongest = 16;
    const auto space = credentials.substr(0, kLongest + 1).find(' ');
    if (space == std::string_view::npos) return 0;
    for (const std::string_view scheme : kSchemes) {
        if (!protocols::same_name(credentials.substr(0, space), scheme)) continue;
        const auto end = credentials.find_first_not_of(' ', space);
        return end == std::string_view::npos ? credentials.size() : end;
    }
    return 0;
}

}  // namespace apiarist::policy
