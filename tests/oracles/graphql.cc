// SPDX-License-Identifier: Apache-2.0
// What the GraphQL parser makes of each case on standard input: a letter (N: the text begins with the name of the
// operation that is to run, and a line feed; else there is none), the size as four bytes in network order, and the
// text. For each a line of JSON: null, or the operation.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"
#include "protocols/graphql.h"
#include "tests/oracles/questions.h"

namespace {

using namespace apiarist::protocols;

std::string outcome(std::string_view document, std::string_view name) {
    const auto parsed = read_graphql(document, name);
    if (!parsed) return "null";
    if (!parsed->chosen) return "{\"chosen\":null}";
    std::string out = "{\"chosen\":[\"" + std::string(to_string(parsed->chosen->kind)) + "\",";
    apiarist::append_json_string(out, parsed->chosen->name);
    for (const std::string& field : parsed->chosen->fields) {
        out += ',';
        apiarist::append_json_string(out, field);
    }
    return out + "]}";
}

}  // namespace

int main() {
    return apiarist::oracles::answer_all([](char kind, std::string_view text) {
        const std::size_t line = kind == 'N' ? text.find('\n') : 0;
        return outcome(text.substr(kind == 'N' ? line + 1 : 0), text.substr(0, line));
    });
}
