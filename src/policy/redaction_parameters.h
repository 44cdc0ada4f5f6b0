// SPDX-License-Identifier: Apache-2.0
#pragma once
// Parameters of a field's value: `form-data; name="a"; filename="b"`. Programs read them in more than one way; where it
// matters what a value is called, every reading counts.

#include <string>
#include <string_view>
#include <vector>

namespace apiarist::policy {

enum class Backslash {
    kEscapes,   // RFC 9110 §5.6.4
    kIsItself,  // as in `filename="C:\"`
};

// The values of all that are called `name`, in order.
[[nodiscard]] std::vector<std::string> parameters(std::string_view value, std::string_view name, Backslash backslash);

}  // namespace apiarist::policy
