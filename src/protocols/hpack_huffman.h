// SPDX-License-Identifier: Apache-2.0
#pragma once
// The Huffman code of HPACK (RFC 7541 §5.2, Appendix B). Pure; the bytes are hostile.

#include <cstddef>
#include <span>
#include <string>

namespace apiarist::protocols {

// Appends what `coded` stands for. False: it is no such code, or its padding is not that of RFC 7541 §5.2; `out` then
// holds the symbols before.
[[nodiscard]] bool decode_huffman(std::span<const std::byte> coded, std::string& out);

}  // namespace apiarist::protocols
