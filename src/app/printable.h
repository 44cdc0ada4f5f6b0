// SPDX-License-Identifier: Apache-2.0
#pragma once
// Names of files and processes are anybody's: nothing in them may move a terminal's cursor.

#include <string>
#include <string_view>

namespace apiarist::app {

// Without control characters, those of UTF-8's second block too, and of UTF-8 only what is well-formed.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace apiarist::app
