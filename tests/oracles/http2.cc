// SPDX-License-Identifier: Apache-2.0
// What the HTTP/2 parsers make of each case on standard input: a letter, the size as four bytes in network order, and
// the bytes. B: a connection begins (no bytes). H: its next header block. F: a frame. For each a line of JSON.
#include <array>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "protocols/hpack.h"
#include "protocols/http2_frame.h"

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
    std::array<char, 5> head{};
    std::unique_ptr<HpackDecoder> decoder;
    while (std::cin.read(head.data(), head.size())) {
        std::uint32_t size = 0;
        for (std::size_t i = 1; i < head.size(); ++i)
            size = size << 8 | static_cast<unsigned char>(head[i]);
        std::string bytes(size, '\0');
        if (!std::cin.read(bytes.data(), size)) return 1;
        if (head[0] == 'B') decoder = std::make_unique<HpackDecoder>(HpackLimits{}, true);
        const auto view = std::as_bytes(std::span(bytes));
        std::cout << (head[0] == 'F'              ? frame(view)
                      : head[0] == 'H' && decoder ? block(*decoder, view)
                                                  : std::string("null"))
                  << std::endl;
    }
    return 0;
}
