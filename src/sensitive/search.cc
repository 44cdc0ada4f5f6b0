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

// The longest word of a part of a name: the literal to look for.
std::string_view longest_word(std::string_view words) {
    std::string_view longest;
    while (!words.empty()) {
        const std::string_view word = words.substr(0, words.find('_'));
        if (word.size() > longest.size()) longest = word;
        words.remove_prefix(std::min(words.size(), word.size() + 1));
    }
    return longest;
}

// The lower the better, where two candidates overlap: what shows its issuer, what its name says, what has a check
// digit, the rest.
unsigned rank(Type type) {
    switch (type) {
        case Type::kPassword:
        case Type::kUrlPassword:
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
    std::vector<Sign> signs = {
        {SignKind::kIpv6, 0, {"::"}},
        {SignKind::kJwt, 0, {"eyJ"}},
        {SignKind::kJwt, 0, {"eyA"}},
        {SignKind::kJwt, 0, {"ewo"}},
        {SignKind::kJwt, 0, {"ewk"}},
        {SignKind::kPem, 0, {"-----BEGIN"}},
        {SignKind::kUrl, 0, {"://"}},
        {SignKind::kTelegram, 0, {":AA"}},
        {SignKind::kSlackWebhook, 0, {"hooks.slack.com/"}},
    };
    std::size_t index = 0;
    for (const TokenShape& shape : token_shapes())
        signs.push_back({SignKind::kToken, index++, {std::string(shape.prefix)}});
    return signs;
}

std::vector<Sign> signs_of_payloads() {
    std::vector<Sign> signs = signs_of_values();
    std::size_t index = 0;
    for (const NamePart& part : name_parts())
        signs.push_back({SignKind::kName, index++, {std::string(longest_word(part.words)), true}});
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
        case SignKind::kIpv6:
            return add(Type::kIpAddress, ipv6_around(spot_, end - 1));
        case SignKind::kJwt:
            return add(Type::kJwt, jwt_at(spot_, end - 3));
        case SignKind::kPem: {
            if (end <= pem_until_) return false;
            const auto key = private_key_behind(spot_, end);
            if (key) pem_until_ = key->end;
            return add(Type::kPrivateKey, key);
        }
        case SignKind::kUrl:
            return add(Type::kUrlPassword, url_password_behind(spot_, end));
        case SignKind::kTelegram:
            return add(Type::kTelegramBotToken, telegram_token_around(spot_, end));
        case SignKind::kSlackWebhook:
            return add(Type::kSlackWebhook, slack_webhook_behind(spot_, end));
        case SignKind::kToken: {
            const TokenShape& shape = token_shapes()[sign.index];
            return add(shape.type, token_at(spot_, end - shape.prefix.size(), shape));
        }
        case SignKind::kName:
            return named(sign, end);
    }
    return false;
}

bool Search::groups(GroupForm form, std::size_t end) {
    switch (form) {
        case GroupForm::kSsn:
            return add(Type::kUsSsn, ssn_before(spot_, end));
        case GroupForm::kPhoneUs:
            return national_phone("US", end);
        case GroupForm::kPhoneFr:
            return national_phone("FR", end);
        case GroupForm::kPhoneGb:
            return national_phone("GB", end);
        case GroupForm::kIpv4:
            return ipv4(end);
    }
    return false;
}

// `look`: of a Spot, which may be loose; then it is cheap.
template <typename Look>
bool Search::phone(const Look& look) {
    auto span = look({spot_.text, true});
    if (!span) return false;
    if (!spot_.loose) {
        if (++phone_checks_ > kMostPhoneChecks) return false;
        span = look(spot_);
    }
    return add(Type::kPhoneNumber, span);
}

bool Search::emails() {
    for (auto at = spot_.text.find('@'); at != std::string_view::npos; at = spot_.text.find('@', at + 1))
        if (add(Type::kEmail, email_at(spot_, at))) return true;
    return false;
}

bool Search::international_phones() {
    for (auto at = spot_.text.find('+'); at != std::string_view::npos; at = spot_.text.find('+', at + 1)) {
        const char next = spot_.at(at + 1);
        if (!is_ascii_digit(next) && next != '(' && next != ' ') continue;
        if (phone([at](const Spot& spot) { return international_phone_at(spot, at); })) return true;
    }
    return false;
}

bool Search::national_phone(std::string_view region, std::size_t end) {
    return phone([region, end](const Spot& spot) { return national_phone_before(spot, end, region); });
}

bool Search::ipv4(std::size_t end) {
    const auto span = ipv4_around(spot_, end - 1);
    if (!span) return false;
    if (!spot_.loose && !clues_.has(Clue::kAddress)) {
        if (clues_.has(Clue::kVersion)) return false;
        if (is_like_version(spot_.text.substr(span->begin, span->end - span->begin))) return false;
    }
    return add(Type::kIpAddress, span);
}

bool Search::parameters() {
    constexpr std::string_view kEnds = "&;# \t\r\n\"'<>,";
    constexpr std::size_t kLongestValue = 1024;
    const std::string_view text = spot_.text;
    for (auto sign = text.find('='); sign != std::string_view::npos; sign = text.find('=', sign + 1)) {
        std::size_t begin = sign;
        while (begin > 0 && sign - begin <= kLongestName &&
               (is_word(text[begin - 1]) || std::string_view("-.[]").find(text[begin - 1]) != std::string_view::npos))
            --begin;
        if (begin > 0 && std::string_view("?&#;\n").find(text[begin - 1]) == std::string_view::npos &&
            !(text[begin - 1] == ' ' && begin > 1 && text[begin - 2] == ';'))
            continue;
        const Clues clues = clues_of(text.substr(begin, sign - begin));
        if (clues.bits == 0) continue;
        const std::string_view rest = text.substr(sign + 1, kLongestValue);
        const std::string_view value = rest.substr(0, rest.find_first_of(kEnds));
        const auto found = named_value(clues, value);
        if (found && add(found->type, Span{sign + 1 + found->span.begin, sign + 1 + found->span.end})) return true;
    }
    return false;
}

bool Search::number(Type type, Span span) {
    constexpr std::size_t kOldVisa = 13;  // rare by now, and as long as an EAN or a time in milliseconds
    if (!spot_.loose && type == Type::kPaymentCard && span.end - span.begin == kOldVisa && !clues_.has(Clue::kCard))
        return false;
    // Its name says that it is the number of something else; in a text of that name it may be one.
    const bool whole = span.begin == 0 && span.end == spot_.text.size();
    if (whole && clues_.has(Clue::kOtherNumber)) {
        if (type == Type::kPaymentCard && !clues_.has(Clue::kCard)) return false;
        if (type == Type::kVin && !clues_.has(Clue::kVin)) return false;
    }
    return add(type, span);
}

bool Search::without_signs() {
    if (emails() || international_phones()) return true;
    const FoundGroups on_groups = [this](GroupForm form, std::size_t end) { return groups(form, end); };
    if (find_digit_groups(spot_.text, on_groups)) return true;
    const FoundNumber on_number = [this](Type type, Span span) { return number(type, span); };
    if (find_numbers(spot_, on_number)) return true;
    if (find_full_ipv6(spot_, [this](Span span) { return add(Type::kIpAddress, span); })) return true;
    if (spot_.loose) return false;  // names are literals there
    if (parameters()) return true;
    if (const auto value = named_value(clues_, spot_.text)) return add(value->type, value->span);
    return false;
}

bool Search::named(const Sign& sign, std::size_t end) const {
    const NamePart& part = name_parts()[sign.index];
    const std::size_t behind = name_part_around(spot_.text, end, part.words, sign.literal.text);
    return behind != 0 && may_name_a_value(spot_.text, behind, part.clue, raw_);
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
