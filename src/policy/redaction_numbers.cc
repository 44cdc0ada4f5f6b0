// SPDX-License-Identifier: Apache-2.0
// numbers_in() of redaction_shapes.h.
#include <cstdint>
#include <string>

#include "policy/redaction_shapes.h"

namespace apiarist::policy {
namespace {

// Digits without a separator between them.
struct Group {
    std::size_t begin = 0;
    std::size_t end = 0;
    [[nodiscard]] std::size_t size() const { return end - begin; }
};

class NumberRun {
  public:
    explicit NumberRun(std::string_view run) : run_(run) {
        for (std::size_t i = 0; i < run.size();) {
            Group group{i, i};
            while (group.end < run.size() && run[group.end] >= '0' && run[group.end] <= '9')
                ++group.end;
            if (group.size() > 0) groups_.push_back(group);
            i = group.end + (group.size() == 0 ? 1 : 0);
        }
    }

    std::vector<NumberSpan> find() {
        std::vector<NumberSpan> found;
        for (std::size_t i = 0; i < groups_.size();) {
            std::size_t groups = 0;
            NumberSpan span;
            if (card(i, groups, span) || ssn(i, groups, span) || phone(i, groups, span)) {
                found.push_back(span);
                i += groups;
            } else {
                ++i;
            }
        }
        return found;
    }

  private:
    // Between group `i` and the next.
    [[nodiscard]] std::string_view separator(std::size_t i) const {
        return i + 1 < groups_.size() ? run_.substr(groups_[i].end, groups_[i + 1].begin - groups_[i].end)
                                      : std::string_view{};
    }
    [[nodiscard]] bool sizes(std::size_t i, std::initializer_list<std::size_t> wanted) const {
        for (const std::size_t size : wanted)
            if (i >= groups_.size() || groups_[i++].size() != size) return false;
        return true;
    }
    [[nodiscard]] std::uint32_t value(std::size_t i) const {
        std::uint32_t number = 0;
        for (std::size_t k = groups_[i].begin; k < groups_[i].end; ++k)
            number = number * 10 + static_cast<std::uint32_t>(run_[k] - '0');
        return number;
    }
    NumberSpan span(std::size_t begin, std::size_t last_group, NumberKind kind) const {
        return {begin, groups_[last_group].end, kind};
    }

    // The longest that ends with a group.
    bool card(std::size_t i, std::size_t& groups, NumberSpan& found) const {
        if (i > 0 && separator(i - 1) == ".") return false;  // what stands behind a decimal point
        std::string digits;
        for (std::size_t k = i; k < groups_.size(); ++k) {
            if (digits.size() + groups_[k].size() > 19) break;
            digits += run_.substr(groups_[k].begin, groups_[k].size());
            if (is_card(digits)) {
                found = span(groups_[i].begin, k, NumberKind::kCard);
                groups = k - i + 1;
            }
            const std::string_view gap = separator(k);
            if (gap != " " && gap != "-") break;
        }
        return groups > 0;
    }

    bool ssn(std::size_t i, std::size_t& groups, NumberSpan& found) const {
        if (!sizes(i, {3, 2, 4})) return false;
        const std::string_view gap = separator(i);
        if ((gap != "-" && gap != " ") || separator(i + 1) != gap || separator(i + 2) == gap) return false;
        if (i > 0 && separator(i - 1) == gap) return false;
        const std::uint32_t area = value(i);
        if (area == 0 || area == 666 || area >= 900 || value(i + 1) == 0 || value(i + 2) == 0) return false;
        found = span(groups_[i].begin, i + 2, NumberKind::kSsn);
        groups = 3;
        return true;
    }

    bool phone(std::size_t i, std::size_t& groups, NumberSpan& found) const {
        return i == 0 && run_.starts_with('+') ? international(groups, found) : american(i, groups, found);
    }

    // ITU-T E.164: at most 15 digits; fewer than 8 are rather something else.
    bool international(std::size_t& groups, NumberSpan& found) const {
        std::size_t digits = 0;
        while (groups < groups_.size() && digits + groups_[groups].size() <= 15)
            digits += groups_[groups++].size();
        if (digits >= 8) found = span(0, groups - 1, NumberKind::kPhone);
        if (digits < 8) groups = 0;
        return groups > 0;
    }

    bool american(std::size_t i, std::size_t& groups, NumberSpan& found) const {
        if (!sizes(i, {3, 3, 4}) || run_[groups_[i].begin] < '2' || run_[groups_[i + 1].begin] < '2') return false;
        const std::string_view first = separator(i);
        if (separator(i + 1) != "-" || separator(i + 2) == "-") return false;
        std::size_t begin = groups_[i].begin;
        const bool bracket = begin > 0 && run_[begin - 1] == '(' && (first == ") " || first == ")");
        if (!bracket && (first != "-" || (i > 0 && separator(i - 1) == "-"))) return false;
        if (bracket) --begin;
        found = span(begin, i + 2, NumberKind::kPhone);
        groups = 3;
        return true;
    }

    std::string_view run_;
    std::vector<Group> groups_;
};

}  // namespace

std::vector<NumberSpan> numbers_in(std::string_view run) {
    return NumberRun(run).find();
}

}  // namespace apiarist::policy
