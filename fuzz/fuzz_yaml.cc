// SPDX-License-Identifier: Apache-2.0
// YAML of whoever uploads a document. Checked: no crash; what comes out is an error that names its line, or JSON that
// is read without complaint and is within the bounds, and which, where it is YAML, comes out once more as itself.
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api/yaml.h"
#include "api/yaml_tree.h"
#include "base/json.h"

namespace {

using apiarist::api::json_of_yaml;
using apiarist::api::YamlTree;

void check(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

std::size_t depth_of(const simdjson::dom::element& value) {
    std::size_t most = 0;
    if (value.is_array()) {
        for (const simdjson::dom::element item : simdjson::dom::array(value))
            most = std::max(most, depth_of(item));
    } else if (value.is_object()) {
        for (const auto& [name, member] : simdjson::dom::object(value))
            most = std::max(most, depth_of(member));
    } else {
        return 0;
    }
    return most + 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static simdjson::dom::parser parser;
    const auto json = json_of_yaml({reinterpret_cast<const char*>(data), size});
    if (!json) {
        check(json.error().what.starts_with("line "), "an error names its line");
        check(apiarist::is_utf8(json.error().what), "an error is text");
        return 0;
    }
    check(json->size() <= apiarist::api::kYamlJsonBytes, "the JSON is within its bound");
    simdjson::dom::element root;
    check(parser.parse(*json).get(root) == simdjson::SUCCESS, "the JSON is read");
    check(depth_of(root) <= YamlTree::kDepth, "the depth is within its bound");
    // YAML takes a key of 1024 characters on one line, and not all that a string of JSON may have.
    const auto is_printable = [](char c) { return c >= ' ' && c <= '~'; };
    if (json->size() > 1000 || !std::all_of(json->begin(), json->end(), is_printable)) return 0;
    const auto again = json_of_yaml(*json);
    check(again.has_value() && *again == *json, "JSON comes out as itself");
    return 0;
}
