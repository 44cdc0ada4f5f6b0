// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_json_pairs.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "policy/redaction_escapes.h"
#include "policy/redaction_json_scanner.h"
#include "protocols/message.h"

namespace apiarist::policy {
namespace {

// "type" is of a credential, "path" of JSON Patch (RFC 6902). Not "id": it is rather one than a name.
bool names_a_value(std::string_view name) {
    constexpr std::array<std::string_view, 6> kNaming = {"name", "key", "type", "property", "field", "path"};
    return std::any_of(kNaming.begin(), kNaming.end(),
                       [name](std::string_view one) { return protocols::same_name(one, name); });
}

class PairFinder {
  public:
    PairFinder(const ValueRedactor& values, std::string_view in) : values_(values), in_(in) {}

    std::vector<JsonPair> run() {
        JsonScanner scanner(in_);
        while (const auto part = scanner.next())
            take(*part);
        return std::move(pairs_);
    }

  private:
    static constexpr std::size_t kArray = std::numeric_limits<std::size_t>::max();

    void take(const JsonPart& part) {
        switch (part.kind) {
            case JsonPart::Kind::kOpen: {
                const bool object = in_[part.begin] == '{';
                open_.push_back(object ? pairs_.size() : kArray);
                if (object) pairs_.push_back(JsonPair::kNone);
                break;
            }
            case JsonPart::Kind::kClose:
                if (!open_.empty()) open_.pop_back();
                break;
            case JsonPart::Kind::kName:
                naming_ = !open_.empty() && open_.back() != kArray && names_a_value(decoded(part));
                return;
            case JsonPart::Kind::kString:
            case JsonPart::Kind::kWord:
                if (naming_) name(decoded(part));
                break;
            case JsonPart::Kind::kComma:
                break;
            case JsonPart::Kind::kColon:
            case JsonPart::Kind::kComment:
                return;
        }
        naming_ = false;
    }

    [[nodiscard]] std::string decoded(const JsonPart& part) const {
        return json_decoded(in_.substr(part.begin, part.end - part.begin));
    }

    void name(const std::string& text) {
        if (!values_.sensitive(text)) return;
        JsonPair& pair = pairs_[open_.back()];
        const bool credentials = holds_credentials(text) && pair != JsonPair::kSecret;
        pair = credentials ? JsonPair::kCredentials : JsonPair::kSecret;
    }

    const ValueRedactor& values_;
    const std::string_view in_;
    std::vector<JsonPair> pairs_;
    std::vector<std::size_t> open_;  // for each open bracket the number of its object
    bool naming_ = false;            // the value that follows is a name
};

}  // namespace

std::vector<JsonPair> json_pairs(const ValueRedactor& values, std::string_view json) {
    return PairFinder(values, json).run();
}

bool holds_value_of_pair(std::string_view name) {
    return protocols::same_name(name, "value") || protocols::same_name(name, "content");
}

}  // namespace apiarist::policy
