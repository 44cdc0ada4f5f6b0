// SPDX-License-Identifier: Apache-2.0
#include "api/yaml.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/yaml_tree.h"

namespace apiarist::api {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string json(std::string_view yaml) {
    const auto got = json_of_yaml(yaml);
    return got ? *got : "error: " + got.error().what;
}

// Where there is none, the JSON: a test that expects an error shows it.
std::string error(std::string_view yaml) {
    const auto got = json_of_yaml(yaml);
    return got ? "no error: " + *got : got.error().what;
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += text;
    return out;
}

TEST(YamlTest, nothing_in_five_spellings_is_null) {
    EXPECT_EQ(json("[null, Null, NULL, ~, ]"), "[null,null,null,null]");
    EXPECT_EQ(json("a:\nb: nULL"), R"({"a":null,"b":"nULL"})");
}

TEST(YamlTest, true_and_false_are_booleans_and_yes_is_text) {
    EXPECT_EQ(json("[true, True, TRUE, false, False, FALSE]"), "[true,true,true,false,false,false]");
    EXPECT_EQ(json("[yes, no, on, off, y, n, tRUE]"), R"(["yes","no","on","off","y","n","tRUE"])");
}

TEST(YamlTest, integers) {
    EXPECT_EQ(json("[0, 7, -7, +7, -0, 010, 0o17, 0x1F, 0xff]"), "[0,7,-7,7,-0,10,15,31,255]");
    EXPECT_EQ(json("[1_000, 0b11, -0x1, 0o8, 0x, 12:30:45, 1a, +, -]"),
              R"(["1_000","0b11","-0x1","0o8","0x","12:30:45","1a","+","-"])");
    EXPECT_EQ(json("[9223372036854775807, -9223372036854775808, 18446744073709551615]"),
              "[9223372036854775807,-9223372036854775808,18446744073709551615]");
}

TEST(YamlTest, integers_beyond_64_bits_are_numbers_with_a_fraction) {
    EXPECT_EQ(json("[18446744073709551616, -9223372036854775809]"), "[18446744073709551616.0,-9223372036854775809.0]");
    EXPECT_EQ(json("18446744073709551616."), "18446744073709551616.0");
    EXPECT_EQ(json("0x10000000000000000"), R"("0x10000000000000000")");
    EXPECT_EQ(json(std::string(400, '9')), '"' + std::string(400, '9') + '"');
}

TEST(YamlTest, floats) {
    EXPECT_EQ(json("[1.5, -1.5, +1.5, .5, -.5, 5., 00.10, 1e3, 1E+3, 1.e-3, 12e03]"),
              "[1.5,-1.5,1.5,0.5,-0.5,5,0.10,1e3,1E+3,1e-3,12e03]");
    EXPECT_EQ(json("[., 1.2.3, e3, 1e, 1e+, 1.5f, 3.0.0]"), R"([".","1.2.3","e3","1e","1e+","1.5f","3.0.0"])");
}

TEST(YamlTest, what_json_has_no_number_for_is_text) {
    EXPECT_EQ(json("[.inf, -.INF, .nan, 1e400]"), R"([".inf","-.INF",".nan","1e400"])");
}

TEST(YamlTest, dates_and_versions_are_text) {
    EXPECT_EQ(json("[2024-01-02, 2024-01-02T03:04:05Z, 3.0.3, v1]"),
              R"(["2024-01-02","2024-01-02T03:04:05Z","3.0.3","v1"])");
}

TEST(YamlTest, what_is_quoted_is_text) {
    EXPECT_EQ(json(R"(["1", '1', "true", 'null', "", '~', 'it''s'])"), R"(["1","1","true","null","","~","it's"])");
    EXPECT_EQ(json("a: |\n  1\nb: >-\n  true\n"), R"({"a":"1\n","b":"true"})");
}

TEST(YamlTest, tags_of_scalars_are_followed) {
    EXPECT_EQ(json(R"([!!str 1, !!str true, !!str , !!int "7", !!float "1.5", !!float 1, !!bool "true", !!null ""])"),
              R"(["1","true","",7,1.5,1,true,null])");
    EXPECT_EQ(json("[!!float .inf, !<tag:yaml.org,2002:str> 5]"), R"([".inf","5"])");
}

TEST(YamlTest, other_tags_are_left) {
    EXPECT_EQ(json("[!own 1, !own \"1\", !!binary aGk=, !!set {a}, !!map {a: 1}, !own [1]]"),
              R"([1,"1","aGk=",{"a":null},{"a":1},[1]])");
}

TEST(YamlTest, values_that_are_not_of_their_tag_are_refused) {
    for (const char* yaml : {"!!int x", "!!int 1.5", "!!bool yes", "!!null x", "!!float x"})
        EXPECT_EQ(error("a:\n  " + std::string(yaml)),
                  "line 2 of the YAML: a value is not of the type that its tag says")
            << yaml;
}

TEST(YamlTest, keys_are_text_as_they_are_written) {
    EXPECT_EQ(json("200: a\n0x10: b\n1.0: c\nnull: d\ntrue: e\n~: f\n'~': g\n"),
              "error: line 7 of the YAML: the key \"~\" is there twice, first in line 6");
    EXPECT_EQ(json("200: a\n0x10: b\n1.0: c\nnull: d\ntrue: e\n~: f\n'': g\non: h\n"),
              R"({"200":"a","0x10":"b","1.0":"c","null":"d","true":"e","~":"f","":"g","on":"h"})");
}

TEST(YamlTest, block_and_folded_text) {
    EXPECT_EQ(json("a: |\n  one\n   two\n\n  three\n"), R"({"a":"one\n two\n\nthree\n"})");
    EXPECT_EQ(json("a: |-\n  one\n  two\n"), R"({"a":"one\ntwo"})");
    EXPECT_EQ(json("a: |+\n  one\n\nb: 1\n"), R"({"a":"one\n\n","b":1})");
    EXPECT_EQ(json("a: >\n  one\n  two\n\n  three\n"), R"({"a":"one two\nthree\n"})");
    EXPECT_EQ(json("a: |2\n    one\n"), R"({"a":"  one\n"})");
    EXPECT_EQ(json("a: one\n  two\n"), R"({"a":"one two"})");
}

TEST(YamlTest, flow_style_and_json) {
    EXPECT_EQ(json("{a: [1, {b: c}], \"d\":2, e}"), R"({"a":[1,{"b":"c"}],"d":2,"e":null})");
    EXPECT_EQ(json("{\"a\":{\"b\":[true,null,\"x\\/\\u00e9\"]}}"), "{\"a\":{\"b\":[true,null,\"x/é\"]}}");
    EXPECT_EQ(json("[]"), "[]");
    EXPECT_EQ(json("a: {}\nb:\n- 1\n-\n  - 2\n- c: 3\n  d: 4\n"), R"({"a":{},"b":[1,[2],{"c":3,"d":4}]})");
}

TEST(YamlTest, comments_and_directives) {
    EXPECT_EQ(json("%YAML 1.2\n# a\n---\na: 1 # b\nc: d#e\n...\n# f\n"), R"({"a":1,"c":"d#e"})");
    EXPECT_EQ(json("%TAG !y! tag:yaml.org,2002:\n---\n!y!str 1\n"), R"("1")");
    EXPECT_EQ(json("%TAG ! tag:yaml.org,2002:\n---\n!str 1\n"), R"("1")");
}

TEST(YamlTest, escapes_are_unicode) {
    EXPECT_EQ(json(R"("\u00e9\U0001F600\x41\t\0\"\\\e")"), "\"é😀A\\t\\u0000\\\"\\\\\\u001b\"");
    EXPECT_EQ(json("a: é😀"), "{\"a\":\"é😀\"}");
    EXPECT_THAT(error(R"(a: "\ud800")"), StartsWith("line 1 of the YAML: "));
    EXPECT_THAT(error(R"(a: "\q")"), HasSubstr("unknown escape"));
}

TEST(YamlTest, a_byte_order_mark_and_other_ends_of_lines) {
    EXPECT_EQ(json("\xef\xbb\xbf"
                   "a: 1\r\nb: |\r\n  x\r\n  y\r\n"),
              R"({"a":1,"b":"x\ny\n"})");
    EXPECT_EQ(json("a: 1\rb: 2\r"), R"({"a":1,"b":2})");
}

TEST(YamlTest, an_alias_stands_for_its_anchor) {
    EXPECT_EQ(json("a: &x {b: 1}\nc: *x\nd: [*x, &y 2, *y]\n"), R"({"a":{"b":1},"c":{"b":1},"d":[{"b":1},2,2]})");
    EXPECT_EQ(json("- &x 1\n- &x 2\n- *x\n"), "[1,2,2]");
    EXPECT_EQ(json("- &x key\n- *x : 1\n"), R"(["key",{"key":1}])");
    EXPECT_EQ(error("a: 1\nb: *x\n"), "line 2 of the YAML: there is no anchor \"x\" before its alias");
}

TEST(YamlTest, an_alias_is_not_inside_of_what_it_stands_for) {
    EXPECT_EQ(error("a: &x\n  b: [*x]\n"), "line 2 of the YAML: the alias \"x\" is inside of what it stands for");
    EXPECT_EQ(error("&x [*x]"), "line 1 of the YAML: the alias \"x\" is inside of what it stands for");
}

TEST(YamlTest, merged_keys_give_way_to_own_ones) {
    EXPECT_EQ(json("a: &a {x: 1, y: 2}\nb:\n  y: 3\n  <<: *a\n"), R"({"a":{"x":1,"y":2},"b":{"y":3,"x":1}})");
    EXPECT_EQ(json("b:\n  <<: {x: 1, y: 2}\n  y: 3\n"), R"({"b":{"y":3,"x":1}})");
    EXPECT_EQ(json("- &a {x: 1}\n- &b {x: 2, y: 2}\n- <<: [*a, *b, {z: 3}]\n"),
              R"([{"x":1},{"x":2,"y":2},{"x":1,"y":2,"z":3}])");
    EXPECT_EQ(json("- &a {x: 1}\n- &b {<<: *a, y: 2}\n- <<: *b\n"), R"([{"x":1},{"y":2,"x":1},{"y":2,"x":1}])");
}

TEST(YamlTest, a_merge_key_in_quotes_is_a_key) {
    EXPECT_EQ(json("\"<<\": 1\n'<': 2"), R"({"<<":1,"<":2})");
}

TEST(YamlTest, a_merge_takes_mappings) {
    for (const char* yaml : {"x:\n  <<: 1", "x:\n  <<:", "x:\n  <<: [1]", "x:\n  <<: [[{}]]"})
        EXPECT_EQ(error(yaml), "line 2 of the YAML: << takes a mapping, or a list of mappings") << yaml;
}

TEST(YamlTest, depth_is_bounded) {
    const std::string too_deep = "line 1 of the YAML: the document is nested more than 64 levels deep";
    EXPECT_EQ(json(repeated("[", 64) + repeated("]", 64)), repeated("[", 64) + repeated("]", 64));
    EXPECT_EQ(error(repeated("[", 65) + repeated("]", 65)), too_deep);
    EXPECT_EQ(error(std::string(1'000'000, '[')), too_deep);
    EXPECT_EQ(error(repeated("- ", 500'000)), too_deep);
    EXPECT_EQ(error(repeated("{a: ", 65)), too_deep);
    EXPECT_EQ(error(repeated("? ", 65)), too_deep);
}

TEST(YamlTest, depth_is_bounded_with_aliases) {
    std::string yaml = "- &a0 []\n";
    for (int i = 1; i < 100; ++i)
        yaml += fmt::format("- &a{} [*a{}]\n", i, i - 1);
    EXPECT_THAT(error(yaml), HasSubstr("the document is nested more than 64 levels deep, aliases filled in"));
    std::string merges = "- &a0 {}\n";
    for (int i = 1; i < 100; ++i)
        merges += fmt::format("- &a{} {{<<: *a{}}}\n", i, i - 1);
    EXPECT_THAT(error(merges), HasSubstr("the document is nested more than 64 levels deep, aliases filled in"));
}

TEST(YamlTest, a_billion_laughs_are_refused) {
    std::string yaml = "a0: &a0 [lol]\n";
    for (int i = 1; i < 10; ++i)
        yaml += fmt::format("a{}: &a{} [{}]\n", i, i, repeated(fmt::format("*a{},", i - 1), 10));
    EXPECT_THAT(error(yaml), HasSubstr("the document is larger than 20 MiB as JSON, aliases filled in"));
    EXPECT_THAT(error("- &a " + std::string(1 << 20, 'x') + "\n" + repeated("- *a\n", 30)),
                HasSubstr("line 20 of the YAML: the document is larger"));
}

TEST(YamlTest, merging_the_same_again_and_again_is_refused) {
    std::string yaml = "- &a {";
    for (int i = 0; i < 1000; ++i)
        yaml += fmt::format("k{}: 1, ", i);
    EXPECT_THAT(error(yaml + "}\n- <<: [" + repeated("*a,", 10'000) + "]\n"), HasSubstr("larger than 20 MiB"));
}

TEST(YamlTest, values_are_bounded) {
    EXPECT_THAT(error("[" + repeated("1,", YamlTree::kNodes) + "]"), HasSubstr("there are more than 1000000 values"));
}

TEST(YamlTest, a_key_is_there_once) {
    EXPECT_EQ(error("a:\n  get: 1\n  put: 2\n  get: 3\n"),
              "line 4 of the YAML: the key \"get\" is there twice, first in line 2");
    EXPECT_EQ(error("200: 1\n\"200\": 2\n"), "line 2 of the YAML: the key \"200\" is there twice, first in line 1");
    EXPECT_EQ(error("- &k a\n- a: 1\n  *k : 2\n"), "line 3 of the YAML: the key \"a\" is there twice, first in line 2");
    EXPECT_THAT(error("a: {<<: {}, <<: {}}"), HasSubstr("the key \"<<\" is there twice"));
    const std::string key = repeated("é", 60);
    EXPECT_THAT(error(key + ": 1\n" + key + ": 2\n"), HasSubstr("\"" + repeated("é", 40) + "\"… is there twice"));
}

TEST(YamlTest, a_key_is_a_scalar_and_short) {
    EXPECT_THAT(error("a: 1\n? [b]\n: 2\n"), StartsWith("line 2 of the YAML: a key is a list or a mapping"));
    EXPECT_THAT(error("? " + std::string(5000, 'k') + "\n: 2\n"), HasSubstr("a key is longer than 4096 bytes"));
}

TEST(YamlTest, a_file_has_one_document) {
    EXPECT_EQ(error("a: 1\n---\nb: 2\n"), "line 2 of the YAML: a second document begins; a file has one here");
    EXPECT_EQ(json("---\na: 1\n...\n"), R"({"a":1})");
    for (const char* yaml : {"", "  \n", "# a comment\n"})
        EXPECT_EQ(error(yaml), "line 1 of the YAML: the file is empty") << yaml;
}

TEST(YamlTest, wrong_yaml_is_named_by_line_and_column) {
    EXPECT_EQ(error("a: 1\n b: 2\n"),
              "line 2 of the YAML: mapping values are not allowed in this context, at column 3");
    EXPECT_EQ(error("a: [1,\n  {]\n"),
              "line 2 of the YAML: while parsing a flow node, did not find expected node content, at column 4");
    EXPECT_EQ(error("a: [1\nb: 2\n"),
              "line 2 of the YAML: while parsing a flow sequence that begins in line 1, did not find expected ',' or "
              "']', at column 2");
    EXPECT_THAT(error("a: 1\nb\n"), HasSubstr("could not find expected ':'"));
    EXPECT_THAT(error("a: \"x\n"), HasSubstr("unexpected end of stream"));
}

TEST(YamlTest, tabs_are_named) {
    EXPECT_EQ(error("a:\n\tb: 1\n"),
              "line 2 of the YAML: while scanning for the next token, found character that cannot start any token, at "
              "column 1 (lines begin with a tab where YAML takes blanks alone)");
}

TEST(YamlTest, bytes_that_are_no_text_are_refused) {
    EXPECT_EQ(error("a: 1\nb: \xff\n"), "line 2 of the YAML: invalid leading UTF-8 octet, at byte 4 of the line");
    EXPECT_EQ(error("a: 1\nb: \x01\n"),
              "line 2 of the YAML: control characters are not allowed, at byte 4 of the line");
    EXPECT_THAT(error(std::string("a: \0\n", 5)), HasSubstr("control characters are not allowed"));
    EXPECT_THAT(error("a: \xed\xa0\x80"), StartsWith("line 1 of the YAML: "));
    EXPECT_THAT(error(std::string("\xff\xfe"
                                  "a\0:\0",
                                  6)),
                StartsWith("line 1 of the YAML: invalid leading UTF-8 octet"));
}

TEST(YamlTest, many_or_long_directives_are_refused) {
    std::string yaml;
    for (int i = 0; i < 65; ++i)
        yaml += fmt::format("%TAG !t{}! tag:x\n", i);
    EXPECT_THAT(error(yaml + "---\na: 1\n"), HasSubstr("too many or too long lines that begin with %TAG"));
    EXPECT_THAT(error("# c\r%TAG !t! " + std::string(2000, 'x') + "\n---\na: 1\n"), HasSubstr("too long"));
}

}  // namespace
}  // namespace apiarist::api
