// SPDX-License-Identifier: Apache-2.0
#include "transactions/operation.h"

#include <gtest/gtest.h>

#include <string>

namespace apiarist::transactions {
namespace {

Transaction post(const std::string& type, const std::string& body) {
    Transaction transaction;
    transaction.request.method = "POST";
    transaction.request.target = "/api";
    if (!type.empty()) transaction.request.headers = {{"Content-Type", type}};
    transaction.request.body = body;
    return transaction;
}

// "protocol: type name(field field), …", "…" where it says that there is more.
std::string read(Transaction transaction) {
    read_operations(transaction);
    if (!transaction.operations) return "none";
    std::string text(to_string(transaction.operations->protocol));
    for (const Operation& operation : transaction.operations->list) {
        text += text.find(':') == std::string::npos ? ": " : ", ";
        text += operation.type + " " + operation.name;
        for (const std::string& field : operation.fields)
            text += "(" + field + ")";
    }
    return text + (transaction.operations->truncated ? " …" : "");
}

TEST(Operation, graphql_in_json_whatever_the_type_and_the_url) {
    constexpr const char* kBody = R"({"query":"query Get{user{id}}"})";
    EXPECT_EQ(read(post("application/json; charset=utf-8", kBody)), "graphql: query Get(user)");
    EXPECT_EQ(read(post("application/graphql+json", kBody)), "graphql: query Get(user)");
    EXPECT_EQ(read(post("text/plain", kBody)), "graphql: query Get(user)");
    EXPECT_EQ(read(post("", kBody)), "graphql: query Get(user)");
    EXPECT_EQ(read(post("application/json", R"([{"query":"{a}"},{"query":"mutation M{b}"}])")),
              "graphql: query (a), mutation M(b)");
}

TEST(Operation, graphql_in_other_bodies) {
    EXPECT_EQ(read(post("application/graphql", "{ a }")), "graphql: query (a)");
    EXPECT_EQ(read(post("application/x-www-form-urlencoded", "query=mutation+M%7Bb%7D")), "graphql: mutation M(b)");
    EXPECT_EQ(read(post("multipart/form-data; boundary=b",
                        "--b\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n"
                        R"({"query":"mutation Up($f: Upload!){up(file:$f){id}}","variables":{"f":null}})"
                        "\r\n--b\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n{}\r\n--b--\r\n")),
              "graphql: mutation Up(up)");
}

TEST(Operation, graphql_in_the_target) {
    Transaction get = post("", "");
    get.request.method = "GET";
    get.request.target = "/graphql?query=query%20Get%7Buser%7Bid%7D%7D&operationName=Get";
    EXPECT_EQ(read(get), "graphql: query Get(user)");
    get.request.target = "/graphql?query=shoes";
    EXPECT_EQ(read(get), "none");
    get.request.target = "/graphql";
    EXPECT_EQ(read(get), "none");
}

TEST(Operation, a_server_says_that_it_is_graphql) {
    Transaction transaction = post("application/json", R"({"id":"123","operationName":"Get"})");
    EXPECT_EQ(read(transaction), "none");
    transaction.response.emplace().headers = {{"content-type", "application/graphql-response+json; charset=utf-8"}};
    EXPECT_EQ(read(transaction), "graphql:  Get");
}

TEST(Operation, json_rpc_and_mcp) {
    EXPECT_EQ(read(post("application/json", R"({"jsonrpc":"2.0","method":"add","params":[1,2],"id":1})")),
              "json-rpc: request add");
    EXPECT_EQ(
        read(post("application/json", R"({"jsonrpc":"2.0","method":"tools/call","params":{"name":"add"},"id":1})")),
        "mcp: request tools/call(add)");
    Transaction ping = post("application/json", R"({"jsonrpc":"2.0","method":"ping","id":1})");
    EXPECT_EQ(read(ping), "json-rpc: request ping");
    ping.request.headers.push_back({"Mcp-Session-Id", "1"});
    EXPECT_EQ(read(ping), "mcp: request ping");
}

TEST(Operation, soap) {
    const std::string envelope =
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>"
        "<GetPrice xmlns='urn:shop'/></s:Body></s:Envelope>";
    Transaction transaction = post("text/xml", envelope);
    transaction.request.headers.push_back({"SOAPAction", "\"urn:shop/GetPrice\""});
    EXPECT_EQ(read(transaction), "soap: request GetPrice");
    read_operations(transaction);
    EXPECT_EQ(transaction.operations->namespace_name, "urn:shop");
    EXPECT_EQ(transaction.operations->action, "urn:shop/GetPrice");
    EXPECT_EQ(read(post("multipart/related; type=\"application/xop+xml\"",
                        "--b\r\nContent-Type: application/xop+xml\r\n\r\n" + envelope + "\r\n--b--\r\n")),
              "soap: request GetPrice");
    EXPECT_EQ(read(post("text/xml", "\xef\xbb\xbf" + envelope)), "soap: request GetPrice");
}

TEST(Operation, other_requests_have_none) {
    EXPECT_EQ(read(post("application/json", R"({"name":"x","query":"shoes"})")), "none");
    EXPECT_EQ(read(post("application/x-www-form-urlencoded", "a=1&b=2")), "none");
    EXPECT_EQ(read(post("text/html", "<html></html>")), "none");
    EXPECT_EQ(read(post("multipart/form-data; boundary=b", "--b\r\n\r\nx\r\n--b--")), "none");
    Transaction grpc = post("application/json", R"({"query":"{a}"})");
    grpc.grpc.emplace();
    EXPECT_EQ(read(grpc), "none");
}

TEST(Operation, of_a_cut_body_nothing_that_is_half) {
    Transaction transaction = post("application/graphql", "query A{a}");
    transaction.request.body_truncated = true;
    EXPECT_EQ(read(transaction), "none") << "another operation may follow";
    transaction = post("application/x-www-form-urlencoded", "x=1&query=query A{a}");
    transaction.request.gap = true;
    EXPECT_EQ(read(transaction), "none");
    transaction = post("application/json", R"({"query":"query A{a}","variables":{"x":")");
    EXPECT_EQ(read(transaction), "none") << "not known to be cut";
    transaction.request.body_not_seen = true;
    EXPECT_EQ(read(transaction), "graphql: query A(a)");
}

// Each known type, name and field of what was cut is that of the whole.
void expect_part(const Operations& part, const Operations& whole, const std::string& where) {
    EXPECT_LE(part.list.size(), whole.list.size()) << where;
    for (std::size_t i = 0; i < part.list.size() && i < whole.list.size(); ++i) {
        const Operation& one = part.list[i];
        EXPECT_TRUE(one.type.empty() || one.type == whole.list[i].type) << where;
        EXPECT_TRUE(one.name.empty() || one.name == whole.list[i].name) << where;
        EXPECT_TRUE(one.fields.empty() || one.fields == whole.list[i].fields) << where;
    }
}

TEST(Operation, of_a_body_that_is_cut_anywhere_no_name_is_wrong) {
    const std::pair<const char*, const char*> kBodies[] = {
        {"application/json",
         R"({"query":"query A { a } query B { b(x: \"}\") }","variables":{"x":["\\",{}]},"operationName":"B"})"},
        {"application/json",
         R"([{"operationName":"A","query":"query A{a}"},{"query":"mutation B{b c}","x":"y"},{"query":"{d}"}])"},
        {"application/json",
         R"([{"jsonrpc":"2.0","method":"a.b","params":{"x":[1,"]"]},"id":1},{"jsonrpc":"2.0","method":"c"}])"},
        {"application/json",
         R"({"params":{"arguments":{"name":"no"},"name":"tool"},"method":"tools/call","id":1,"jsonrpc":"2.0"})"},
        {"text/xml",
         "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><GetPrice/></s:Body></s:Envelope>"},
        {"application/graphql", "query A { a }"},
        {"application/x-www-form-urlencoded", "variables=1&query=query+A{a}+query+B{b}&operationName=A&x=1"},
    };
    for (const auto& [type, body] : kBodies) {
        Transaction whole = post(type, body);
        read_operations(whole);
        ASSERT_TRUE(whole.operations) << body;
        for (std::size_t size = 0; size < whole.request.body.size(); ++size) {
            Transaction part = post(type, whole.request.body.substr(0, size));
            part.request.body_truncated = true;
            read_operations(part);
            if (part.operations) expect_part(*part.operations, *whole.operations, part.request.body);
        }
    }
}

TEST(Operation, names_have_so_much_room_and_no_more) {
    std::string body = "[";
    for (int i = 0; i < 32; ++i)
        body += R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(200, 'm') + "\"},";
    Transaction transaction = post("application/json", body + "1]");
    read_operations(transaction);
    ASSERT_TRUE(transaction.operations);
    EXPECT_TRUE(transaction.operations->truncated);
    EXPECT_EQ(transaction.operations->list.size(), 32U);
    EXPECT_EQ(transaction.operations->list[19].name.size(), 200U);
    EXPECT_EQ(transaction.operations->list[20].name, "");
}

}  // namespace
}  // namespace apiarist::transactions
