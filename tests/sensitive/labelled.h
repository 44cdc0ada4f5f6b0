// SPDX-License-Identifier: Apache-2.0
#pragma once
// For the test and the measurement: the labelled set of tests/corpus/sensitive, its bodies taken apart into named
// values.

#include <string>
#include <vector>

namespace apiarist::sensitive::testing {

struct LabelledValue {
    std::string at;    // a JSON pointer, "/" and a name, or "" in a text
    std::string name;  // of the field; of an element of an array that of the array
    std::string text;
};

struct Label {
    std::string at;
    std::string type;
    std::string text;  // what is sensitive in the value
    auto operator<=>(const Label&) const = default;
};

struct LabelledBody {
    std::string body;
    std::string kind;
    std::vector<LabelledValue> values;
    std::vector<Label> labels;
};

// Empty: there is no such file, or it is not what the generator writes.
[[nodiscard]] std::vector<LabelledBody> read_labelled(const std::string& path);

}  // namespace apiarist::sensitive::testing
