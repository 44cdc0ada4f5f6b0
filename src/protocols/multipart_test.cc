// SPDX-License-Identifier: Apache-2.0
#include "protocols/multipart.h"

#include <gtest/gtest.h>

#include <string>

namespace apiarist::protocols {
namespace {

// "head>content<" of a whole part, "head>content" of another; joined by " | ".
std::string read(std::string_view body, std::size_t most = 4) {
    std::string text;
    for (const BodyPart& part : read_parts(body, most)) {
        if (!text.empty()) text += " | ";
        text += std::string(part.head) + ">" + std::string(part.content) + (part.whole ? "<" : "");
    }
    return text;
}

TEST(Multipart, parts) {
    EXPECT_EQ(read("--b\r\nA: 1\r\n\r\none\r\n--b\r\nB: 2\r\nC: 3\r\n\r\ntwo\r\n\r\n--b--\r\nno\r\n\r\nno"),
              "A: 1>one< | B: 2\r\nC: 3>two\r\n<");
    EXPECT_EQ(read("\r\n--b \t\r\n\r\none\r\n--b\r\nA: 1\r\n\r\n\r\n--b--"), ">one< | A: 1><");
    EXPECT_EQ(read("--b\r\nA: 1\r\n\r\none\r\n--b\r\nB: 2\r\n\r\ntwo\r\n--b--", 1), "A: 1>one<");
}

TEST(Multipart, what_is_cut) {
    EXPECT_EQ(read("--b\r\nA: 1\r\n\r\none\r\n--"), "A: 1>one\r\n--");
    EXPECT_EQ(read("--b\r\nA: 1\r\n"), "");
    EXPECT_EQ(read("--b\r\nA: 1\r\n\r\none\r\n--b"), "A: 1>one<");
}

TEST(Multipart, what_is_none) {
    for (const char* body : {"", "--", "{}", "\r\n", "b\r\nA: 1\r\n\r\none"})
        EXPECT_EQ(read(body), "") << body;
    EXPECT_EQ(read("--" + std::string(100, 'b') + "\r\nA: 1\r\n\r\none"), "");
}

}  // namespace
}  // namespace apiarist::protocols
