// SPDX-License-Identifier: Apache-2.0
#include "base/json_writer.h"

#include <gtest/gtest.h>

namespace apiarist {
namespace {

TEST(JsonWriter, sets_commas_lines_and_escapes) {
    JsonWriter json;
    json.begin_object().key("a\"b").begin_array().text("x\n").number(7).begin_object().end_object().end_array();
    json.key("c").boolean(true).key("d").begin_array().end_array().end_object();
    EXPECT_EQ(json.take(), "{\n  \"a\\\"b\": [\n    \"x\\n\",\n    7,\n    {}\n  ],\n  \"c\": true,\n  \"d\": []\n}\n");
}

}  // namespace
}  // namespace apiarist
