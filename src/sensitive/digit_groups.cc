// SPDX-License-Identifier: Apache-2.0
#include "sensitive/digit_groups.h"

#include <algorithm>
#include <array>

#include "sensitive/spot.h"

namespace apiarist::sensitive {
namespace {

constexpr std::size_t kStride = 7;  // "1.1.1.1" is the shortest

constexpr std::array<bool, 256> kInRun = [] {
    std::array<bool, 256> in{};
    for (unsigned c = '0'; c <= '9'; ++c)
        in[c] = true;
    for (const char c : {' ', '.', '-', '(', ')'})
        in[static_cast<unsigned char>(c)] = true;
    return in;
}();

bool in_run(char c) {
    return kInRun[static_cast<unsigned char>(c)];
}

struct Group {
    std::size_t begin = 0;
    std::size_t end = 0;
    [[nodiscard]] std::size_t size() const { return end - begin; }
};

// The last groups, the newest first.
class Groups {
  public:
    explicit Groups(std::string_view text) : text_(text) {}

    void add(Group group) {
        std::copy_backward(last_.begin(), last_.end() - 1, last_.end());
        last_[0] = group;
        count_ = std::min(count_ + 1, last_.size());
    }

    [[nodiscard]] bool ssn() const {
        return count_ >= 3 && size(2) == 3 && size(1) == 2 && size(0) == 4 && between(1) == "-" && between(0) == "-";
    }

    [[nodiscard]] bool phone_us() const {
        if (count_ < 3 || size(2) != 3 || size(1) != 3 || size(0) != 4) return false;
        const std::string_view first = between(1);
        const std::string_view second = between(0);
        return (first == "-" || first == "." || first == ")" || first == ") " || first == ")-") &&
               (second == "-" || second == "." || second == " ");
    }

    [[nodiscard]] bool phone_fr() const {
        if (count_ < 5 || text_[last_[4].begin] != '0') return false;
        for (std::size_t i = 0; i < 5; ++i) {
            if (size(i) != 2) return false;
            if (i < 4 && (between(i).size() != 1 || between(i) == "(" || between(i) == ")")) return false;
        }
        return true;
    }

    [[nodiscard]] bool phone_gb() const {
        if (count_ < 3 || text_[last_[2].begin] != '0' || size(2) < 3 || size(2) > 5) return false;
        if (size(1) < 3 || size(1) > 4 || size(0) < 3 || size(0) > 4) return false;
        return (between(1) == " " || between(1) == ") ") && between(0) == " ";
    }

    [[nodiscard]] bool ipv4() const {
        if (count_ < 4) return false;
        for (std::size_t i = 0; i < 4; ++i)
            if (size(i) > 3 || (i < 3 && between(i) != ".")) return false;
        return true;
    }

  private:
    [[nodiscard]] std::size_t size(std::size_t i) const { return last_[i].size(); }
    // Before group `i`.
    [[nodiscard]] std::string_view between(std::size_t i) const {
        return text_.substr(last_[i + 1].end, last_[i].begin - last_[i + 1].end);
    }

    std::string_view text_;
    std::array<Group, 5> last_{};
    std::size_t count_ = 0;
};

bool find_in_run(std::string_view text, std::size_t begin, std::size_t end, const FoundGroups& found) {
    Groups groups(text);
    for (std::size_t i = begin; i < end;) {
        if (!is_ascii_digit(text[i])) {
            ++i;
            continue;
        }
        Group group{i, i};
        while (group.end < end && is_ascii_digit(text[group.end]))
            ++group.end;
        i = group.end;
        groups.add(group);
        if (groups.ipv4() && found(GroupForm::kIpv4, i)) return true;
        if (groups.ssn() && found(GroupForm::kSsn, i)) return true;
        if (groups.phone_us() && found(GroupForm::kPhoneUs, i)) return true;
        if (groups.phone_fr() && found(GroupForm::kPhoneFr, i)) return true;
        if (groups.phone_gb() && found(GroupForm::kPhoneGb, i)) return true;
    }
    return false;
}

}  // namespace

bool find_digit_groups(std::string_view text, const FoundGroups& found) {
    std::size_t done = 0;  // what was looked at ends here
    for (std::size_t i = kStride - 1; i < text.size(); i += kStride) {
        if (i < done || !may_be_in_run(text, i, kStride, in_run)) continue;
        std::size_t begin = i;
        while (begin > done && in_run(text[begin - 1]))
            --begin;
        std::size_t end = i;
        while (end < text.size() && in_run(text[end]))
            ++end;
        done = end;
        if (end - begin >= kStride && find_in_run(text, begin, end, found)) return true;
    }
    return false;
}

}  // namespace apiarist::sensitive
