// SPDX-License-Identifier: Apache-2.0
// Of redaction_finder.h: tokens by the prefix that their issuer gives. The expression has only beginnings of fixed
// length: one that may go on to the end of a run would, for each short match beside it, cost a look at all that
// follows. Where a token ends is looked up behind its beginning.
#include <algorithm>
#include <array>
#include <string>

#include "policy/redaction_finder.h"

namespace apiarist::policy {
namespace {

constexpr std::string_view kBase64 = "_-+/=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kWord = "_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kSlug = "-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kWordOrDash = "_-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kAlnum = kSlug.substr(1);
constexpr std::string_view kPlainBase64 = kBase64.substr(2);
constexpr std::string_view kNothing = "";

struct Issuer {
    std::string_view begin;  // tells it from those below it
    std::string_view head;   // an expression for as much as there must be
    std::string_view more;   // what may follow
    Found kind = Found::kToken;
};

// GitHub, GitLab, Slack, Stripe, Google, npm, SendGrid, Hugging Face, DigitalOcean, Amazon, and what begins with "sk-".
// A JWT begins with the base64 of "{" and a quotation mark, perhaps with white space between.
constexpr std::array kIssuers = {
    Issuer{"e", "(?:eyJ|eyA|ewogI)[A-Za-z0-9_-]{12}", kWordOrDash, Found::kJwt},
    Issuer{"AIza", "AIza[A-Za-z0-9_-]{35}", kNothing},
    Issuer{"A", R"(\b(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AIPA|ANPA|ANVA|AROA)[A-Z0-9]{16}\b)", kNothing, Found::kAwsKey},
    Issuer{"gh", "gh[pousr]_[A-Za-z0-9]{16}", kAlnum},
    Issuer{"github_pat_", "github_pat_[A-Za-z0-9_]{16}", kWord},
    Issuer{"glpat-", "glpat-[A-Za-z0-9_-]{16}", kWordOrDash},
    Issuer{"xox", R"(\bxox[a-z]-[A-Za-z0-9-]{12})", kSlug},
    Issuer{"xapp-", R"(\bxapp-[A-Za-z0-9-]{12})", kSlug},
    Issuer{"sk_", R"(\bsk_(?:live|test)_[A-Za-z0-9]{10})", kAlnum},
    Issuer{"pk_", R"(\bpk_(?:live|test)_[A-Za-z0-9]{10})", kAlnum},
    Issuer{"rk_", R"(\brk_(?:live|test)_[A-Za-z0-9]{10})", kAlnum},
    Issuer{"sk-", R"(\bsk-[A-Za-z0-9_-]{16})", kWordOrDash},
    Issuer{"whsec_", R"(\bwhsec_[A-Za-z0-9+/=]{16})", kPlainBase64},
    Issuer{"ya29.", R"(\bya29\.[A-Za-z0-9_-]{16})", kWordOrDash},
    Issuer{"npm_", R"(\bnpm_[A-Za-z0-9]{24})", kAlnum},
    Issuer{"SG.", R"(\bSG\.[A-Za-z0-9_-]{16})", kWordOrDash},
    Issuer{"hf_", R"(\bhf_[A-Za-z0-9]{24})", kAlnum},
    Issuer{"do", R"(\bdo[opr]_v1_[0-9a-f]{32})", "0123456789abcdef"},
};

// `head` is a match of the expression of all.
const Issuer& issuer_of(std::string_view head) {
    const auto* found = std::find_if(kIssuers.begin(), kIssuers.end(),
                                     [head](const Issuer& issuer) { return head.starts_with(issuer.begin); });
    return *found;
}

std::size_t end_of_run(std::string_view text, std::size_t begin, std::string_view characters) {
    return std::min(text.find_first_not_of(characters, begin), text.size());
}

// "." and what follows it, one to four times. `end` itself: none.
std::size_t end_of_jwt(std::string_view text, std::size_t end) {
    for (int parts = 0; parts < 4 && end < text.size() && text[end] == '.'; ++parts)
        end = end_of_run(text, end + 1, kWordOrDash);
    return end;
}

// The same for the second half of SendGrid's.
std::size_t end_of_second_half(std::string_view text, std::size_t end) {
    constexpr std::size_t kShortest = 16;
    if (end == text.size() || text[end] != '.') return end;
    const std::size_t last = end_of_run(text, end + 1, kWordOrDash);
    return last - end > kShortest ? last : end;
}

}  // namespace

std::string ValueFinder::heads_of_tokens() {
    std::string out;
    for (const Issuer& issuer : kIssuers) {
        if (!out.empty()) out += '|';
        out += issuer.head;
    }
    return out;
}

void ValueFinder::find_prefixed(const Gap& gap, Spans& out) const {
    const std::string_view text = gap.text.substr(0, gap.end);
    std::size_t begin = gap.begin;
    std::size_t no_jwt_before = begin;  // the run that ends here has no "." behind it
    while (auto span = next_match(prefixed_, gap.text, begin, gap.end)) {
        begin = span->begin + 1;
        const Issuer& issuer = issuer_of(text.substr(span->begin));
        const bool jwt = issuer.kind == Found::kJwt;
        if (jwt && span->begin < no_jwt_before) continue;
        span->end = end_of_run(text, span->end, issuer.more);
        if (jwt || issuer.begin == "SG.") {
            const std::size_t end = jwt ? end_of_jwt(text, span->end) : end_of_second_half(text, span->end);
            if (jwt && end == span->end) no_jwt_before = end;
            if (end == span->end) continue;
            span->end = end;
        }
        span->kind = issuer.kind;
        out.push_back(*span);
        begin = span->end;
    }
}

}  // namespace apiarist::policy
