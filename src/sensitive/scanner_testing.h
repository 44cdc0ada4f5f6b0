// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests, the fuzzer and the measurement: one scanner, and findings as text. Tokens in tests are put together of two
// parts, so that the sources do not look like a leak.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sensitive/scanner.h"

namespace apiarist::sensitive::testing {

// With the user's patterns `patterns`; aborts if they are wrong.
class Tool {
  public:
    explicit Tool(const std::vector<CustomPattern>& patterns = {})
        : scanner_(checked(Scanner::compile(patterns))), scratch_(checked(scanner_.make_scratch())) {}

    std::vector<Finding> find(std::string_view name, std::string_view value) {
        std::vector<Finding> findings;
        scanner_.find(scratch_, name, value, findings);
        return findings;
    }
    // "email:jane@shop.example" for each finding.
    std::vector<std::string> shown(std::string_view name, std::string_view value) {
        std::vector<std::string> out;
        for (const Finding& finding : find(name, value))
            out.push_back(scanner_.types()[finding.type].id + ":" +
                          std::string(value.substr(finding.offset, finding.length)));
        return out;
    }
    bool may_hold(std::string_view payload) { return scanner_.may_hold(scratch_, payload); }
    [[nodiscard]] const Scanner& scanner() const { return scanner_; }

  private:
    template <typename T>
    static T checked(Result<T> result) {
        if (!result) {
            std::fprintf(stderr, "%s\n", result.error().what.c_str());
            std::abort();
        }
        return std::move(result).value();
    }
    Scanner scanner_;
    Scratch scratch_;
};

inline Tool& tool() {
    static Tool tool;
    return tool;
}

}  // namespace apiarist::sensitive::testing
