// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_target.h"

#include <algorithm>

#include "policy/redaction_escapes.h"
#include "policy/redaction_rewriting.h"

namespace apiarist::policy {
namespace {

class TargetRewriter {
  public:
    TargetRewriter(ValueRedactor& values, std::string_view in, Nesting nesting)
        : values_(values), in_(in), nesting_(nesting), out_(in) {}

    std::optional<std::string> target() {
        const std::size_t path = authority();
        const std::size_t query = std::min(in_.find_first_of("?#", path), in_.size());
        segments(path, query);
        const std::size_t fragment = std::min(in_.find('#', query), in_.size());
        if (query < fragment) pairs(query + 1, fragment, '&');
        if (fragment < in_.size()) fragment_of(fragment + 1);
        return std::move(out_).result();
    }

    std::optional<std::string> form() {
        pairs(0, in_.size(), '&');
        return std::move(out_).result();
    }

  private:
    [[nodiscard]] bool is_cut(std::size_t end) const { return nesting_.cut && end == in_.size(); }

    // `end`: none. Not further, or many short parts would cost a look at all that follows for each.
    [[nodiscard]] std::size_t find(char c, std::size_t begin, std::size_t end) const {
        return std::min(in_.substr(0, end).find(c, begin), end);
    }

    // User and password; where the path begins.
    std::size_t authority() {
        const std::size_t scheme = in_.find("://");
        const bool absolute = scheme != std::string_view::npos && in_.find_first_of("/?#") == scheme + 1;
        if (!absolute && !in_.starts_with("//")) return 0;
        const std::size_t begin = absolute ? scheme + 3 : 2;
        const std::size_t end = std::min(in_.find_first_of("/?#", begin), in_.size());
        const std::size_t at = in_.substr(0, end).rfind('@');
        if (at != std::string_view::npos && at >= begin) {
            const std::size_t colon = std::min(in_.find(':', begin), at);
            secret(begin, colon, UrlPart::kPath);
            if (colon < at) secret(colon + 1, at, UrlPart::kPath);
        }
        return end;
    }

    void secret(std::size_t begin, std::size_t end, UrlPart part) {
        const std::string decoded = percent_decoded(in_.substr(begin, end - begin), part);
        if (const std::string mark = values_.secret(decoded); mark != decoded) out_.replace(begin, end, mark);
    }

    void plain(std::size_t begin, std::size_t end, UrlPart part) {
        if (begin == end) return;
        if (is_cut(end)) return secret(begin, end, part);
        const std::string decoded = percent_decoded(in_.substr(begin, end - begin), part);
        if (const auto redacted = values_.value(decoded, nesting_.whole()))
            out_.replace(begin, end, percent_encoded(*redacted, part));
    }

    // Each with its parameters: "orders;jsessionid=1".
    void segments(std::size_t begin, std::size_t end) {
        while (begin < end) {
            const std::size_t next = find('/', begin, end);
            const std::size_t name = find(';', begin, next);
            plain(begin, name, UrlPart::kPath);
            if (name < next) pairs(name + 1, next, ';');
            begin = next + 1;
        }
    }

    void pairs(std::size_t begin, std::size_t end, char separator) {
        while (begin < end) {
            const std::size_t next = find(separator, begin, end);
            pair(begin, next);
            begin = next + 1;
        }
    }

    void pair(std::size_t begin, std::size_t end) {
        const std::size_t sign = find('=', begin, end);
        if (sign == end) return plain(begin, end, UrlPart::kQuery);
        const std::string name = percent_decoded(in_.substr(begin, sign - begin), UrlPart::kQuery);
        if (const auto redacted = values_.text(name, nesting_.whole()))
            out_.replace(begin, sign, percent_encoded(*redacted, UrlPart::kQuery));
        if (!values_.sensitive(name)) return plain(sign + 1, end, UrlPart::kQuery);
        const std::string value = percent_decoded(in_.substr(sign + 1, end - sign - 1), UrlPart::kQuery);
        if (const std::string mark = values_.named_secret(name, value); mark != value)
            out_.replace(sign + 1, end, percent_encoded(mark, UrlPart::kQuery));
    }

    // Of an application: "#access_token=…", "#/orders?page=1".
    void fragment_of(std::size_t begin) {
        const std::size_t query = std::min(in_.find('?', begin), in_.size());
        if (in_.substr(begin, 1) == "/") {
            segments(begin, query);
            if (query < in_.size()) pairs(query + 1, in_.size(), '&');
        } else {
            pairs(begin, in_.size(), '&');
        }
    }

    ValueRedactor& values_;
    const std::string_view in_;
    const Nesting nesting_;
    Rewriting out_;
};

}  // namespace

std::optional<std::string> redact_target(ValueRedactor& values, std::string_view target, Nesting nesting) {
    return TargetRewriter(values, target, nesting).target();
}

std::optional<std::string> redact_form(ValueRedactor& values, std::string_view form, Nesting nesting) {
    return TargetRewriter(values, form, nesting).form();
}

bool looks_like_form(std::string_view text) {
    const auto sign = text.find('=');
    const auto next = text.find('&');
    return sign != std::string_view::npos && sign > 0 && next != std::string_view::npos && next > sign &&
           text.find_first_of(" \t\r\n\"<>{}\\;,") == std::string_view::npos;
}

}  // namespace apiarist::policy
