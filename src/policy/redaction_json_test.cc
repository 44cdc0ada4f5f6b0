// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_json.h"

#include <gtest/gtest.h>

#include "policy/redaction_testing.h"

namespace apiarist::policy {
namespace {

using testing::with_marks;

std::string redacted(std::string_view json, bool cut = false) {
    ValueRedactor values(testing::kKey);
    return redact_json(values, json, {0, cut}).value_or(std::string(json));
}

TEST(RedactJson, values_by_their_names) {
    EXPECT_EQ(redacted(R"({"user": "bob", "password" : "hunter2","n":1})"),
              with_marks(R"({"user": "bob", "password" : "⟦secret:hunter2⟧","n":1})"));
    EXPECT_EQ(redacted(R"({"pin":1234,"next":5})"), with_marks(R"({"pin":"⟦number:1234⟧","next":5})"));
    EXPECT_EQ(redacted(R"([{"Api-Key":"a"},{"b":"a"}])"), with_marks(R"([{"Api-Key":"⟦secret:a⟧"},{"b":"a"}])"));
}

TEST(RedactJson, each_leaf_below_a_secret_name) {
    EXPECT_EQ(
        redacted(R"({"secrets":{"a":"x","b":[1,"y",{"c":-2.5}],"d":{}},"e":"x"})"),
        with_marks(
            R"({"secrets":{"a":"⟦secret:x⟧","b":["⟦number:1⟧","⟦secret:y⟧",{"c":"⟦secret:-2.5⟧"}],"d":{}},"e":"x"})"));
}

TEST(RedactJson, literals_and_empty_strings_stay) {
    const char* json = R"({"password":null,"token":true,"secret":false,"pin":"","otp":[],"cvv":{}})";
    EXPECT_EQ(redacted(json), json);
}

TEST(RedactJson, values_by_their_looks_also_in_names) {
    EXPECT_EQ(
        redacted(R"({"alice@example.com":["alice@example.com","to alice@example.com!"]})"),
        with_marks(R"({"⟦email:alice@example.com⟧":["⟦email:alice@example.com⟧","to ⟦email:alice@example.com⟧!"]})"));
    EXPECT_EQ(redacted(R"({"n":4111111111111111,"t":1790000000000,"f":0.4111111111111111})"),
              with_marks(R"({"n":"⟦card:4111111111111111⟧","t":1790000000000,"f":0.4111111111111111})"));
}

TEST(RedactJson, escapes_change_nothing) {
    EXPECT_EQ(redacted(R"({"mail":"alice\u0040example.com","p\u0061ssword":"hunter\u0032"})"),
              with_marks(R"({"mail":"⟦email:alice@example.com⟧","p\u0061ssword":"⟦secret:hunter2⟧"})"));
    EXPECT_EQ(redacted(R"({"a":"line\nto \"alice@example.com\"\u00e9\ud83d\ude00"})"),
              with_marks("{\"a\":\"line\\nto \\\"⟦email:alice@example.com⟧\\\"é😀\"}"));
    EXPECT_EQ(redacted(R"({"a":"plain \u00e9 \/"})"), R"({"a":"plain \u00e9 \/"})");
}

TEST(RedactJson, json_in_a_string) {
    EXPECT_EQ(redacted(R"({"body":"{\"password\":\"hunter2\",\"a\":[1]}"})"),
              with_marks(R"({"body":"{\"password\":\"⟦secret:hunter2⟧\",\"a\":[1]}"})"));
    std::string nested = R"({"password":"hunter2"})";
    for (int i = 0; i < 12; ++i) {
        std::string quoted = "[\"";
        for (const char c : nested) {
            if (c == '"' || c == '\\') quoted += '\\';
            quoted += c;
        }
        nested = quoted + "\"]";
        EXPECT_EQ(redacted(nested).find("hunter2"), std::string::npos) << i;
        if (nested.size() > 100000) break;
    }
}

TEST(RedactJson, urls_in_strings) {
    EXPECT_EQ(redacted(R"({"next":"https://api.example/a?token=abc&page=2","path":"/b?sid=1"})"),
              with_marks(R"({"next":"https://api.example/a?token=⟦secret:abc⟧&page=2","path":"/b?sid=⟦number:1⟧"})"));
}

TEST(RedactJson, what_is_cut_is_redacted_at_its_end) {
    EXPECT_EQ(redacted(R"({"a":"b","mail":"alice@exa)"), with_marks(R"({"a":"b","mail":"⟦secret:alice@exa⟧)"));
    EXPECT_EQ(redacted(R"({"a":"b","pass)"), with_marks(R"({"a":"b","⟦secret:pass⟧)"));
    EXPECT_EQ(redacted(R"({"card":41111111)"), with_marks(R"({"card":"⟦number:41111111⟧")"));
    EXPECT_EQ(redacted(R"({"card":4111111111111111)"), with_marks(R"({"card":"⟦card:4111111111111111⟧")"));
    EXPECT_EQ(redacted(R"({"a":tr)"), R"({"a":tr)");
    EXPECT_EQ(redacted(R"({"password":"ab\)"), with_marks(R"({"password":"⟦secret:ab⟧)"));
    EXPECT_EQ(redacted(R"(411111)", true), with_marks(R"("⟦number:411111⟧")"));
    EXPECT_EQ(redacted(R"(411111)"), "411111");
}

TEST(RedactJson, several_documents_and_junk_between) {
    EXPECT_EQ(redacted("{\"pin\":1}\n{\"pin\":2}\n"),
              with_marks("{\"pin\":\"⟦number:1⟧\"}\n{\"pin\":\"⟦number:2⟧\"}\n"));
    EXPECT_EQ(redacted("{\"a\":1} password=x alice@example.com"),
              with_marks("{\"a\":1} password=⟦secret:x⟧ ⟦email:alice@example.com⟧"));
    EXPECT_EQ(redacted("]]}{\"a\":,,\"pin\":\"x\"}"), with_marks("]]}{\"a\":,,\"pin\":\"⟦secret:x⟧\"}"));
}

TEST(RedactJson, what_is_almost_json) {
    EXPECT_EQ(redacted("{'password': 'it\\'s', pin: 12, b: 'x'}"),
              with_marks("{'password': '⟦secret:it's⟧', pin: \"⟦number:12⟧\", b: 'x'}"));
    EXPECT_EQ(redacted("{password: hunter2, a: b}"), with_marks("{password: \"⟦secret:hunter2⟧\", a: b}"));
}

TEST(RedactJson, credentials_keep_their_scheme) {
    EXPECT_EQ(redacted(R"({"authorization":"Bearer abc","password":"Bearer abc"})"),
              with_marks(R"({"authorization":"Bearer ⟦secret:abc⟧","password":"⟦secret:Bearer abc⟧"})"));
}

TEST(RedactJson, values_named_by_the_member_beside_them) {
    EXPECT_EQ(redacted(R"({"name":"password","value":"hunter2"})"),
              with_marks(R"({"name":"password","value":"⟦secret:hunter2⟧"})"));
    EXPECT_EQ(redacted(R"([{"value":"hunter2","a":1,"name":"password"},{"name":"b","value":"c"}])"),
              with_marks(R"([{"value":"⟦secret:hunter2⟧","a":1,"name":"password"},{"name":"b","value":"c"}])"));
    EXPECT_EQ(redacted(R"({"Key":"DB_PASSWORD","Value":1,"x":"y"})"),
              with_marks(R"({"Key":"DB_PASSWORD","Value":"⟦number:1⟧","x":"y"})"));
    EXPECT_EQ(redacted(R"({"value":["x",{"a":"y"}],"key":"p\u0069n"})"),
              with_marks(R"({"value":["⟦secret:x⟧",{"a":"⟦secret:y⟧"}],"key":"p\u0069n"})"));
    EXPECT_EQ(redacted(R"({"type":"password","value":"hunter2","temporary":false})"),
              with_marks(R"({"type":"password","value":"⟦secret:hunter2⟧","temporary":false})"));
    EXPECT_EQ(redacted(R"({"op":"replace","path":"/users/1/password","value":"hunter2"})"),
              with_marks(R"({"op":"replace","path":"/users/1/password","value":"⟦secret:hunter2⟧"})"));
    EXPECT_EQ(redacted(R"({"name":"Authorization","value":"Bearer abc"})"),
              with_marks(R"({"name":"Authorization","value":"Bearer ⟦secret:abc⟧"})"));
    EXPECT_EQ(redacted("{name: password, value: hunter2}"),
              with_marks("{name: password, value: \"⟦secret:hunter2⟧\"}"));
}

TEST(RedactJson, a_name_beside_counts_in_its_own_object_alone) {
    for (const char* json : {R"({"name":"password","a":{"value":"x"}})", R"({"a":{"name":"password"},"value":"x"})",
                             R"({"name":["password"],"value":"x"})", R"([{"name":"password"},{"value":"x"}])",
                             R"({"name":"password","next":"x"})", R"(["name","password","value","x"])"})
        EXPECT_EQ(redacted(json), json);
    EXPECT_EQ(redacted(R"([{},{"a":[{}],"value":"x","name":"pin"},{"value":"y"}])"),
              with_marks(R"([{},{"a":[{}],"value":"⟦secret:x⟧","name":"pin"},{"value":"y"}])"));
}

TEST(RedactJson, comments_around_colons) {
    for (const char* between : {" /* c */ : ", " // c: \"d\"\n:", ": /* {,\" */ ", ": // it's\n", "/**//**/:/***/ "}) {
        const std::string head = std::string("{\"password\"") + between;
        EXPECT_EQ(redacted(head + "\"hunter2\",\"a\":\"b\"}"), head + with_marks("\"⟦secret:hunter2⟧\",\"a\":\"b\"}"));
        const std::string bare = std::string("{pin") + between;
        EXPECT_EQ(redacted(bare + "'x'}"), bare + with_marks("'⟦secret:x⟧'}"));
    }
    EXPECT_EQ(redacted("{\"password\"\n:\"x\", pin\n: 'y'}"),
              with_marks("{\"password\"\n:\"⟦secret:x⟧\", pin\n: '⟦secret:y⟧'}"));
}

TEST(RedactJson, comments_are_looked_into) {
    EXPECT_EQ(redacted("{/* to alice@example.com */\"a\":1, // {\"pin\":[1]}\n\"b\":2 /* password=x"),
              with_marks("{/* to ⟦email:alice@example.com⟧ */\"a\":1, // {\"pin\":[\"⟦number:1⟧\"]}\n\"b\":2 /* "
                         "password=⟦secret:x⟧"));
    EXPECT_EQ(redacted("{\"a\":1 /* half of a secret", true), with_marks("{\"a\":1 /*⟦secret: half of a secret⟧"));
    EXPECT_EQ(redacted("{a: /b/c, d: https://x/y}"), "{a: /b/c, d: https://x/y}");
    for (const char* json : {"{/*", "{//", "{/**/", "{/*/", "{\"a\"/*"})
        EXPECT_EQ(redacted(json), json);
}

TEST(RedactJson, depth_costs_no_stack) {
    const std::string deep(500000, '[');
    EXPECT_EQ(redacted(deep + R"({"pin":"x"})"), deep + with_marks(R"({"pin":"⟦secret:x⟧"})"));
}

TEST(LooksLikeJson, by_its_beginning) {
    for (const char* text :
         {"{}", "{", " [1]", "[", "[]", "{\"a\":1}", "[\"a\"", "\"a\"", "\xef\xbb\xbf{}", "{a:1}", "[-1]"})
        EXPECT_TRUE(looks_like_json(text)) << text;
    for (const char* text : {"", "a", "[INFO] x", "[::1]:80", "\"", "\"a", "1", "{ 5 }", "<a>"})
        EXPECT_FALSE(looks_like_json(text)) << text;
}

}  // namespace
}  // namespace apiarist::policy
