// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_xml.h"

#include <gtest/gtest.h>

#include "policy/redaction_testing.h"

namespace apiarist::policy {
namespace {

using testing::with_marks;

std::string redacted(std::string_view xml, bool cut = false) {
    ValueRedactor values(testing::kKey);
    return redact_xml(values, xml, {0, cut}).value_or(std::string(xml));
}

TEST(RedactXml, what_holds_nothing_stays) {
    for (const char* xml :
         {"<a/>", "<a b='c' d=e f>x &amp; y</a>", "<?xml version=\"1.0\"?><!DOCTYPE a><!-- b --><a><![CDATA[<x>]]></a>",
          "a < b", "<", "<a", "</", "<a b=", "<a b='", "<!--", "<![CDATA[", "<password/>", "<password></password>"})
        EXPECT_EQ(redacted(xml), xml);
}

TEST(RedactXml, text_below_secret_elements) {
    EXPECT_EQ(
        redacted("<u><name>bob</name><wsse:Password Type=\"t\"> hunter2 </wsse:Password><x>y</x></u>"),
        with_marks("<u><name>bob</name><wsse:Password Type=\"t\"> ⟦secret:hunter2⟧ </wsse:Password><x>y</x></u>"));
    EXPECT_EQ(redacted("<secret><a>1<b c='d'>2</b></a><secret>3</secret>4</secret><a>5</a>"),
              with_marks("<secret><a>⟦number:1⟧<b c='⟦secret:d⟧'>⟦number:2⟧</b></a><secret>⟦number:3⟧</secret>"
                         "⟦number:4⟧</secret><a>5</a>"));
    EXPECT_EQ(redacted("<pin><![CDATA[12]]></pin>"), with_marks("<pin><![CDATA[⟦number:12⟧]]></pin>"));
}

TEST(RedactXml, attributes_by_their_names) {
    EXPECT_EQ(redacted("<login user=\"bob\" password=\"a&amp;b\" pin='12' token=abc/>"),
              with_marks("<login user=\"bob\" password=\"⟦secret:a&b⟧\" pin='⟦number:12⟧' token=⟦secret:abc/⟧>"));
}

TEST(RedactXml, elements_that_another_attribute_names) {
    EXPECT_EQ(redacted("<input type='password' name='p' value='x'><meta name=\"csrf-token\" content=\"abc\">ok"),
              with_marks("<input type='password' name='p' value='⟦secret:x⟧'>"
                         "<meta name=\"csrf-token\" content=\"⟦secret:abc⟧\">ok"));
    EXPECT_EQ(redacted("<field name='password'>hunter2</field><field>a</field>"),
              with_marks("<field name='password'>⟦secret:hunter2⟧</field><field>a</field>"));
}

TEST(RedactXml, values_by_their_looks) {
    EXPECT_EQ(redacted("<a href='https://x/?token=abc'>Alice &lt;alice&#64;example.com&gt;</a>"),
              with_marks("<a href='https://x/?token=⟦secret:abc⟧'>Alice &lt;⟦email:alice@example.com⟧&gt;</a>"));
    EXPECT_EQ(redacted("<!-- alice@example.com --><a b='alice@example.com'/>"),
              with_marks("<!-- ⟦email:alice@example.com⟧ --><a b='⟦email:alice@example.com⟧'/>"));
    EXPECT_EQ(redacted("<alice@example.com>"), with_marks("<⟦email:alice@example.com⟧>"));
    EXPECT_EQ(redacted("<https://x/?token=abc>; rel=next"), with_marks("<https://x/?token=⟦secret:abc⟧>; rel=next"));
}

TEST(RedactXml, scripts) {
    EXPECT_EQ(redacted("<script>if (a < b) x('alice@example.com');</script><pin>1</pin>"),
              with_marks("<script>if (a < b) x('⟦email:alice@example.com⟧');</script><pin>⟦number:1⟧</pin>"));
    EXPECT_EQ(redacted("<script type=a>{\"pin\":1}</script>"),
              with_marks("<script type=a>{\"pin\":\"⟦number:1⟧\"}</script>"));
}

TEST(RedactXml, the_end_of_what_is_cut) {
    EXPECT_EQ(redacted("<a b='alice@exa", true), with_marks("<a b='⟦secret:alice@exa⟧"));
    EXPECT_EQ(redacted("<password>hun", true), with_marks("<password>⟦secret:hun⟧"));
    EXPECT_EQ(redacted("<a>call 4111 1111 1", true), with_marks("<a>⟦secret:call 4111 1111 1⟧"));
    EXPECT_EQ(redacted("<a bob", true), with_marks("<a ⟦secret:bob⟧"));
}

}  // namespace
}  // namespace apiarist::policy
