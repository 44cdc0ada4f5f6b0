// SPDX-License-Identifier: Apache-2.0
#pragma once
// Text as both databases take it: valid UTF-8 without NUL.

#include <string>
#include <string_view>

namespace apiarist::store {

// `text` itself where it is that already; else mended, in `kept`.
[[nodiscard]] std::string_view stored_text(std::string_view text, std::string& kept);

}  // namespace apiarist::store
