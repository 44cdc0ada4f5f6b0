// SPDX-License-Identifier: Apache-2.0
#include "protocols/json_values.h"

#include <gtest/gtest.h>

#include <array>

namespace apiarist::protocols {
namespace {

constexpr std::array<std::string_view, 3> kPaths{"a", "b.c", "b.d.e"};

std::string text_of(const std::optional<JsonValue>& value) {
    if (!value) return "-";
    switch (value->kind) {
        case JsonKind::kString:
            return "'" + value->text + "'";
        case JsonKind::kNumber:
            return "number";
        case JsonKind::kBoolean:
            return "boolean";
        case JsonKind::kNull:
            return "null";
        case JsonKind::kObject:
            return "object";
        case JsonKind::kArray:
            return "array";
    }
    return "?";
}

// Values joined by blanks, objects by " | ".
std::string read(std::string_view json, bool cut = false, std::size_t most = 3) {
    const auto rows = read_json({json, cut}, kPaths, most);
    if (!rows) return "none";
    std::string text = rows->is_array ? "[" : "";
    for (const JsonRow& row : rows->rows) {
        if (text.size() > 1) text += " | ";
        text += text_of(row[0]) + " " + text_of(row[1]) + " " + text_of(row[2]);
    }
    return text + (rows->is_array ? "]" : "") + (rows->more ? " …" : "");
}

TEST(JsonValues, values_by_their_paths) {
    EXPECT_EQ(read(R"({"a":"x","b":{"c":1,"d":{"e":true}}})"), "'x' number boolean");
    EXPECT_EQ(read(R"({"b":{"d":[{"e":1}],"c":null},"e":1,"c":2})"), "- null -");
    EXPECT_EQ(read(R"({"a":{"a":1},"b":[],"b.c":1})"), "object - -");
    EXPECT_EQ(read("\xef\xbb\xbf \r\n{}"), "- - -");
    EXPECT_EQ(read(R"({"\u0061":"\u00e4\"\n"})"), "'\xc3\xa4\"\n' - -");
}

TEST(JsonValues, of_equal_names_the_last_one_counts) {
    EXPECT_EQ(read(R"({"a":"x","a":"y"})"), "'y' - -");
    EXPECT_EQ(read(R"({"b":{"c":1,"d":{"e":1}},"b":{"c":"z"}})"), "- 'z' -");
    EXPECT_EQ(read(R"({"b":{"c":1},"b":7})"), "- - -");
}

TEST(JsonValues, arrays_of_objects) {
    EXPECT_EQ(read(R"([{"a":1},{"b":{"c":"x"}}])"), "[number - - | - 'x' -]");
    EXPECT_EQ(read(R"([1,{"a":"x"},[{"a":1}]])"), "[- - - | 'x' - - | - - -]");
    EXPECT_EQ(read(R"([{"a":1},{"a":2},{"a":3},{"a":4}])"), "[number - - | number - - | number - -] …");
    EXPECT_EQ(read("[]"), "[]");
}

TEST(JsonValues, what_is_no_json) {
    for (const char* json : {"", "x", "1", "\"a\"", "null", "{", "{\"a\":}", "{\"a\":\"x}", "{\"a\":1]", "[{\"a\":1}",
                             "{a:1}", "{\"a\":\"\\x\"}"})
        EXPECT_EQ(read(json), "none") << json;
}

TEST(JsonValues, of_a_cut_text_what_stands_whole_in_it) {
    constexpr std::string_view kWhole = R"({"x":[{"y":"]}\"\\"},2],"a":"one","b":{"c":"two","d":{"e":"three","f":[)";
    std::string most = "none";
    for (std::size_t size = 1; size <= kWhole.size(); ++size) {
        const std::string text = read(kWhole.substr(0, size), true);
        for (const char* part : {"'on'", "'o'", "'tw'", "'thre'", "''"})
            EXPECT_EQ(text.find(part), std::string::npos) << kWhole.substr(0, size);
        most = text;
    }
    EXPECT_EQ(most, "'one' 'two' 'three'");
    EXPECT_EQ(read(R"({"a":"one","b":{"c":"tw)", true), "'one' - -");
    EXPECT_EQ(read(R"([{"a":"one"},{"a":"tw)", true), "['one' - - | - - -] …");
    EXPECT_EQ(read("", true), "none");
    EXPECT_EQ(read("{]", true), "none");
    EXPECT_EQ(read(R"({"a":"one"})", true), "'one' - -") << "whole after all";
    EXPECT_EQ(read("{\"a\":\"one\",\"b\":\"\xc3", true), "'one' - -");
}

TEST(JsonValues, bytes_that_are_not_utf8_are_replaced) {
    EXPECT_EQ(read("{\"x\":\"\xff\",\"a\":\"y\x80z\"}"), "'y\xef\xbf\xbdz' - -");
}

TEST(JsonValues, hostile_depth) {
    const std::string deep(100'000, '[');
    EXPECT_EQ(read(deep), "none");
    EXPECT_EQ(read(deep, true), "none");
    EXPECT_EQ(read("{\"a\":\"x\",\"b\":" + deep, true), "none");
}

TEST(JsonValues, looks_before_reading) {
    EXPECT_TRUE(may_be_json(" \n{"));
    EXPECT_TRUE(may_be_json("\xef\xbb\xbf["));
    for (const char* text : {"", " ", "a=b", "<a>", "\"{\""})
        EXPECT_FALSE(may_be_json(text)) << text;
    constexpr std::array<std::string_view, 2> kNames{"\"query\"", "\"other\""};
    EXPECT_TRUE(may_have_name(R"({"query":1})", kNames));
    EXPECT_TRUE(may_have_name(R"({"other":1})", kNames));
    EXPECT_TRUE(may_have_name(R"({"\u00e4":1,"qu\u0065ry":1})", kNames));
    EXPECT_FALSE(may_have_name(R"({"query2":"\u00e4 \u003c \u00)", kNames));
    EXPECT_FALSE(may_have_name("", kNames));
}

}  // namespace
}  // namespace apiarist::protocols
