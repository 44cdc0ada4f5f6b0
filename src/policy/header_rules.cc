// SPDX-License-Identifier: Apache-2.0
#include "policy/header_rules.h"

#include <fmt/format.h>
#include <re2/re2.h>
#include <simdjson.h>

#include <algorithm>
#include <utility>

namespace apiarist::policy {

struct HeaderRules::Rule {
    std::string name;
    bool needed = false;
    std::unique_ptr<re2::RE2> value;  // null: every value
};

namespace {

std::string text_or(simdjson::simdjson_result<simdjson::dom::element> element, std::string_view otherwise) {
    std::string_view text;
    if (element.get_string().get(text) != simdjson::SUCCESS) text = otherwise;
    return std::string(text);
}

}  // namespace

HeaderRules::HeaderRules() = default;
HeaderRules::~HeaderRules() = default;
HeaderRules::HeaderRules(HeaderRules&&) noexcept = default;
HeaderRules& HeaderRules::operator=(HeaderRules&&) noexcept = default;

Result<HeaderRules> HeaderRules::parse(std::string_view json, std::vector<std::string>& complaints) {
    const auto wrong = [](std::string_view what) {
        return Error{std::errc::invalid_argument, fmt::format("not a list of header rules: {}", what)};
    };
    simdjson::dom::parser parser;
    simdjson::dom::array list;
    if (const auto error = parser.parse(json.data(), json.size()).get_array().get(list); error != simdjson::SUCCESS)
        return wrong(simdjson::error_message(error));
    HeaderRules rules;
    for (const simdjson::dom::element element : list) {
        Rule rule;
        rule.name = text_or(element["key"]["eq"], "");
        if (rule.name.empty()) {
            complaints.emplace_back("header rule without key.eq: left out");
            continue;
        }
        rule.needed = protocols::same_name("reject", text_or(element["key"]["ifAbsent"], "accept"));
        const std::string pattern = text_or(element["value"]["regex"], ".*");
        rule.value = std::make_unique<re2::RE2>(pattern, re2::RE2::Quiet);
        if (!rule.value->ok()) {
            complaints.push_back(
                fmt::format("header rule {}: \"{}\" is no regular expression ({}) and passes every value", rule.name,
                            pattern, rule.value->error()));
            rule.value.reset();
        }
        rules.rules_.push_back(std::move(rule));
    }
    return rules;
}

bool HeaderRules::pass(const std::vector<protocols::Header>& headers) const {
    return std::all_of(rules_.begin(), rules_.end(), [&headers](const Rule& rule) {
        bool present = false;
        for (const protocols::Header& header : headers) {
            if (!protocols::same_name(rule.name, header.name)) continue;
            present = true;
            if (!rule.value || re2::RE2::PartialMatch(header.value, *rule.value)) return true;
        }
        return !present && !rule.needed;
    });
}

}  // namespace apiarist::policy
