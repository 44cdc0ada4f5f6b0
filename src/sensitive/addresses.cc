// SPDX-License-Identifier: Apache-2.0
#include "sensitive/addresses.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace apiarist::sensitive {
namespace {

constexpr std::size_t kLongestLocalPart = 64;
constexpr std::size_t kLongestDomain = 253;

bool in_local_part(char c) {
    return is_letter_or_digit(c) || std::string_view("._+-'%").find(c) != std::string_view::npos;
}

bool in_domain(char c) {
    return is_letter_or_digit(c) || c == '-' || c == '.';
}

// What follows "@" in names of files and of hosts that no mail comes to.
constexpr std::array<std::string_view, 40> kNotTopLevel = {
    "png", "jpg", "jpeg", "gif",   "svg", "webp",  "avif", "ico",      "css",         "scss",
    "js",  "mjs", "ts",   "tsx",   "jsx", "json",  "xml",  "html",     "htm",         "php",
    "txt", "pdf", "woff", "woff2", "ttf", "map",   "min",  "exe",      "dll",         "jar",
    "tar", "gz",  "yml",  "yaml",  "log", "local", "lan",  "internal", "localdomain", "svc"};

bool is_top_level(std::string_view label) {
    if (label.size() < 2) return false;
    const std::string name = to_lower(label);
    if (name.starts_with("xn--")) return true;
    if (!std::all_of(name.begin(), name.end(), [](char c) { return is_letter_or_digit(c) && !is_ascii_digit(c); }))
        return false;
    return std::find(kNotTopLevel.begin(), kNotTopLevel.end(), name) == kNotTopLevel.end();
}

// "logo@2x.png", "pkg@1.2.beta": not a label of a host that gets mail.
bool is_scale_or_version(std::string_view domain) {
    const std::string_view label = domain.substr(0, domain.find('.'));
    if (label.size() == 2 && is_ascii_digit(label[0]) && label[1] == 'x') return true;
    return std::all_of(label.begin(), label.end(), is_ascii_digit) && label.size() < 3;
}

// "//user:pass" before the "@" of a URL.
bool in_authority(const Spot& spot, std::size_t begin) {
    constexpr std::size_t kLookBack = 96;
    const std::size_t first = begin > kLookBack ? begin - kLookBack : 0;
    for (std::size_t i = begin; i > first; --i) {
        const char c = spot.text[i - 1];
        if (c == '/') return i > 1 && spot.text[i - 2] == '/';
        if (!in_local_part(c) && c != ':') return false;
    }
    return false;
}

bool is_dotted(char c) {
    return is_ascii_digit(c) || c == '.';
}

struct Quad {
    std::array<unsigned, 4> parts{};
};

std::optional<Quad> parse_quad(std::string_view text) {
    Quad quad;
    std::size_t i = 0;
    for (std::size_t part = 0; part < 4; ++part) {
        if (part > 0 && (i >= text.size() || text[i++] != '.')) return std::nullopt;
        const std::size_t first = i;
        unsigned value = 0;
        while (i < text.size() && is_ascii_digit(text[i]) && i - first < 3)
            value = value * 10 + static_cast<unsigned>(text[i++] - '0');
        if (i == first || value > 255 || (text[first] == '0' && i - first > 1)) return std::nullopt;
        quad.parts[part] = value;
    }
    if (i != text.size()) return std::nullopt;
    return quad;
}

// Of nobody: loopback, unspecified, masks, documents, multicast and beyond.
bool is_nobodys(const Quad& quad) {
    const auto& p = quad.parts;
    if (p[0] == 0 || p[0] == 127 || p[0] >= 224) return true;
    if (p[0] == 192 && p[1] == 0 && p[2] == 2) return true;
    if (p[0] == 198 && p[1] == 51 && p[2] == 100) return true;
    return p[0] == 203 && p[1] == 0 && p[2] == 113;
}

// "v1.2.3.4", "version 1.2.3.4", "Chrome/120.0.0.0", but not "//1.2.3.4" or "/hosts/1.2.3.4".
bool stands_like_version(const Spot& spot, std::size_t begin) {
    std::size_t i = begin;
    if (i > 0 && (spot.text[i - 1] == 'v' || spot.text[i - 1] == 'V')) return true;
    if (i > 0 && spot.text[i - 1] == '/') {
        std::size_t word = i - 1;
        while (word > 0 && is_word(spot.text[word - 1]) && i - word < 40)
            --word;
        return word < i - 1 && (word == 0 || spot.text[word - 1] != '/');
    }
    constexpr std::size_t kLookBack = 16;
    const std::size_t first = i > kLookBack ? i - kLookBack : 0;
    std::string before = to_lower(spot.text.substr(first, i - first));
    while (!before.empty() && std::string_view(" :=\"'").find(before.back()) != std::string_view::npos)
        before.pop_back();
    constexpr std::array<std::string_view, 7> kWords = {"version", "release", "build",  "firmware",
                                                        "ver",     "rev",     "section"};
    return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return before.ends_with(word); });
}

bool may_be_in_ipv6(char c) {
    return is_hex(c) || c == ':' || c == '.';
}

// The groups of one side of "::", or all of them. -1: none; an IPv4 address at the end counts as two.
int count_groups(std::string_view side, bool last) {
    if (side.empty()) return 0;
    int groups = 0;
    for (std::size_t i = 0; i <= side.size();) {
        const std::size_t end = std::min(side.find(':', i), side.size());
        const std::string_view group = side.substr(i, end - i);
        if (last && end == side.size() && group.find('.') != std::string_view::npos)
            return parse_quad(group) ? groups + 2 : -1;
        if (group.empty() || group.size() > 4 || !std::all_of(group.begin(), group.end(), is_hex)) return -1;
        ++groups;
        i = end + 1;
    }
    return groups;
}

bool is_ipv6(std::string_view text) {
    const auto gap = text.find("::");
    if (gap == std::string_view::npos) return count_groups(text, true) == 8;
    if (text.find("::", gap + 1) != std::string_view::npos) return false;
    const int left = count_groups(text.substr(0, gap), false);
    const int right = count_groups(text.substr(gap + 2), true);
    if (left < 0 || right < 0 || left + right > 7 || left + right < 2) return false;
    // "a::b" is rather a name of a program.
    return std::any_of(text.begin(), text.end(), is_ascii_digit);
}

bool is_of_documents(std::string_view text) {
    return text.starts_with("2001:db8:") || text.starts_with("2001:DB8:") || text.starts_with("2001:0db8:") ||
           text.starts_with("2001:0DB8:");
}

}  // namespace

std::optional<Span> email_at(const Spot& spot, std::size_t at) {
    const std::string_view text = spot.text;
    Span span{at, at + 1};
    const std::size_t first = at > kLongestLocalPart ? at - kLongestLocalPart : 0;
    while (span.begin > first && in_local_part(text[span.begin - 1]))
        --span.begin;
    const bool too_long = span.begin == first && first > 0 && in_local_part(text[first - 1]);
    if (too_long && !spot.loose) return std::nullopt;
    while (span.begin < at && !is_letter_or_digit(text[span.begin]) && text[span.begin] != '_')
        ++span.begin;
    if (span.begin == at || text[at - 1] == '.') return std::nullopt;

    const std::size_t last = std::min(text.size(), at + 1 + kLongestDomain);
    while (span.end < last && in_domain(text[span.end]))
        ++span.end;
    if (span.end == last && in_domain(spot.at(last)) && last > at + kLongestDomain) return std::nullopt;
    while (span.end > at + 1 && !is_letter_or_digit(text[span.end - 1]))
        --span.end;
    const std::string_view domain = text.substr(at + 1, span.end - at - 1);
    const auto dot = domain.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || !is_letter_or_digit(domain[0])) return std::nullopt;
    if (domain.find("..") != std::string_view::npos || !is_top_level(domain.substr(dot + 1))) return std::nullopt;
    if (is_scale_or_version(domain)) return std::nullopt;
    // "git@host:path", and what stands in a URL before its host.
    if (text.substr(span.begin, at - span.begin) == "git") return std::nullopt;
    if (!spot.loose && in_authority(spot, span.begin)) return std::nullopt;
    return span;
}

std::optional<Span> ipv4_around(const Spot& spot, std::size_t inside) {
    constexpr std::size_t kLongest = 15;
    Span span{inside, inside};
    while (span.begin > 0 && is_dotted(spot.text[span.begin - 1]) && inside - span.begin <= kLongest)
        --span.begin;
    while (span.end < spot.text.size() && is_dotted(spot.text[span.end]) && span.end - span.begin <= kLongest + 1)
        ++span.end;
    if (span.end > span.begin && spot.text[span.end - 1] == '.') --span.end;  // a full stop
    const char before = spot.before(span.begin);
    const char after = spot.at(span.end);
    // "v" is of a version; "ip-10.0.0.1" is one.
    if (is_word(before) || is_letter_or_digit(before) || before == '+') return std::nullopt;
    if (is_word(after) || is_letter_or_digit(after) || after == '-' || after == '+') return std::nullopt;
    const auto quad = parse_quad(spot.text.substr(span.begin, span.end - span.begin));
    if (!quad || is_nobodys(*quad)) return std::nullopt;
    if (!spot.loose && stands_like_version(spot, span.begin)) return std::nullopt;
    return span;
}

bool is_like_version(std::string_view ipv4) {
    const auto quad = parse_quad(ipv4);
    if (!quad) return false;
    const auto& p = quad->parts;
    if (p[0] >= 10 || p[1] >= 20 || p[2] >= 20) return false;
    // Public resolvers.
    const bool same = p[0] == p[1] && p[1] == p[2] && p[2] == p[3];
    return !same && ipv4 != "8.8.4.4" && ipv4 != "1.0.0.1";
}

std::optional<Span> ipv6_around(const Spot& spot, std::size_t inside) {
    constexpr std::size_t kLongest = 45;
    Span span{inside, inside};
    while (span.begin > 0 && may_be_in_ipv6(spot.text[span.begin - 1]) && inside - span.begin <= kLongest)
        --span.begin;
    while (span.end < spot.text.size() && may_be_in_ipv6(spot.text[span.end]) && span.end - span.begin <= kLongest + 1)
        ++span.end;
    while (span.end > span.begin + 1 && spot.text[span.end - 1] == '.')
        --span.end;
    std::string_view text = spot.text.substr(span.begin, span.end - span.begin);
    // A colon of what stands before or behind: "ip:fe80::1", "fe80::1: no route".
    const auto drop_before = [&] {
        ++span.begin;
        text.remove_prefix(1);
    };
    if (text.starts_with(':') && !text.starts_with("::")) drop_before();
    if (text.ends_with(':') && !text.ends_with("::")) {
        --span.end;
        text.remove_suffix(1);
    }
    const char before = spot.before(span.begin);
    const char after = spot.at(span.end);
    if (is_word(before) || is_letter_or_digit(before)) return std::nullopt;
    if (is_word(after) || is_letter_or_digit(after) || after == '-') return std::nullopt;
    if (!is_ipv6(text) || is_of_documents(text)) return std::nullopt;
    return span;
}

std::optional<Span> url_password_behind(const Spot& spot, std::size_t end) {
    constexpr std::size_t kLongest = 256;
    const std::string_view rest = spot.text.substr(end, kLongest);
    const auto colon = rest.find_first_of(":/?#@ \"'<>\\\r\n\t");
    if (colon == std::string_view::npos || rest[colon] != ':') return std::nullopt;
    const auto at = rest.find_first_of("@/?# \"'<>\\\r\n\t", colon + 1);
    if (at == std::string_view::npos || rest[at] != '@' || at == colon + 1) return std::nullopt;
    const std::string_view password = rest.substr(colon + 1, at - colon - 1);
    // Masked, or the name of a variable.
    const bool masked = password.find_first_not_of("*xX.") == std::string_view::npos;
    const bool variable = password.starts_with('$') || password.starts_with('{') || password.starts_with('[');
    if (!spot.loose && (masked || variable)) return std::nullopt;
    return Span{end + colon + 1, end + at};
}

}  // namespace apiarist::sensitive
