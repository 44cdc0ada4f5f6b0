// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_xml.h"

#include <algorithm>
#include <array>
#include <vector>

#include "policy/redaction_escapes.h"
#include "policy/redaction_json.h"
#include "policy/redaction_rewriting.h"
#include "protocols/message.h"

namespace apiarist::policy {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

struct Attribute {
    std::string_view name;
    std::size_t begin = 0;  // of its value, without quotation marks
    std::size_t end = 0;
};

struct Tag {
    std::string_view name;
    std::vector<Attribute> attributes;
    std::size_t end = 0;
    bool closing = false;  // "</a>"
    bool empty = false;    // "<a/>"
};

// "<input name='password' value='…'>", "<field name='password'>…</field>".
bool names_its_element(std::string_view attribute) {
    constexpr std::array<std::string_view, 5> kNaming = {"name", "id", "key", "type", "property"};
    return std::any_of(kNaming.begin(), kNaming.end(),
                       [attribute](std::string_view name) { return protocols::same_name(name, attribute); });
}

bool holds_a_value(std::string_view attribute) {
    return protocols::same_name(attribute, "value") || protocols::same_name(attribute, "content");
}

class XmlRewriter {
  public:
    XmlRewriter(ValueRedactor& values, std::string_view in, Nesting nesting)
        : values_(values), in_(in), nesting_(nesting), out_(in) {}

    std::optional<std::string> run() {
        while (at_ < in_.size()) {
            if (in_[at_] != '<') {
                const std::size_t end = std::min(in_.find('<', at_), in_.size());
                text(at_, end, true);
                at_ = end;
            } else {
                markup();
            }
        }
        return std::move(out_).result();
    }

  private:
    void markup() {
        const std::string_view rest = in_.substr(at_);
        if (rest.starts_with("<!--")) return verbatim(4, "-->");
        if (rest.starts_with("<![CDATA[")) return verbatim(9, "]]>");
        if (rest.starts_with("<?")) return verbatim(2, "?>");
        if (rest.starts_with("<!")) return verbatim(2, ">");
        const Tag tag = read_tag();
        if (tag.name.empty()) {  // "a < b"
            text(at_, at_ + 1, true);
            ++at_;
            return;
        }
        at_ = tag.end;
        const bool secret = is_secret(tag);
        attributes(tag, secret);
        follow(tag, secret);
    }

    // What has no entities in it.
    void verbatim(std::size_t opening, std::string_view closing) {
        const std::size_t begin = at_ + opening;
        const std::size_t end = std::min(in_.find(closing, std::min(begin, in_.size())), in_.size());
        if (begin < end) text(begin, end, false);
        at_ = std::min(end + closing.size(), in_.size());
    }

    Tag read_tag() {
        Tag tag;
        std::size_t i = at_ + 1;
        if (i < in_.size() && in_[i] == '/') {
            tag.closing = true;
            ++i;
        }
        const std::size_t name_end = std::min(in_.find_first_of(" \t\r\n/><", i), in_.size());
        const char first = i < in_.size() ? in_[i] : ' ';
        const bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '_' ||
                            static_cast<unsigned char>(first) > 127;
        const std::string_view name = in_.substr(i, name_end - i);
        if (!letter || !is_name(name)) return tag;
        tag.name = name;
        i = name_end;
        while (i < in_.size() && in_[i] != '>' && in_[i] != '<')
            i = read_attribute(i, tag);
        tag.empty = i > 0 && in_[i - 1] == '/';
        tag.end = i < in_.size() && in_[i] == '>' ? i + 1 : i;
        return tag;
    }

    // Not "<alice@example.com>", not "<https://…>".
    static bool is_name(std::string_view text) {
        return !text.ends_with(':') && std::all_of(text.begin(), text.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                   c == '.' || c == ':' || static_cast<unsigned char>(c) > 127;
        });
    }

    // The one at or behind `i`; where it ends.
    std::size_t read_attribute(std::size_t i, Tag& tag) {
        if (kSpace.find(in_[i]) != std::string_view::npos || in_[i] == '/' || in_[i] == '=') return i + 1;
        const std::size_t name_end = std::min(in_.find_first_of(" \t\r\n=/><", i), in_.size());
        Attribute attribute{in_.substr(i, name_end - i), name_end, name_end};
        std::size_t next = std::min(in_.find_first_not_of(kSpace, name_end), in_.size());
        if (next < in_.size() && in_[next] == '=') {
            next = std::min(in_.find_first_not_of(kSpace, next + 1), in_.size());
            const bool quoted = next < in_.size() && (in_[next] == '"' || in_[next] == '\'');
            attribute.begin = next + (quoted ? 1 : 0);
            attribute.end =
                std::min(quoted ? in_.find(in_[next], next + 1) : in_.find_first_of(" \t\r\n>", next), in_.size());
            next = std::min(attribute.end + (quoted ? 1 : 0), in_.size());
        } else {
            next = name_end;
        }
        tag.attributes.push_back(attribute);
        return next;
    }

    bool is_secret(const Tag& tag) const {
        if (values_.sensitive(tag.name)) return true;
        return std::any_of(tag.attributes.begin(), tag.attributes.end(), [this](const Attribute& attribute) {
            return names_its_element(attribute.name) &&
                   values_.sensitive(in_.substr(attribute.begin, attribute.end - attribute.begin));
        });
    }

    void attributes(const Tag& tag, bool secret) {
        const bool below_secret = !secret_element_.empty();
        for (const Attribute& attribute : tag.attributes) {
            attribute_name(attribute);
            const bool unfinished = attribute.end == in_.size();
            const bool hidden = unfinished || values_.sensitive(attribute.name) || below_secret ||
                                (secret && holds_a_value(attribute.name));
            const std::string raw(in_.substr(attribute.begin, attribute.end - attribute.begin));
            const std::string decoded = xml_decoded(raw);
            if (hidden) {
                replace_if_new(attribute.begin, attribute.end, decoded, values_.named_secret(attribute.name, decoded));
            } else if (const auto redacted = values_.value(decoded, nesting_.whole())) {
                out_.replace(attribute.begin, attribute.end, raw == decoded ? *redacted : xml_encoded(*redacted));
            }
        }
    }

    void attribute_name(const Attribute& attribute) {
        const auto begin = static_cast<std::size_t>(attribute.name.data() - in_.data());
        const std::size_t end = begin + attribute.name.size();
        if (end == in_.size() && nesting_.cut) {
            replace_if_new(begin, end, std::string(attribute.name), values_.secret(attribute.name));
        } else if (const auto redacted = values_.text(attribute.name, nesting_.whole())) {
            out_.replace(begin, end, *redacted);
        }
    }

    // Everything up to the end of a secret element is secret.
    void follow(const Tag& tag, bool secret) {
        if (!secret_element_.empty()) {
            if (protocols::same_name(tag.name, secret_element_) && !tag.empty) tag.closing ? --open_ : ++open_;
            if (open_ == 0) secret_element_ = {};
        } else if (secret && !tag.closing && !tag.empty && !is_void(tag.name)) {
            secret_element_ = tag.name;
            open_ = 1;
        }
        if (!tag.closing && !tag.empty) raw_text(tag);
    }

    // HTML's elements that never hold anything.
    static bool is_void(std::string_view name) {
        constexpr std::array<std::string_view, 6> kVoid = {"input", "meta", "link", "img", "br", "param"};
        return std::any_of(kVoid.begin(), kVoid.end(),
                           [name](std::string_view one) { return protocols::same_name(one, name); });
    }

    // A script is no markup, up to its end.
    void raw_text(const Tag& tag) {
        if (!protocols::same_name(tag.name, "script") && !protocols::same_name(tag.name, "style")) return;
        std::size_t end = at_;
        while ((end = std::min(in_.find("</", end), in_.size())) < in_.size() &&
               !protocols::same_name(in_.substr(end + 2, tag.name.size()), tag.name))
            ++end;
        text(at_, end, false);
        at_ = end;
    }

    // With white space around it left as it is.
    void text(std::size_t begin, std::size_t end, bool entities) {
        const std::size_t first = std::min(in_.find_first_not_of(kSpace, begin), end);
        if (first == end) return;
        const bool cut = end == in_.size() && nesting_.cut;
        const std::size_t last = cut ? end : in_.find_last_not_of(kSpace, end - 1) + 1;
        const std::string raw(in_.substr(first, last - first));
        const std::string decoded = entities ? xml_decoded(raw) : raw;
        if (!secret_element_.empty())
            return replace_if_new(first, last, decoded, values_.named_secret(secret_element_, decoded));
        const Nesting nesting{nesting_.depth + 1, cut};
        const bool json = looks_like_json(decoded);
        const auto redacted = json ? values_.value(decoded, nesting) : values_.text(decoded, nesting);
        if (redacted) out_.replace(first, last, raw == decoded ? *redacted : xml_encoded(*redacted));
    }

    void replace_if_new(std::size_t begin, std::size_t end, const std::string& old, const std::string& text) {
        if (text != old) out_.replace(begin, end, xml_encoded(text));
    }

    ValueRedactor& values_;
    const std::string_view in_;
    const Nesting nesting_;
    Rewriting out_;
    std::string_view secret_element_;  // everything is secret until it ends
    std::size_t open_ = 0;             // of its name, one inside of another
    std::size_t at_ = 0;
};

}  // namespace

bool looks_like_xml(std::string_view text) {
    const auto begin = text.find_first_not_of(kSpace);
    if (begin == std::string_view::npos || text.size() < begin + 3 || text[begin] != '<') return false;
    const char c = text[begin + 1];
    const bool markup = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '?' || c == '!';
    return markup && text.find('>', begin) != std::string_view::npos;
}

std::optional<std::string> redact_xml(ValueRedactor& values, std::string_view xml, Nesting nesting) {
    return XmlRewriter(values, xml, nesting).run();
}

}  // namespace apiarist::policy
