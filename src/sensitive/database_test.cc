// SPDX-License-Identifier: Apache-2.0
// Vectorscan beside std::string::find(): no literal may be missed, wherever it stands and however long the text is.
#include "sensitive/database.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <utility>

#include "base/text.h"
#include "sensitive/search.h"

namespace apiarist::sensitive {
namespace {

using Matches = std::set<std::pair<std::size_t, std::size_t>>;  // index, end

Matches expected(const std::vector<Literal>& literals, const std::string& text) {
    Matches out;
    const std::string lower = to_lower(text);
    for (std::size_t i = 0; i < literals.size(); ++i) {
        const std::string& in = literals[i].any_case ? lower : text;
        for (auto at = in.find(literals[i].text); at != std::string::npos; at = in.find(literals[i].text, at + 1))
            out.emplace(i, at + literals[i].text.size());
    }
    return out;
}

std::string random_text(std::mt19937& random, const std::vector<Literal>& literals) {
    constexpr std::string_view kOthers = "abcdexyzAK_-:. 0123\"{}\x80\xff";
    std::string text;
    const std::size_t size = random() % 600;
    while (text.size() < size) {
        if (random() % 12 == 0) {
            std::string literal = literals[random() % literals.size()].text;
            if (random() % 4 == 0) literal.pop_back();
            if (random() % 4 == 0)
                literal[0] = is_ascii_lower(literal[0]) ? static_cast<char>(literal[0] - 32) : literal[0];
            text += literal;
        } else {
            text += kOthers[random() % kOthers.size()];
        }
    }
    return text;
}

void compare(const std::vector<Sign>& signs) {
    std::vector<Literal> literals;
    for (const Sign& sign : signs)
        literals.push_back(sign.literal);
    const auto set = compile_literals(literals);
    ASSERT_TRUE(set);
    ScanBuffer buffer;
    ASSERT_TRUE(buffer.fit(*set));
    std::mt19937 random(20240607);
    for (int round = 0; round < 4000; ++round) {
        const std::string text = random_text(random, literals);
        Matches found;
        auto on_match = [&](unsigned index, std::size_t end) {
            found.emplace(index, end);
            return false;
        };
        buffer.scan(*set, text, on_match);
        ASSERT_EQ(found, expected(literals, text)) << text;
    }
}

TEST(Database, no_literal_of_values_is_missed) {
    compare(signs_of_values());
}

TEST(Database, no_literal_of_payloads_is_missed) {
    compare(signs_of_payloads());
}

TEST(Database, a_scan_ends_when_it_is_told_to) {
    const auto set = compile_literals({{"abc"}});
    ASSERT_TRUE(set);
    ScanBuffer buffer;
    ASSERT_TRUE(buffer.fit(*set));
    int matches = 0;
    auto on_match = [&](unsigned, std::size_t) { return ++matches == 2; };
    buffer.scan(*set, "abc abc abc abc", on_match);
    EXPECT_EQ(matches, 2);
}

}  // namespace
}  // namespace apiarist::sensitive
