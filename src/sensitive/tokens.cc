// SPDX-License-Identifier: Apache-2.0
#include "sensitive/tokens.h"

#include <algorithm>
#include <array>
#include <string>

namespace apiarist::sensitive {
namespace {

using enum Alphabet;

constexpr std::array kShapes = {
    TokenShape{Type::kAwsAccessKeyId, "AKIA", kUpper, 16, 16},
    TokenShape{Type::kAwsAccessKeyId, "ASIA", kUpper, 16, 16},
    TokenShape{Type::kAwsAccessKeyId, "ABIA", kUpper, 16, 16},
    TokenShape{Type::kAwsAccessKeyId, "ACCA", kUpper, 16, 16},
    TokenShape{Type::kGithubToken, "ghp_", kAlnum, 36, 251},
    TokenShape{Type::kGithubToken, "gho_", kAlnum, 36, 251},
    TokenShape{Type::kGithubToken, "ghu_", kAlnum, 36, 251},
    TokenShape{Type::kGithubToken, "ghs_", kAlnum, 36, 251},
    TokenShape{Type::kGithubToken, "ghr_", kAlnum, 36, 251},
    TokenShape{Type::kGithubToken, "github_pat_", kWord, 50, 244},
    TokenShape{Type::kGitlabToken, "glpat-", kWordDash, 20, 300},
    TokenShape{Type::kGitlabToken, "glptt-", kWordDash, 20, 300},
    TokenShape{Type::kGitlabToken, "gldt-", kWordDash, 20, 300},
    TokenShape{Type::kGitlabToken, "glrt-", kWordDash, 20, 300},
    TokenShape{Type::kGitlabToken, "glcbt-", kWordDash, 20, 300},
    TokenShape{Type::kGitlabToken, "gloas-", kWordDash, 20, 300},
    TokenShape{Type::kSlackToken, "xoxb-", kSlug, 20, 250},
    TokenShape{Type::kSlackToken, "xoxp-", kSlug, 20, 250},
    TokenShape{Type::kSlackToken, "xoxa-", kSlug, 20, 250},
    TokenShape{Type::kSlackToken, "xoxe-", kSlug, 20, 250},
    TokenShape{Type::kSlackToken, "xoxr-", kSlug, 20, 250},
    TokenShape{Type::kSlackToken, "xoxs-", kSlug, 20, 250},
    TokenShape{Type::kSlackToken, "xapp-", kSlug, 20, 250},
    TokenShape{Type::kStripeKey, "sk_live_", kAlnum, 16, 250},
    TokenShape{Type::kStripeKey, "sk_test_", kAlnum, 16, 250},
    TokenShape{Type::kStripeKey, "rk_live_", kAlnum, 16, 250},
    TokenShape{Type::kStripeKey, "rk_test_", kAlnum, 16, 250},
    TokenShape{Type::kStripeKey, "pk_live_", kAlnum, 16, 250},
    TokenShape{Type::kStripeKey, "pk_test_", kAlnum, 16, 250},
    TokenShape{Type::kStripeKey, "whsec_", kBase64, 24, 100},
    TokenShape{Type::kGoogleApiKey, "AIza", kWordDash, 35, 35},
    TokenShape{Type::kGoogleOauthToken, "ya29.", kWordDash, 20, 2048},
    TokenShape{Type::kGoogleOauthToken, "GOCSPX-", kWordDash, 28, 28},
    TokenShape{Type::kOpenaiKey, "sk-proj-", kWordDash, 40, 250},
    TokenShape{Type::kOpenaiKey, "sk-svcacct-", kWordDash, 40, 250},
    TokenShape{Type::kOpenaiKey, "sk-admin-", kWordDash, 40, 250},
    TokenShape{Type::kOpenaiKey, "sk-", kAlnum, 48, 48},
    TokenShape{Type::kAnthropicKey, "sk-ant-", kWordDash, 40, 200},
    TokenShape{Type::kTwilioSid, "SK", kHex, 32, 32},
    TokenShape{Type::kTwilioSid, "AC", kHex, 32, 32},
    TokenShape{Type::kNpmToken, "npm_", kAlnum, 36, 36},
    TokenShape{Type::kPypiToken, "pypi-AgE", kWordDash, 50, 1000},
    TokenShape{Type::kDigitaloceanToken, "dop_v1_", kHex, 64, 64},
    TokenShape{Type::kDigitaloceanToken, "doo_v1_", kHex, 64, 64},
    TokenShape{Type::kDigitaloceanToken, "dor_v1_", kHex, 64, 64},
    TokenShape{Type::kShopifyToken, "shpat_", kHex, 32, 32},
    TokenShape{Type::kShopifyToken, "shpca_", kHex, 32, 32},
    TokenShape{Type::kShopifyToken, "shppa_", kHex, 32, 32},
    TokenShape{Type::kShopifyToken, "shpss_", kHex, 32, 32},
    TokenShape{Type::kHuggingfaceToken, "hf_", kAlnum, 34, 40},
    TokenShape{Type::kSquareToken, "sq0atp-", kWordDash, 22, 22},
    TokenShape{Type::kSquareToken, "sq0csp-", kWordDash, 43, 43},
    TokenShape{Type::kMailgunKey, "key-", kHex, 32, 32},
    TokenShape{Type::kDockerToken, "dckr_pat_", kWordDash, 27, 64},
    TokenShape{Type::kGrafanaToken, "glsa_", kWord, 41, 41},
    TokenShape{Type::kGrafanaToken, "glc_eyJ", kBase64, 32, 400},
    TokenShape{Type::kVaultToken, "hvs.", kWordDash, 24, 300},
    TokenShape{Type::kVaultToken, "hvb.", kWordDash, 24, 300},
    TokenShape{Type::kLinearKey, "lin_api_", kAlnum, 40, 40},
    TokenShape{Type::kNewRelicKey, "NRAK-", kUpper, 27, 27},
    TokenShape{Type::kPostmanKey, "PMAK-", kSlug, 59, 59},
    TokenShape{Type::kPulumiToken, "pul-", kHex, 40, 40},
    TokenShape{Type::kRubygemsKey, "rubygems_", kHex, 48, 48},
    TokenShape{Type::kSentryToken, "sntrys_eyJ", kBase64, 40, 400},
    TokenShape{Type::kTailscaleKey, "tskey-", kSlug, 20, 100},
    TokenShape{Type::kAtlassianToken, "ATATT3", kBase64, 100, 300},
    TokenShape{Type::kDatabricksToken, "dapi", kHex, 32, 34},
    TokenShape{Type::kDopplerToken, "dp.pt.", kAlnum, 40, 44},
    TokenShape{Type::kGroqKey, "gsk_", kAlnum, 52, 52},
    TokenShape{Type::kFigmaToken, "figd_", kWordDash, 40, 64},
    // Checked by its own shape: two halves with a dot between.
    TokenShape{Type::kSendgridKey, "SG.", kWordDash, 22, 22},
};

constexpr std::size_t kSendgridRest = 43;

bool in_alphabet(Alphabet alphabet, char c) {
    switch (alphabet) {
        case kHex:
            return is_ascii_digit(c) || (c >= 'a' && c <= 'f');
        case kUpper:
            return is_ascii_digit(c) || is_ascii_upper(c);
        case kAlnum:
            return is_ascii_alphanumeric(c);
        case kWord:
            return is_word(c);
        case kSlug:
            return is_ascii_alphanumeric(c) || c == '-';
        case kWordDash:
            return is_word(c) || c == '-';
        case kBase64:
            return is_word(c) || c == '-' || c == '+' || c == '/' || c == '=';
    }
    return false;
}

std::size_t end_of(const Spot& spot, std::size_t begin, Alphabet alphabet, std::size_t longest) {
    std::size_t end = begin;
    while (end < spot.text.size() && end - begin <= longest && in_alphabet(alphabet, spot.text[end]))
        ++end;
    return end;
}

// "sk-your-api-key-goes-here-xxxxxxxx": nobody issued a token without a digit, or of one character again and again.
bool looks_issued(std::string_view rest) {
    bool digit = false;
    std::size_t longest_same = 0;
    std::size_t same = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        digit = digit || is_ascii_digit(rest[i]);
        same = i > 0 && rest[i] == rest[i - 1] ? same + 1 : 1;
        longest_same = std::max(longest_same, same);
    }
    return digit && longest_same < 7;
}

bool in_base64url(char c) {
    return is_word(c) || c == '-';
}

// Of characters of that alphabet alone.
std::string decode_base64url(std::string_view text) {
    std::string out;
    unsigned bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        unsigned value = 0;
        if (is_ascii_upper(c)) {
            value = static_cast<unsigned>(c - 'A');
        } else if (is_ascii_lower(c)) {
            value = static_cast<unsigned>(c - 'a') + 26;
        } else if (is_ascii_digit(c)) {
            value = static_cast<unsigned>(c - '0') + 52;
        } else {
            value = c == '-' ? 62 : 63;
        }
        bits = (bits << 6 | value) & 0xffffff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>(bits >> count & 0xff);
        }
    }
    return out;
}

// An object that has "alg" with a string; not more of JSON than that.
bool is_jose_header(std::string_view json) {
    constexpr std::string_view kBlanks = " \t\r\n";
    const std::string_view object = trimmed(json, kBlanks);
    if (object.size() < 2 || object.front() != '{' || object.back() != '}') return false;
    const auto name = object.find("\"alg\"");
    if (name == std::string_view::npos) return false;
    const auto colon = object.find_first_not_of(kBlanks, name + 5);
    if (colon == std::string_view::npos || object[colon] != ':') return false;
    const auto value = object.find_first_not_of(kBlanks, colon + 1);
    return value != std::string_view::npos && object[value] == '"';
}

}  // namespace

std::span<const TokenShape> token_shapes() {
    return kShapes;
}

std::optional<Span> token_at(const Spot& spot, std::size_t begin, const TokenShape& shape) {
    const char before = spot.before(begin);
    if (is_ascii_alphanumeric(before) || before == '_' || before == '-') return std::nullopt;
    const std::size_t rest = begin + shape.prefix.size();
    std::size_t end = end_of(spot, rest, shape.alphabet, shape.longest);
    const std::size_t size = end - rest;
    if (size < shape.shortest || size > shape.longest) return std::nullopt;
    if (is_ascii_alphanumeric(spot.at(end))) return std::nullopt;
    if (!looks_issued(spot.text.substr(rest, size))) return std::nullopt;
    if (shape.type == Type::kSendgridKey) {
        if (spot.at(end) != '.') return std::nullopt;
        const std::size_t second = end + 1;
        end = end_of(spot, second, shape.alphabet, kSendgridRest);
        if (end - second != kSendgridRest) return std::nullopt;
    }
    return Span{begin, end};
}

std::optional<Span> jwt_at(const Spot& spot, std::size_t begin) {
    constexpr std::size_t kLongestHeader = 2048;
    if (in_base64url(spot.before(begin))) return std::nullopt;
    const std::string_view text = spot.text;
    std::array<Span, 5> parts{};
    std::size_t count = 0;
    std::size_t i = begin;
    while (count < parts.size()) {
        Span part{i, i};
        while (part.end < text.size() && in_base64url(text[part.end]))
            ++part.end;
        if (count == 0 && (part.end - part.begin > kLongestHeader || spot.at(part.end) != '.')) return std::nullopt;
        if (part.empty() && count != 2 && count != 1) break;
        parts[count++] = part;
        if (spot.at(part.end) != '.') break;
        i = part.end + 1;
    }
    if (count < 3) return std::nullopt;
    if (count == 4) count = 3;  // a full stop and a word behind it
    const std::string header = decode_base64url(text.substr(begin, parts[0].end - begin));
    if (!is_jose_header(header)) return std::nullopt;
    // Without a payload or a signature it is only the beginning of one, except where "alg" is "none".
    const bool unsigned_one = header.find("\"none\"") != std::string::npos;
    if (count == 3 && (parts[1].empty() || (parts[2].empty() && !unsigned_one))) return std::nullopt;
    return Span{begin, parts[count - 1].end};
}

bool is_cut_jwt(std::string_view text) {
    const std::string_view header =
        text.substr(0, text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"));
    if (!header.starts_with("eyJ")) return false;
    const std::string json = decode_base64url(header);
    return json.find("\"alg\"") != std::string::npos || json.find("\"typ\"") != std::string::npos;
}

std::optional<Span> private_key_behind(const Spot& spot, std::size_t end) {
    constexpr std::string_view kBegin = "-----BEGIN";
    constexpr std::size_t kLongestLabel = 40;
    constexpr std::size_t kLongestBlock = 32768;
    const std::size_t begin = end - kBegin.size();
    const std::string_view label = spot.text.substr(end, kLongestLabel);
    const auto dashes = label.find("-----");
    if (dashes == std::string_view::npos) return std::nullopt;
    // What a payload may say as an escape is not of one length everywhere; RFC 7468 §3 would let a label hold some of
    // it.
    const auto in_label = [](char c) {
        return static_cast<unsigned char>(c) >= ' ' && std::string_view("\"\\%+&").find(c) == std::string_view::npos;
    };
    if (!std::all_of(label.begin(), label.begin() + dashes, in_label)) return std::nullopt;
    if (label.substr(0, dashes).find("PRIVATE KEY") == std::string_view::npos) return std::nullopt;
    const std::size_t body = end + dashes + 5;
    const std::string_view block = spot.text.substr(body, kLongestBlock);
    const auto close = block.find("-----END ");
    if (close == std::string_view::npos) return Span{begin, body + block.size()};
    const auto last = block.find("-----", close + 9);
    return Span{begin, last == std::string_view::npos ? body + close : body + last + 5};
}

std::optional<Span> telegram_token_around(const Spot& spot, std::size_t end) {
    constexpr std::size_t kRest = 33;
    std::size_t begin = end - 3;  // of ":AA"
    const std::size_t colon = begin;
    while (begin > 0 && is_ascii_digit(spot.text[begin - 1]) && colon - begin <= 10)
        --begin;
    if (colon - begin < 8 || colon - begin > 10) return std::nullopt;
    // "/bot12345678:AA…/sendMessage" is how it stands in URLs.
    const bool bot = begin >= 3 && spot.text.substr(begin - 3, 3) == "bot";
    if (!bot && is_word(spot.before(begin))) return std::nullopt;
    const std::size_t last = end_of(spot, end, kWordDash, kRest);
    if (last - end != kRest) return std::nullopt;
    return Span{begin, last};
}

std::optional<Span> slack_webhook_behind(const Spot& spot, std::size_t end) {
    constexpr std::string_view kHost = "hooks.slack.com/";
    constexpr std::size_t kLongest = 120;
    constexpr std::size_t kSecret = 24;
    const std::size_t begin = end - kHost.size();
    if (is_word(spot.before(begin)) || spot.before(begin) == '-' || spot.before(begin) == '.') return std::nullopt;
    const std::string_view rest = spot.text.substr(end, kLongest);
    if (!rest.starts_with("services/T") && !rest.starts_with("workflows/T")) return std::nullopt;
    std::size_t i = 0;
    std::size_t slashes = 0;
    std::size_t part = 0;
    while (i < rest.size() && (is_word(rest[i]) || rest[i] == '/')) {
        if (rest[i++] != '/') continue;
        ++slashes;
        part = i;
    }
    if (slashes < 3 || i - part < kSecret || !looks_issued(rest.substr(part, i - part))) return std::nullopt;
    return Span{begin, end + i};
}

}  // namespace apiarist::sensitive
