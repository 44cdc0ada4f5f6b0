// SPDX-License-Identifier: Apache-2.0
#include "inventory/sensitive_places.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "inventory/segment.h"

namespace apiarist::inventory {
namespace {

constexpr std::size_t kMostValues = 5000;   // of a message
constexpr std::size_t kMostPlaces = 64;     // of a message
constexpr std::size_t kLongestPlace = 200;  // bytes; one that is longer ends there

bool is_name_of_a_field(std::string_view name) {
    if (name.empty() || name.size() > 100) return false;
    // Nearly all; the others are looked at closer.
    if (name.size() < 20 &&
        std::all_of(name.begin(), name.end(), [](char c) { return is_ascii_letter(c) || c == '_'; }))
        return true;
    const Shape shape = shape_of(name);
    return shape == Shape::kWord || shape == Shape::kToken || shape == Shape::kText || shape == Shape::kLocale;
}

}  // namespace

Result<SensitivePlaces> SensitivePlaces::make(const sensitive::Scanner& scanner) {
    auto scratch = scanner.make_scratch();
    if (!scratch) return std::move(scratch).error();
    return SensitivePlaces(scanner, std::move(*scratch));
}

void SensitivePlaces::look_at_value(std::string_view name, std::string_view value, std::string_view place,
                                    std::vector<std::string>& found) {
    scanner_->find(scratch_, name, value, findings_);
    for (const sensitive::Finding& finding : findings_) {
        const sensitive::TypeInfo& type = scanner_->types()[finding.type];
        if (type.where == sensitive::Where::kResponses && !response_) continue;
        std::string text = type.id + " " + std::string(place.substr(0, kLongestPlace));
        if (found.size() < kMostPlaces && std::find(found.begin(), found.end(), text) == found.end())
            found.push_back(std::move(text));
    }
}

void SensitivePlaces::look_at_json(const simdjson::dom::element& root, std::vector<std::string>& found) {
    looked_ = 0;
    std::string place = "body ";
    look(root, {}, place, found);
}

void SensitivePlaces::look(const simdjson::dom::element& value, std::string_view name, std::string& place,
                           std::vector<std::string>& found) {
    if (looked_ >= kMostValues) return;
    const std::size_t length = place.size();
    switch (value.type()) {
        case simdjson::dom::element_type::OBJECT: {
            const simdjson::dom::object fields = value.get_object().value_unsafe();
            for (const auto [key, field] : fields) {
                place += '/';
                place += is_name_of_a_field(key) ? key : std::string_view("{*}");
                look(field, key, place, found);
                place.resize(length);
            }
            return;
        }
        case simdjson::dom::element_type::ARRAY: {
            const simdjson::dom::array items = value.get_array().value_unsafe();
            place += "/[]";
            for (const simdjson::dom::element item : items)
                look(item, name, place, found);
            place.resize(length);
            return;
        }
        case simdjson::dom::element_type::STRING:
            ++looked_;
            look_at_value(name, value.get_string().value_unsafe(), place, found);
            return;
        case simdjson::dom::element_type::INT64:
            ++looked_;
            look_at_value(name, std::to_string(value.get_int64().value_unsafe()), place, found);
            return;
        case simdjson::dom::element_type::UINT64:
            ++looked_;
            look_at_value(name, std::to_string(value.get_uint64().value_unsafe()), place, found);
            return;
        case simdjson::dom::element_type::DOUBLE:
        case simdjson::dom::element_type::BOOL:
        case simdjson::dom::element_type::NULL_VALUE:
            return;
    }
}

}  // namespace apiarist::inventory
