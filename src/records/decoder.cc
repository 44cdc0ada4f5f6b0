// SPDX-License-Identifier: Apache-2.0
#include "records/decoder.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace apiarist::records {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

constexpr std::size_t kMostDepth = 16;

Error invalid(std::string what) {
    return {std::errc::invalid_argument, std::move(what)};
}

template <typename Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// The format has numbers as strings; other writers write them as what they are.
template <typename Number>
std::optional<Number> number(const element& value) {
    if (std::string_view text; value.get_string().get(text) == simdjson::SUCCESS) return number<Number>(text);
    if (std::int64_t whole = 0; value.get_int64().get(whole) == simdjson::SUCCESS) {
        if (!std::in_range<Number>(whole)) return std::nullopt;
        return static_cast<Number>(whole);
    }
    return std::nullopt;
}

struct TextKey {
    std::string_view key;
    std::string_view Record::*member;
};

// By the length of their keys.
constexpr std::array kTexts = {
    TextKey{"tls", &Record::tls},
    TextKey{"path", &Record::target},
    TextKey{"type", &Record::type},
    TextKey{"method", &Record::method},
    TextKey{"events", &Record::events},
    TextKey{"capture", &Record::capture},
    TextKey{"grpc_method", &Record::grpc_method},
    TextKey{"process_name", &Record::process_name},
    TextKey{"daemonset_id", &Record::collector},
    TextKey{"grpc_service", &Record::grpc_service},
    TextKey{"requestPayload", &Record::request_payload},
    TextKey{"operation_type", &Record::operation_type},
    TextKey{"operation_name", &Record::operation_name},
    TextKey{"responsePayload", &Record::response_payload},
    TextKey{"operation_fields", &Record::operation_fields},
    TextKey{"operation_protocol", &Record::operation_protocol},
};
static_assert(std::is_sorted(kTexts.begin(), kTexts.end(),
                             [](const TextKey& a, const TextKey& b) { return a.key.size() < b.key.size(); }));
constexpr std::size_t kLongestKey = kTexts.back().key.size();

// Where those of each length begin.
constexpr auto kTextsFrom = [] {
    std::array<std::uint8_t, kLongestKey + 2> from{};
    for (std::size_t length = 0; length < from.size(); ++length)
        while (from[length] < kTexts.size() && kTexts[from[length]].key.size() < length)
            ++from[length];
    return from;
}();

const TextKey* find_text(std::string_view key) {
    if (key.size() > kLongestKey) return nullptr;
    for (std::size_t i = kTextsFrom[key.size()]; i < kTextsFrom[key.size() + 1]; ++i)
        if (kTexts[i].key == key) return &kTexts[i];
    return nullptr;
}

}  // namespace

Address split_address(std::string_view text) {
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return {text, {}};
        const std::string_view rest = text.substr(end + 1);
        return {text.substr(1, end - 1), rest.starts_with(':') ? rest.substr(1) : std::string_view()};
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) return {text, {}};
    return {text.substr(0, colon), text.substr(colon + 1)};
}

std::optional<std::string_view> find_header(const Headers& headers, std::string_view lower_name) {
    const auto same = [lower_name](const Header& header) {
        return header.name.size() == lower_name.size() &&
               std::equal(header.name.begin(), header.name.end(), lower_name.begin(),
                          [](char a, char b) { return (is_ascii_upper(a) ? a + ('a' - 'A') : a) == b; });
    };
    const auto found = std::find_if(headers.begin(), headers.end(), same);
    if (found == headers.end()) return std::nullopt;
    return found->value;
}

Decoder::Decoder() = default;

Result<element> Decoder::Parser::parse(std::string_view json) {
    padded.reserve(json.size() + simdjson::SIMDJSON_PADDING);
    padded.assign(json);
    if (parser.max_depth() != kMostDepth || parser.capacity() < json.size()) {
        const std::size_t room = std::max<std::size_t>(json.size(), 4096);
        if (parser.allocate(room, kMostDepth) != simdjson::SUCCESS) return invalid("no memory to parse it");
    }
    element root;
    const auto error = parser.parse(padded.data(), padded.size(), false).get(root);
    if (error != simdjson::SUCCESS) return invalid(simdjson::error_message(error));
    return root;
}

Status Decoder::read_headers(Parser& parser, const element& value, Headers& headers) {
    element parsed = value;
    if (std::string_view text; value.get_string().get(text) == simdjson::SUCCESS) {
        if (text.empty()) return Done{};
        auto inner = parser.parse(text);
        if (!inner) return std::move(inner).error();
        parsed = *inner;
    }
    if (parsed.is_null()) return Done{};
    object fields;
    if (parsed.get_object().get(fields) != simdjson::SUCCESS) return invalid("headers are no object");
    for (const auto [name, field] : fields) {
        if (headers.size() == kMostHeaders) break;
        std::string_view text;
        if (field.get_string().get(text) == simdjson::SUCCESS) headers.push_back({name, text});
        // A value that is no string is none that a message can have.
    }
    return Done{};
}

Status Decoder::read(const object& fields) {
    std::uint32_t seen = 0;
    bool has_request_headers = false;
    bool has_response_headers = false;
    for (const auto [key, value] : fields) {
        if (const TextKey* text = find_text(key); text != nullptr) {
            const auto bit = 1u << static_cast<unsigned>(text - kTexts.data());
            if (std::string_view content; (seen & bit) == 0 && value.get_string().get(content) == simdjson::SUCCESS) {
                record_.*text->member = content;
                seen |= bit;
            }
        } else if (key == "requestHeaders" && !std::exchange(has_request_headers, true)) {
            if (auto done = read_headers(request_headers_, value, record_.request_headers); !done)
                return std::move(done).error().context("requestHeaders");
        } else if (key == "responseHeaders" && !std::exchange(has_response_headers, true)) {
            if (auto done = read_headers(response_headers_, value, record_.response_headers); !done)
                return std::move(done).error().context("responseHeaders");
        } else if (key == "ip" || key == "destIp") {
            std::string_view content;
            if (value.get_string().get(content) != simdjson::SUCCESS) continue;
            (key == "ip" ? record_.client : record_.server) = split_address(content);
        } else if (key == "statusCode") {
            const auto status = number<std::uint16_t>(value);
            // Empty: no response was seen.
            if (status && *status >= 100 && *status <= 999) record_.status = *status;
        } else if (key == "time") {
            record_.time_s = std::max<std::int64_t>(0, number<std::int64_t>(value).value_or(0));
        } else if (key == "latency_us") {
            const auto latency = number<std::uint64_t>(value);
            if (latency && *latency > 0) record_.latency_us = *latency;
        } else if (key == "direction") {
            if (number<int>(value) == 2) record_.direction = Direction::kClient;
        }
    }
    return check();
}

Status Decoder::check() const {
    if (record_.method.empty()) return invalid("no method");
    if (record_.target.empty()) return invalid("no path");
    return Done{};
}

Result<const Record*> Decoder::decode(std::string_view json) {
    Headers request_headers = std::move(record_.request_headers);
    Headers response_headers = std::move(record_.response_headers);
    record_ = {};
    request_headers.clear();
    response_headers.clear();
    record_.request_headers = std::move(request_headers);
    record_.response_headers = std::move(response_headers);
    if (json.size() > kLargestRecord) return invalid("larger than a record may be");
    auto root = outer_.parse(json);
    if (!root) return std::move(root).error();
    object fields;
    if (root->get_object().get(fields) != simdjson::SUCCESS) return invalid("no object");
    if (fields.at_key("testConnectionString").error() == simdjson::SUCCESS)
        return Error{std::errc::operation_canceled, "a collector's first word"};
    if (auto done = read(fields); !done) return std::move(done).error();
    return &record_;
}

}  // namespace apiarist::records
