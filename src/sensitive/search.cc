// SPDX-License-Identifier: Apache-2.0
#include "sensitive/search.h"

#include <algorithm>
#include <string>

#include "sensitive/addresses.h"
#include "sensitive/named_values.h"
#include "sensitive/numbers.h"
#include "sensitive/phones.h"
#include "sensitive/scanner.h"

namespace apiarist::sensitive {
namespace {

// Before findings are chosen among them.
constexpr std::size_t kMostCandidates = 4 * kMostFindings;

std::string escaped(std::string_view literal) {
    std::string out;
    for (const char c : literal) {
        if (!is_word(c)) out += '\\';
        out += c;
    }
    return out;
}

std::string expression_of(std::string_view words) {
    std::string out;
    for (const char c : words)
        out += c == '_' ? std::string("[^0-9A-Za-z]{0,2}") : std::string(1, c);
    return out;
}

// The lower the better, where two candidates overlap: what shows its issuer, what its name says, what has a check
// digit, the rest.
unsigned rank(Type type) {
    switch (type) {
        case Type::kPassword:
        case Type::kSecret:
        case Type::kAwsSecretAccessKey:
        case Type::kCardSecurityCode:
        case Type::kDateOfBirth:
            return 1;
        case Type::kPaymentCard:
        case Type::kIban:
        case Type::kUsSsn:
        case Type::kVin:
            return 2;
        case Type::kEmail:
            return 3;
        case Type::kIpAddress:
            return 4;
        case Type::kPhoneNumber:
            return 5;
        default:
            return 0;
    }
}

}  // namespace

std::vector<Sign> signs_of_values() {
    // Each has a literal or one sign in its middle, which Vectorscan finds quickly; none ends or begins with a repeat.
    std::vector<Sign> signs = {
        {SignKind::kEmail, 0, {R"([^\x00-\x20"@]@[0-9A-Za-z\x80-\xff])", 0}},
        {SignKind::kPlus, 0, {R"(\+[ (]?[0-9])", 0}},
        {SignKind::kSsn, 0, {"[0-9]{3}-[0-9]{2}-[0-9]{4}", 0}},
        {SignKind::kPhoneUs, 0, {R"([2-9][0-9]{2}(?:[-.]|\)[ -]?)[2-9][0-9]{2}[-. ][0-9]{4})", 0}},
        {SignKind::kPhoneFr, 0, {"0[1-9](?:[ .-][0-9]{2}){4}", 0}},
        {SignKind::kPhoneGb, 0, {R"(0[0-9]{2,4}\)? [0-9]{3,4} [0-9]{3,4})", 0}},
        {SignKind::kIpv4, 0, {R"([0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9])", 0}},
        {SignKind::kIpv6, 0, {"::[0-9a-fA-F]", 0}},
        {SignKind::kIpv6, 0, {"[0-9a-fA-F]:[0-9a-fA-F]{1,4}::", 0}},
        {SignKind::kJwt, 0, {"e(?:y[JA]|w[ok])[0-9A-Za-z_-]", 0}},
        {SignKind::kPem, 0, {"-----BEGIN", 0}},
        {SignKind::kUrl, 0, {"://[^/]", 0}},
        {SignKind::kTelegram, 0, {"[0-9]{8}:AA", 0}},
        {SignKind::kSlackWebhook, 0, {R"(hooks\.slack\.com/)", 0}},
    };
    std::size_t index = 0;
    for (const TokenShape& shape : token_shapes())
        signs.push_back(
            {SignKind::kToken, index++, {escaped(shape.prefix) + std::string(alphabet_class(shape.alphabet)), 0}});
    return signs;
}

std::vector<Sign> signs_of_payloads() {
    std::vector<Sign> signs = signs_of_values();
    std::size_t index = 0;
    for (const NamePart& part : name_parts())
        signs.push_back({SignKind::kName, index++, {expression_of(part.words), HS_FLAG_CASELESS}});
    return signs;
}

Search::Search(std::string_view value, Clues clues, std::vector<Candidate>& found)
    : spot_{value, false}, clues_(clues), found_(&found), raw_(true) {}

Search::Search(std::string_view payload, bool raw) : spot_{payload, true}, raw_(raw) {}

bool Search::many() const {
    return found_ != nullptr && found_->size() >= kMostCandidates;
}

bool Search::add(Type type, const std::optional<Span>& span) {
    if (!span || span->empty()) return false;
    if (found_ == nullptr) return true;
    found_->push_back({type, *span});
    return many();
}

bool Search::on_sign(const Sign& sign, std::size_t end) {
    switch (sign.kind) {
        case SignKind::kEmail:
            return add(Type::kEmail, email_at(spot_, end - 2));
        case SignKind::kPlus:
        case SignKind::kPhoneUs:
        case SignKind::kPhoneFr:
        case SignKind::kPhoneGb:
            return phone(sign.kind, end);
        case SignKind::kSsn:
            return add(Type::kUsSsn, ssn_before(spot_, end));
        case SignKind::kIpv4:
        case SignKind::kIpv6:
            return address(sign.kind, end);
        case SignKind::kJwt:
            return add(Type::kJwt, jwt_at(spot_, end - 4));
        case SignKind::kPem: {
            if (end <= pem_until_) return false;
            const auto key = private_key_behind(spot_, end);
            if (key) pem_until_ = key->end;
            return add(Type::kPrivateKey, key);
        }
        case SignKind::kUrl:
            return add(Type::kUrlPassword, url_password_behind(spot_, end - 1));
        case SignKind::kTelegram:
            return add(Type::kTelegramBotToken, telegram_token_around(spot_, end));
        case SignKind::kSlackWebhook:
            return add(Type::kSlackWebhook, slack_webhook_behind(spot_, end));
        case SignKind::kToken: {
            const TokenShape& shape = token_shapes()[sign.index];
            return add(shape.type, token_at(spot_, end - 1 - shape.prefix.size(), shape));
        }
        case SignKind::kName:
            return named(sign, end);
    }
    return false;
}

bool Search::phone(SignKind kind, std::size_t end) {
    if (!spot_.loose && end <= phones_until_) return false;
    // A longer match of the same pattern may follow.
    if (kind != SignKind::kPlus && is_ascii_digit(spot_.at(end))) return false;
    const std::string_view region = kind == SignKind::kPhoneUs ? "US" : kind == SignKind::kPhoneFr ? "FR" : "GB";
    const auto look = [&](const Spot& spot) {
        return kind == SignKind::kPlus ? international_phone_at(spot, spot.text.rfind('+', end - 1))
                                       : national_phone_before(spot, end, region);
    };
    auto span = look({spot_.text, true});
    if (span && !spot_.loose) {
        if (++phone_checks_ > kMostPhoneChecks) return false;
        span = look(spot_);
        if (span) phones_until_ = span->end;
    }
    return add(Type::kPhoneNumber, span);
}

bool Search::address(SignKind kind, std::size_t end) {
    const auto span = kind == SignKind::kIpv4 ? ipv4_around(spot_, end - 1) : ipv6_around(spot_, end - 1);
    if (!span) return false;
    if (!spot_.loose && kind == SignKind::kIpv4 && !clues_.has(Clue::kAddress)) {
        if (clues_.has(Clue::kVersion)) return false;
        if (is_like_version(spot_.text.substr(span->begin, span->end - span->begin))) return false;
    }
    return add(Type::kIpAddress, span);
}

bool Search::number(Type type, Span span) {
    constexpr std::size_t kOldVisa = 13;  // rare by now, and as long as an EAN or a time in milliseconds
    if (!spot_.loose && type == Type::kPaymentCard && span.end - span.begin == kOldVisa && !clues_.has(Clue::kCard))
        return false;
    if (type == Type::kPaymentCard && clues_.has(Clue::kOtherNumber) && !clues_.has(Clue::kCard)) {
        // Its name says that it is the number of something else; in a text of that name it may be one.
        if (span.begin == 0 && span.end == spot_.text.size()) return false;
    }
    return add(type, span);
}

bool Search::without_signs() {
    const FoundNumber on_number = [this](Type type, Span span) { return number(type, span); };
    if (find_numbers(spot_, on_number)) return true;
    if (find_full_ipv6(spot_, [this](Span span) { return add(Type::kIpAddress, span); })) return true;
    if (spot_.loose) return false;
    if (const auto value = named_value(clues_, spot_.text)) return add(value->type, value->span);
    return false;
}

bool Search::named(const Sign& sign, std::size_t end) const {
    return may_end_a_name(spot_.text, end, name_parts()[sign.index].words) && may_name_a_value(spot_.text, end, raw_);
}

void choose(std::vector<Candidate>& candidates, std::size_t most) {
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        if (rank(a.type) != rank(b.type)) return rank(a.type) < rank(b.type);
        if (a.span.begin != b.span.begin) return a.span.begin < b.span.begin;
        if (a.span.end != b.span.end) return a.span.end > b.span.end;
        return a.type < b.type;
    });
    std::vector<Candidate> chosen;
    for (const Candidate& candidate : candidates) {
        const bool overlaps = std::any_of(chosen.begin(), chosen.end(), [&candidate](const Candidate& other) {
            return candidate.span.begin < other.span.end && other.span.begin < candidate.span.end;
        });
        if (!overlaps) chosen.push_back(candidate);
    }
    std::sort(chosen.begin(), chosen.end(),
              [](const Candidate& a, const Candidate& b) { return a.span.begin < b.span.begin; });
    if (chosen.size() > most) chosen.resize(most);
    candidates.swap(chosen);
}

}  // namespace apiarist::sensitive
