// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_body.h"

#include <gtest/gtest.h>

#include "policy/redaction_testing.h"

namespace apiarist::policy {
namespace {

using testing::with_marks;

std::string redacted(std::string_view type, std::string_view bytes, bool cut = false) {
    ValueRedactor values(testing::kKey);
    return redact_body(values, {type, bytes, false}, {0, cut});
}

TEST(RedactBody, is_judged_by_its_looks_before_its_type) {
    for (const char* type : {"", "text/plain", "application/json; charset=utf-8", "application/x-www-form-urlencoded"})
        EXPECT_EQ(redacted(type, R"({"pin":1})"), with_marks(R"({"pin":"⟦number:1⟧"})")) << type;
    EXPECT_EQ(redacted("", "<a><pin>1</pin></a>"), with_marks("<a><pin>⟦number:1⟧</pin></a>"));
    EXPECT_EQ(redacted("", "a=b&pin=1"), with_marks("a=b&pin=⟦number:1⟧"));
    EXPECT_EQ(redacted("application/x-www-form-urlencoded", "pin=%31"), with_marks("pin=⟦number:1⟧"));
    EXPECT_EQ(redacted("text/plain", "to alice@example.com"), with_marks("to ⟦email:alice@example.com⟧"));
    EXPECT_EQ(redacted("application/json", ")]}',\n{\"pin\":1}"), with_marks(")]}',\n{\"pin\":\"⟦number:1⟧\"}"));
    EXPECT_EQ(redacted("application/javascript", "cb({\"pin\":1});"), with_marks("cb({\"pin\":\"⟦number:1⟧\"});"));
    EXPECT_EQ(redacted("application/javascript", "let a = 'b'; // it's"), "let a = 'b'; // it's");
    EXPECT_EQ(redacted("", ""), "");
}

TEST(RedactBody, server_sent_events) {
    EXPECT_EQ(redacted("text/event-stream", "event: a\ndata: {\"pin\":1}\n\ndata:alice@example.com\n"),
              with_marks("event: a\ndata: {\"pin\":\"⟦number:1⟧\"}\n\ndata:⟦email:alice@example.com⟧\n"));
}

TEST(RedactBody, what_is_no_text_becomes_one_mark) {
    for (const std::string& bytes : {std::string("\x89PNG\r\n\x1a\n"),
                                     std::string("\x0a\x05"
                                                 "alice",
                                                 7),
                                     std::string("{\0\"\0", 4), std::string("caf\xe9")})
        EXPECT_EQ(redacted("text/plain", bytes), testing::mark("binary", bytes));
    EXPECT_EQ(redacted("application/grpc-web-text", "AAAAAAA="), with_marks("⟦binary:AAAAAAA=⟧"));
    EXPECT_EQ(redacted("application/x-protobuf", "alice"), with_marks("⟦binary:alice⟧"));
    EXPECT_EQ(redacted("image/png", "x"), with_marks("⟦binary:x⟧"));
    EXPECT_EQ(redacted("image/svg+xml", "<svg/>"), "<svg/>");
    ValueRedactor values(testing::kKey);
    EXPECT_EQ(redact_body(values, {"text/plain", "plain", true}, {}), with_marks("⟦binary:plain⟧"));
}

TEST(RedactBody, text_that_is_cut) {
    const std::string text = "line one\nthe card is 4111 1111 11";
    EXPECT_EQ(redacted("", text), text);
    EXPECT_EQ(redacted("", text, true), with_marks("line one\n⟦secret:the card is 4111 1111 11⟧"));
    // In the middle of a character.
    EXPECT_EQ(redacted("", "{\"a\":1,\"b\":\"caf\xc3", true), with_marks("{\"a\":1,\"b\":\"⟦secret:caf\xc3⟧"));
    // A card that begins before the end that is not trusted.
    const std::string padding(50, 'x');
    EXPECT_EQ(redacted("", "to 4111 1111 1111 1111 " + padding + " ab", true),
              with_marks("to ⟦card:4111 1111 1111 1111⟧⟦secret: " + padding + " ab⟧"));
}

TEST(RedactBody, multipart_by_names_and_types) {
    const char* type = "multipart/form-data; boundary=\"b 1\"";
    EXPECT_EQ(
        redacted(type,
                 "preamble\r\n--b 1\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nbob\r\n"
                 "--b 1\r\nContent-Disposition: form-data; name=password\r\n\r\nhunter2\r\n\r\n"
                 "--b 1\r\ncontent-disposition: form-data; name=\"f\"; filename=\"alice@example.com\"\r\n"
                 "Content-Type: image/png\r\n\r\n\x89PNG\r\n"
                 "--b 1\r\nContent-Type: application/json\r\n\r\n{\"pin\":1}\r\n--b 1--\r\nepilogue"),
        with_marks("preamble\r\n--b 1\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nbob\r\n"
                   "--b 1\r\nContent-Disposition: form-data; name=password\r\n\r\n⟦secret:hunter2\r\n⟧\r\n"
                   "--b 1\r\ncontent-disposition: form-data; name=\"f\"; filename=\"⟦email:alice@example.com⟧\"\r\n"
                   "Content-Type: image/png\r\n\r\n⟦binary:\x89PNG⟧\r\n"
                   "--b 1\r\nContent-Type: application/json\r\n\r\n{\"pin\":\"⟦number:1⟧\"}\r\n--b 1--\r\nepilogue"));
}

TEST(RedactBody, multipart_that_is_cut_or_odd) {
    const char* type = "multipart/form-data; boundary=b";
    EXPECT_EQ(redacted(type, "--b\r\nContent-Disposition: form-data; name=pin\r\n\r\n12", true),
              with_marks("--b\r\nContent-Disposition: form-data; name=pin\r\n\r\n⟦number:12⟧"));
    EXPECT_EQ(redacted(type, "--b\r\nX-Mail: alice@exa", true), with_marks("--b\r\nX-Mail: ⟦secret:alice@exa⟧"));
    EXPECT_EQ(redacted(type, "--b\n\nalice@example.com\n--b--"), with_marks("--b\n\n⟦email:alice@example.com⟧\n--b--"));
    EXPECT_EQ(redacted("multipart/mixed", "--x\r\n\r\n{\"pin\":1}\r\n--x--"),
              with_marks("--x\r\n\r\n{\"pin\":\"⟦number:1⟧\"}\r\n--x--"));
    EXPECT_EQ(redacted("multipart/mixed", "alice@example.com"), with_marks("⟦email:alice@example.com⟧"));
    for (const char* bytes : {"--b", "--b\r\n", "--b--", "x--b\r\n", "--b\r\n--b\r\n--b--"})
        EXPECT_EQ(redacted(type, bytes), bytes);
    EXPECT_EQ(redacted(type, "--b\r\nno field alice@example.com\r\n\r\n--b--"),
              with_marks("--b\r\nno field ⟦email:alice@example.com⟧\r\n\r\n--b--"));
}

TEST(RedactBody, multipart_names_whatever_is_put_around_them) {
    for (const std::string disposition :
         {"form-data; filename=\"a;name=b\"; name=\"password\"", "form-data;\r\n name=\"password\"",
          "form-data; x=y;\r\n\tname=\r\n \"password\"", "\r\n form-data; name=\"password\"",
          "form-data; filename=\"a\\\";name=b\"; name=\"password\"", "form-data; filename=\"C:\\\"; name=\"password\"",
          "form-data; NAME = password", "form-data; name=\"a\"; name=\"password\"", "form-data; name=\"pass\\word\"",
          "form-data; name*=UTF-8''password", "form-data; name=\"password", "form-data; name=b;name=password"}) {
        const std::string head = "--b\r\nContent-Disposition: " + disposition + "\r\n\r\n";
        EXPECT_EQ(redacted("multipart/form-data; boundary=b", head + "hunter2\r\n--b--"),
                  head + testing::mark("secret", "hunter2") + "\r\n--b--")
            << disposition;
    }
    const std::string other =
        "--b\r\nContent-Disposition: form-data; filename=\"a;name=password\"; name=\"b\"\r\n\r\n hunter2\r\n--b--";
    EXPECT_EQ(redacted("multipart/form-data; boundary=b", other), other);
}

TEST(RedactBody, multipart_fields_that_are_folded) {
    EXPECT_EQ(redacted("multipart/form-data; boundary=b",
                       "--b\r\nX-Mail: to\r\n alice@example.com\r\n bob\r\nX-Api-Key:\n abc\r\n\r\n x\r\n--b--"),
              with_marks("--b\r\nX-Mail: to\r\n ⟦email:alice@example.com⟧\r\n bob\r\nX-Api-Key:\n ⟦secret:abc⟧\r\n\r\n"
                         " x\r\n--b--"));
}

}  // namespace
}  // namespace apiarist::policy
