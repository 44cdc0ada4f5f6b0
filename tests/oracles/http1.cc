// SPDX-License-Identifier: Apache-2.0
// What the HTTP/1 parser makes of each case on standard input: a letter (Q: requests, R: responses to GET, H: to HEAD),
// the size as four bytes in network order, and the bytes, which are all that one direction of a connection carries.
// For each a line of JSON: its whole messages, all texts as base64, and how it ended.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "protocols/http1.h"
#include "tests/oracles/questions.h"

namespace {

using namespace apiarist::protocols;

void add(std::string& out, const char* name, const std::string& text) {
    out += std::string("\"") + name + "\":\"" + apiarist::base64(text) + "\",";
}

void add(std::string& out, const char* name, const std::vector<Header>& fields) {
    out += std::string("\"") + name + "\":[";
    for (const Header& field : fields) {
        if (out.back() != '[') out += ',';
        out += "[\"" + apiarist::base64(field.name) + "\",\"" + apiarist::base64(field.value) + "\"]";
    }
    out += "],";
}

std::string message_json(const Message& message) {
    std::string out = "{";
    add(out, "method", message.method);
    add(out, "target", message.target);
    add(out, "reason", message.reason);
    add(out, "headers", message.headers);
    add(out, "trailers", message.trailers);
    add(out, "body", message.body);
    out += "\"whole\":" + std::string(message.body_truncated || message.gap ? "false" : "true");
    return out + ",\"status\":" + std::to_string(message.status) + "}";
}

std::string outcome(char kind, std::span<const std::byte> bytes) {
    Http1Parser parser(kind == 'Q' ? MessageKind::kRequest : MessageKind::kResponse, Http1Limits{}, true);
    if (kind == 'H') parser.expect("HEAD");
    std::vector<Item> items;
    parser.feed(bytes, 1, true, items);
    const bool lost = parser.lost();
    parser.on_end(true, 2, items);
    std::string out = "{\"messages\":[";
    for (const Item& item : items) {
        if (item.kind != ItemKind::kMessage) continue;
        if (out.back() != '[') out += ',';
        out += message_json(item.message);
    }
    return out + "],\"lost\":" + (lost ? "true" : "false") + ",\"tunnel\":" + (parser.tunnels() ? "true" : "false") +
           "}";
}

}  // namespace

int main() {
    return apiarist::oracles::answer_all(
        [](char kind, const std::string& bytes) { return outcome(kind, std::as_bytes(std::span(bytes))); });
}
