// SPDX-License-Identifier: Apache-2.0
#include "protocols/graphql_request.h"

#include <gtest/gtest.h>

namespace apiarist::protocols {
namespace {

const std::string kHash(64, 'a');

// "query Name(field field)", "-" for an unknown kind, calls joined by ", ".
std::string text_of(const std::optional<GraphqlCalls>& calls) {
    if (!calls) return "none";
    std::string text;
    for (const GraphqlCall& call : calls->calls) {
        if (!text.empty()) text += ", ";
        text += call.kind ? to_string(*call.kind) : "-";
        text += " " + call.name + "(";
        for (const std::string& field : call.fields)
            text += field + " ";
        text += ")";
    }
    return text + (calls->cut ? " …" : "");
}

std::string json(std::string_view body, bool cut = false, bool told = false) {
    return text_of(read_graphql_json({body, cut}, told));
}

std::string form(std::string_view query, bool told = false) {
    return text_of(read_graphql_form(query, told));
}

TEST(GraphqlRequest, json) {
    EXPECT_EQ(json(R"({"query":"query Get($id: ID) {\n  user(id: $id) { name }\n}","variables":{"id":1}})"),
              "query Get(user )");
    EXPECT_EQ(json(R"({"operationName":"B","query":"query A{a} mutation B{b}"})"), "mutation B(b )");
    EXPECT_EQ(json(R"({"operationName":null,"query":"{a}"})"), "query (a )");
    EXPECT_EQ(json(R"({"operationName":"","query":"{a}"})"), "query (a )");
    EXPECT_EQ(json(R"({"query":"query A{a} query B{b}"})"), "- ()");
    EXPECT_EQ(json(R"({"qu\u0065ry":"{a}"})"), "query (a )");
}

TEST(GraphqlRequest, a_batch) {
    EXPECT_EQ(json(R"([{"query":"query A{a}"},{"query":"mutation B{b}"},{"query":"shoes"},1])"),
              "query A(a ), mutation B(b )");
    std::string many = "[";
    for (int i = 0; i < 40; ++i)
        many += R"({"query":"{a}"},)";
    const auto calls = read_graphql_json({many + "1]"}, false);
    ASSERT_TRUE(calls);
    EXPECT_EQ(calls->calls.size(), 32U);
    EXPECT_TRUE(calls->cut);
}

TEST(GraphqlRequest, of_a_persisted_query_the_name_alone) {
    const std::string extensions = R"("extensions":{"persistedQuery":{"version":1,"sha256Hash":")" + kHash + "\"}}";
    EXPECT_EQ(json(R"({"operationName":"Get",)" + extensions + "}"), "- Get()");
    EXPECT_EQ(json("{" + extensions + "}"), "- ()");
    EXPECT_EQ(json(R"({"operationName":"not a name",)" + extensions + "}"), "- ()");
    EXPECT_EQ(json(R"({"query":"query Get{a}",)" + extensions + "}"), "query Get(a )");
    EXPECT_EQ(json(R"({"operationName":"Get","extensions":{"persistedQuery":{"sha256Hash":"x"}}})"), "none");
}

TEST(GraphqlRequest, what_only_looks_like_one) {
    for (const char* body : {R"({"query":"shoes"})", R"({"query":{"match":{"a":"b"}}})",
                             R"({"query":"SELECT * FROM t"})", R"({"query":""})", R"({"query":"up{job=\"x\"}"})",
                             R"({"a":"query"})", R"({"query":"{a}")", R"(query=%7Ba%7D)", "", R"({"query":7})"})
        EXPECT_EQ(json(body), "none") << body;
}

TEST(GraphqlRequest, a_server_that_says_so_is_believed) {
    EXPECT_EQ(json(R"({"documentId":"x","operationName":"Get"})", false, true), "- Get()");
    EXPECT_EQ(json(R"({"query":"{ no"})", false, true), "- ()");
    EXPECT_EQ(json(R"({"query":"{ no","operationName":"Get"})", false, true), "- ()");
    EXPECT_EQ(form("documentId=x&operationName=Get", true), "- Get()");
}

TEST(GraphqlRequest, of_a_cut_body_what_is_beyond_doubt) {
    EXPECT_EQ(json(R"({"query":"query Get{a}","variables":{"x":"yyy)", true), "query Get(a )");
    EXPECT_EQ(json(R"({"query":"query A{a} query B{b}","variables":{"x":"yyy)", true), "- ()")
        << "the name may come behind";
    EXPECT_EQ(json(R"({"operationName":"Get","query":"query Get{)", true), "none");
    EXPECT_EQ(json(R"([{"query":"query A{a}"},{"query":"query B{)", true), "query A(a ) …");
}

TEST(GraphqlRequest, query_of_a_target) {
    EXPECT_EQ(form("query=query%20A%7Ba%7D+query%20B%7Bb(x:%22%26%22)%7D&operationName=B&variables={}"), "query B(b )");
    EXPECT_EQ(
        form("operationName=Get&extensions=%7B%22persistedQuery%22%3A%7B%22sha256Hash%22%3A%22" + kHash + "%22%7D%7D"),
        "- Get()");
    EXPECT_EQ(form("query=up%7Bjob=%22x%22%7D"), "none");
    EXPECT_EQ(form("query={a}&query={b}"), "none");
    EXPECT_EQ(form("extensions=[1]"), "none");
    EXPECT_EQ(form("operationName=Get"), "none");
    EXPECT_EQ(form(""), "none");
}

TEST(GraphqlRequest, a_document_alone) {
    EXPECT_EQ(text_of(read_graphql_body("mutation Pay { pay }")), "mutation Pay(pay )");
    EXPECT_EQ(text_of(read_graphql_body("shoes")), "none");
    EXPECT_EQ(text_of(read_graphql_body("")), "none");
}

}  // namespace
}  // namespace apiarist::protocols
