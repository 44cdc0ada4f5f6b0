// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which requests pass by their headers: a list of rules, all of which must hold. The text is the reference's
// AKTO_MODULE_DISCOVERY_CONFIG:
//   [{"key":{"eq":"x-forwarded-client-cert","ifAbsent":"reject"},"value":{"regex":".*bookinfo.*"}}]
// A name is compared without case; a value passes where the regular expression (RE2) matches a part of it; a header
// that is absent passes unless "ifAbsent" is "reject". Immutable, so any thread may ask.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "protocols/message.h"

namespace re2 {
class RE2;
}

namespace apiarist::policy {

class HeaderRules {
  public:
    // Passes everything.
    HeaderRules();
    ~HeaderRules();
    HeaderRules(HeaderRules&&) noexcept;
    HeaderRules& operator=(HeaderRules&&) noexcept;

    // An error: the text is no such list. A regular expression that is none passes every value, as in the reference; it
    // is named in `complaints`.
    static Result<HeaderRules> parse(std::string_view json, std::vector<std::string>& complaints);

    [[nodiscard]] bool pass(const std::vector<protocols::Header>& headers) const;

  private:
    struct Rule;
    std::vector<Rule> rules_;
};

}  // namespace apiarist::policy
