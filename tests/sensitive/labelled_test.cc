// SPDX-License-Identifier: Apache-2.0
// Precision and recall over the labelled set, by type. Floors are what was reached, rounded down: a change that finds
// less, or more than there is, fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "sensitive/scanner_testing.h"
#include "tests/sensitive/labelled.h"

namespace apiarist::sensitive {
namespace {

using testing::Label;
using testing::LabelledBody;

struct Counts {
    unsigned right = 0;
    unsigned wrong = 0;   // found, not there
    unsigned missed = 0;  // there, not found
    [[nodiscard]] double precision() const { return ratio(right, right + wrong); }
    [[nodiscard]] double recall() const { return ratio(right, right + missed); }
    static double ratio(unsigned part, unsigned whole) {
        return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
    }
};

std::vector<Label> found_in(const LabelledBody& body) {
    std::vector<Label> out;
    const auto types = testing::tool().scanner().types();
    for (const auto& value : body.values)
        for (const Finding& finding : testing::tool().find(value.name, value.text))
            out.push_back({value.at, types[finding.type].id, value.text.substr(finding.offset, finding.length)});
    std::sort(out.begin(), out.end());
    return out;
}

void print(const std::string& type, const Counts& counts) {
    std::printf("%-24s %5u %5u %5u  %6.4f  %6.4f\n", type.c_str(), counts.right, counts.wrong, counts.missed,
                counts.precision(), counts.recall());
}

// What is below kFloor by the set's will: a number without dashes whose only evidence is the word before it, and
// "user:password" in a command.
struct Floor {
    const char* type;
    double precision;
    double recall;
};
constexpr double kFloor = 0.99;
constexpr std::array kLowerFloors = {Floor{"us_ssn", kFloor, 0.85}, Floor{"password", kFloor, 0.93}};

Floor floor_of(const std::string& type) {
    for (const Floor& floor : kLowerFloors)
        if (type == floor.type) return floor;
    return {"", kFloor, kFloor};
}

class Comparison {
  public:
    void add(const LabelledBody& body) {
        std::vector<Label> labels = body.labels;
        std::sort(labels.begin(), labels.end());
        const std::vector<Label> found = found_in(body);
        std::vector<Label> both;
        std::set_intersection(labels.begin(), labels.end(), found.begin(), found.end(), std::back_inserter(both));
        for (const Label& label : both)
            ++by_type_[label.type].right;
        for (const Label& label : without(found, both)) {
            ++by_type_[label.type].wrong;
            std::printf("wrong:  %s at %s: %s\n", label.type.c_str(), label.at.c_str(), label.text.c_str());
        }
        for (const Label& label : without(labels, both)) {
            ++by_type_[label.type].missed;
            std::printf("missed: %s at %s: %s\n", label.type.c_str(), label.at.c_str(), label.text.c_str());
        }
    }

    Counts table() const {
        std::printf("%-24s %5s %5s %5s  %6s  %6s\n", "type", "right", "wrong", "miss", "prec.", "recall");
        Counts all;
        for (const auto& [type, counts] : by_type_) {
            print(type, counts);
            all.right += counts.right;
            all.wrong += counts.wrong;
            all.missed += counts.missed;
        }
        print("all", all);
        return all;
    }

    [[nodiscard]] const std::map<std::string, Counts>& by_type() const { return by_type_; }

  private:
    static std::vector<Label> without(const std::vector<Label>& from, const std::vector<Label>& these) {
        std::vector<Label> out;
        std::set_difference(from.begin(), from.end(), these.begin(), these.end(), std::back_inserter(out));
        return out;
    }

    std::map<std::string, Counts> by_type_;
};

TEST(Labelled, floors_of_precision_and_recall) {
    const auto bodies = testing::read_labelled(APIARIST_LABELLED);
    ASSERT_GE(bodies.size(), 250U);
    Comparison comparison;
    std::size_t values = 0;
    for (const LabelledBody& body : bodies) {
        comparison.add(body);
        values += body.values.size();
    }
    const Counts all = comparison.table();
    ASSERT_GE(values, 1200U);
    EXPECT_GE(all.precision(), 0.99);
    EXPECT_GE(all.recall(), 0.98);
    EXPECT_GE(comparison.by_type().size(), 30U);
    for (const auto& [type, counts] : comparison.by_type()) {
        EXPECT_GE(counts.precision(), floor_of(type).precision) << type;
        EXPECT_GE(counts.recall(), floor_of(type).recall) << type;
    }
}

// The quick look: no body with a finding may be passed over. How many others are looked at in vain is told, not judged.
TEST(Labelled, quick_look_passes_over_no_finding) {
    const auto bodies = testing::read_labelled(APIARIST_LABELLED);
    ASSERT_FALSE(bodies.empty());
    unsigned clean = 0;
    unsigned in_vain = 0;
    for (const LabelledBody& body : bodies) {
        if (body.kind == "header") continue;  // not a payload
        const bool holds = testing::tool().may_hold(body.body);
        const bool found = !found_in(body).empty();
        EXPECT_TRUE(holds || !found) << body.body;
        clean += found ? 0 : 1;
        in_vain += holds && !found ? 1 : 0;
    }
    std::printf("bodies without a finding: %u, of them looked at in vain: %u\n", clean, in_vain);
}

}  // namespace
}  // namespace apiarist::sensitive
