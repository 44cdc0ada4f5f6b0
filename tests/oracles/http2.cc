// SPDX-License-Identifier: Apache-2.0
// What the HTTP/2 parsers make of each case on standard input: a letter, the size as four bytes in network order, and
// the bytes. B: a connection begins (no bytes). H: its next header block. F: a frame. For each a line of JSON.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "protocols/hpack.h"
#include "protocols/http2_frame.h"
#include "tests/oracles/questions.h"

namespace {

using namespace apiarist::protocols;

std::string text(const std::optional<std::string>& value) {
    return value ? '"' + apiarist::base64(*value) + '"' : "null";
}

std::string block(HpackDecoder& decoder, std::span<const std::byte> bytes) {
    std::vector<HpackField> fields;
    const HpackOutcome outcome = decoder.decode(bytes, fields);
    std::string out = "{\"fields\":[";
    for (const HpackField& field : fields) {
        if (out.back() != '[') out += ',';
        out += "[" + text(field.name) + "," + text(field.value) + "]";
    }
    return out + "],\"decoded\":" + (outcome == HpackOutcome::kDecoded ? "true" : "false") + "}";
}

std::string frame(std::span<const std::byte> bytes) {
    if (bytes.size() < kFrameHeader) return "null";
    const FrameHeader header = read_frame_header(bytes.first<kFrameHeader>());
    return "{\"length\":" + std::to_string(header.length) + ",\"type\":" + std::to_string(header.type) +
           ",\"flags\":" + std::to_string(header.flags) + ",\"stream\":" + std::to_string(header.stream) +
           ",\"lawful\":" + (is_lawful(header) ? "true" : "false") +
           ",\"likely\":" + (is_likely(header, kUsualFrame) ? "true" : "false") + "}";
}

}  // namespace

int main() {
    std::unique_ptr<HpackDecoder> decoder;
    return apiarist::oracles::answer_all([&decoder](char kind, const std::string& bytes) {
        if (kind == 'B') decoder = std::make_unique<HpackDecoder>(HpackLimits{}, true);
        const auto view = std::as_bytes(std::span(bytes));
        if (kind == 'F') return frame(view);
        return kind == 'H' && decoder ? block(*decoder, view) : std::string("null");
    });
}
