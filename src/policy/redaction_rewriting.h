// SPDX-License-Identifier: Apache-2.0
#pragma once
// A text with some parts of it replaced, in order. Holds a view of it.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace apiarist::policy {

class Rewriting {
  public:
    explicit Rewriting(std::string_view in) : in_(in) {}

    // What stands for in[begin, end) from now on; not before the end of the part before.
    void replace(std::size_t begin, std::size_t end, std::string_view text) {
        out_ += in_.substr(copied_, begin - copied_);
        out_ += text;
        copied_ = end;
        changed_ = true;
    }
    // Nothing: no part was replaced.
    [[nodiscard]] std::optional<std::string> result() && {
        if (!changed_) return std::nullopt;
        out_ += in_.substr(copied_);
        return std::move(out_);
    }

  private:
    std::string_view in_;
    std::string out_;
    std::size_t copied_ = 0;
    bool changed_ = false;
};

}  // namespace apiarist::policy
