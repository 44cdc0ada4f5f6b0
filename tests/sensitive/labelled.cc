// SPDX-License-Identifier: Apache-2.0
#include "tests/sensitive/labelled.h"

#include <simdjson.h>

#include <fstream>
#include <string_view>

#include "sensitive/escapes.h"

namespace apiarist::sensitive::testing {
namespace {

namespace dom = simdjson::dom;

// The innermost name and the pointer of what is below it.
struct Place {
    std::string at;
    std::string name;
};

std::string pointer_part(std::string_view key) {
    std::string out = "/";
    for (const char c : key)
        out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return out;
}

void add_json(dom::element element, const Place& place, std::vector<LabelledValue>& out) {
    if (element.is_object()) {
        for (const auto field : dom::object(element))
            add_json(field.value, {place.at + pointer_part(field.key), std::string(field.key)}, out);
    } else if (element.is_array()) {
        std::size_t i = 0;
        for (const dom::element item : dom::array(element))
            add_json(item, {place.at + "/" + std::to_string(i++), place.name}, out);
    } else if (element.is_string()) {
        out.push_back({place.at, place.name, std::string(std::string_view(element))});
    } else {
        out.push_back({place.at, place.name, simdjson::minify(element)});
    }
}

std::string form_decoded(std::string_view text) {
    std::string out;
    return decode_form(text, out) ? out : std::string(text);
}

// "a=1&b=2" or "A: 1\r\nB: 2".
void add_pairs(std::string_view body, bool header, std::vector<LabelledValue>& out) {
    const std::string_view between = header ? "\r\n" : "&";
    const std::string_view sign = header ? ": " : "=";
    while (!body.empty()) {
        const std::string_view pair = body.substr(0, body.find(between));
        body.remove_prefix(std::min(body.size(), pair.size() + between.size()));
        const auto at = pair.find(sign);
        if (at == std::string_view::npos) continue;
        std::string name(pair.substr(0, at));
        std::string value(pair.substr(at + sign.size()));
        if (!header) {
            name = form_decoded(name);
            value = form_decoded(value);
        }
        out.push_back({pointer_part(name), name, value});
    }
}

}  // namespace

std::vector<LabelledBody> read_labelled(const std::string& path) {
    std::ifstream file(path);
    std::vector<LabelledBody> out;
    dom::parser parser;
    dom::parser body_parser;
    for (std::string line; std::getline(file, line);) {
        dom::element entry;
        if (parser.parse(line).get(entry) != simdjson::SUCCESS) return {};
        LabelledBody body;
        body.body = std::string(std::string_view(entry["body"]));
        body.kind = std::string(std::string_view(entry["kind"]));
        for (const dom::element label : dom::array(entry["expect"]))
            body.labels.push_back({std::string(std::string_view(label["at"])),
                                   std::string(std::string_view(label["type"])),
                                   std::string(std::string_view(label["text"]))});
        if (body.kind == "json") {
            dom::element json;
            if (body_parser.parse(body.body).get(json) != simdjson::SUCCESS) return {};
            add_json(json, {}, body.values);
        } else if (body.kind == "text") {
            body.values.push_back({"", "", body.body});
        } else {
            add_pairs(body.body, body.kind == "header", body.values);
        }
        out.push_back(std::move(body));
    }
    return out;
}

}  // namespace apiarist::sensitive::testing
