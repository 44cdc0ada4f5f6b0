// SPDX-License-Identifier: Apache-2.0
#pragma once
// Names below which every value is secret: of header fields, JSON members, form fields, query parameters, cookies, XML
// elements and attributes. Compared without case, "-" and "_"; the table is in redaction_names.cc. One per worker:
// RE2 locks its state.

#include <re2/re2.h>

#include <string>
#include <string_view>

namespace apiarist::policy {

class SensitiveNames {
  public:
    SensitiveNames();
    [[nodiscard]] bool contains(std::string_view name) const;

  private:
    re2::RE2 secret_;
    re2::RE2 harmless_;
};

// "userPIN", "user[pin]", "user-pin": "user_pin".
[[nodiscard]] std::string words_of(std::string_view name);

// "Proxy-Authorization": what stands below it may be a scheme and a secret.
[[nodiscard]] bool holds_credentials(std::string_view name);

// Of "Bearer abc" the length of "Bearer "; 0 without a scheme that is known.
[[nodiscard]] std::size_t scheme_length(std::string_view credentials);

}  // namespace apiarist::policy
