// SPDX-License-Identifier: Apache-2.0
#include "transactions/grpc_call.h"

#include <gtest/gtest.h>

#include <string>

namespace apiarist::transactions {
namespace {

using std::string_literals::operator""s;

const std::string kTwo = "\0\0\0\0\1a\0\0\0\0\2bc"s;  // "a" and "bc"

Transaction call_of(const std::string& type) {
    Transaction transaction;
    transaction.request.target = "/shop.v1.Orders/Get";
    transaction.request.headers = {{"content-type", type}};
    transaction.request.body = kTwo;
    auto& response = transaction.response.emplace();
    response.headers = {{"content-type", type}};
    response.body = "\0\0\0\0\1x"s;
    response.trailers = {{"grpc-status", "5"}};
    return transaction;
}

TEST(GrpcCall, names_counts_and_status) {
    Transaction transaction = call_of("application/grpc");
    read_grpc_call(transaction, 100);
    ASSERT_TRUE(transaction.grpc);
    EXPECT_EQ(transaction.grpc->service, "shop.v1.Orders");
    EXPECT_EQ(transaction.grpc->method, "Get");
    EXPECT_EQ(transaction.grpc->request_messages, 2U);
    EXPECT_EQ(transaction.grpc->response_messages, 1U);
    EXPECT_EQ(transaction.grpc->status, 5);
    EXPECT_EQ(transaction.request.body, "YWJj");  // "abc"
    EXPECT_EQ(transaction.response->body, "eA==");
}

TEST(GrpcCall, other_content_stays_as_it_is) {
    Transaction transaction = call_of("application/json");
    read_grpc_call(transaction, 100);
    EXPECT_FALSE(transaction.grpc);
    EXPECT_EQ(transaction.request.body, kTwo);
}

TEST(GrpcCall, where_the_type_was_said_before_the_lengths_tell) {
    Transaction transaction = call_of("");
    transaction.request.headers.clear();
    transaction.request.joined_midway = true;
    transaction.response->headers.clear();
    read_grpc_call(transaction, 100);
    EXPECT_FALSE(transaction.response->joined_midway);
    ASSERT_TRUE(transaction.grpc);
    EXPECT_EQ(transaction.request.body, "YWJj");
    EXPECT_EQ(transaction.grpc->request_messages, 2U);
    EXPECT_EQ(transaction.response->body, "\0\0\0\0\1x"s) << "all of its head is known, and no type is in it";
    transaction = call_of("");
    transaction.request.headers.clear();
    read_grpc_call(transaction, 100);
    EXPECT_FALSE(transaction.grpc);
}

TEST(GrpcCall, a_proxys_answer_is_no_message) {
    Transaction transaction = call_of("application/grpc");
    transaction.response->headers = {{"content-type", "text/html"}};
    transaction.response->body = "<h1>no</h1>";
    transaction.response->trailers.clear();
    read_grpc_call(transaction, 100);
    EXPECT_EQ(transaction.response->body, "<h1>no</h1>");
    EXPECT_FALSE(transaction.grpc->status);
}

TEST(GrpcCall, an_answer_of_trailers_alone_has_its_status_in_the_head) {
    Transaction transaction = call_of("application/grpc");
    transaction.response->trailers.clear();
    transaction.response->headers.push_back({"grpc-status", "12"});
    read_grpc_call(transaction, 100);
    EXPECT_EQ(transaction.grpc->status, 12);
}

TEST(GrpcCall, an_unknown_path_names_nothing) {
    for (const char* path : {"", "/", "/Get", "no-slash"}) {
        Transaction transaction = call_of("application/grpc");
        transaction.request.target = path;
        read_grpc_call(transaction, 100);
        EXPECT_EQ(transaction.grpc->service, "") << path;
    }
}

TEST(GrpcCall, a_cut_body_is_told) {
    Transaction transaction = call_of("application/grpc");
    transaction.request.body.pop_back();
    read_grpc_call(transaction, 100);
    EXPECT_TRUE(transaction.request.body_truncated);
    EXPECT_EQ(transaction.request.body, "YQ==");
    EXPECT_EQ(transaction.grpc->request_messages, 2U);
}

}  // namespace
}  // namespace apiarist::transactions
