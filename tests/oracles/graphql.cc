// SPDX-License-Identifier: Apache-2.0
// What the GraphQL parser makes of each case on standard input: a letter (N: the text begins with the name of the
// operation that is to run, and a line feed; else there is none), the size as four bytes in network order, and the
// text. For each a line of JSON: null, or the operation.
#include <array>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>

#include "base/json.h"
#include "protocols/graphql.h"

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
    std::array<char, 5> head{};
    while (std::cin.read(head.data(), head.size())) {
        std::uint32_t size = 0;
        for (std::size_t i = 1; i < head.size(); ++i)
            size = size << 8 | static_cast<unsigned char>(head[i]);
        std::string bytes(size, '\0');
        if (!std::cin.read(bytes.data(), size)) return 1;
        const std::size_t line = head[0] == 'N' ? bytes.find('\n') : 0;
        const std::string_view text = bytes;
        std::cout << outcome(text.substr(head[0] == 'N' ? line + 1 : 0), text.substr(0, line)) << std::endl;
    }
    return 0;
}
