// SPDX-License-Identifier: Apache-2.0
#include "inventory/siblings.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace apiarist::inventory {
namespace {

// An exchange that succeeded, with a JSON answer (and request).
void saw(PathTree& tree, std::string_view method, const std::string& path, const std::string& answer,
         const std::string& request = {}) {
    const auto segments = split_path(path);
    std::vector<std::string> words(segments.begin(), segments.end());
    Evidence evidence;
    evidence.succeeded = true;
    for (const auto& [text, member] :
         {std::pair{&answer, &Evidence::response}, std::pair{&request, &Evidence::request}}) {
        if (text->empty()) continue;
        simdjson::dom::parser parser;
        simdjson::dom::element root;
        if (parser.parse(*text).get(root) != simdjson::SUCCESS) ADD_FAILURE() << *text;
        Schema schema;
        schema.observe(root);
        evidence.*member = shape_set(schema);
        if (text == &answer) evidence.answers = answers_of(schema);
        add_strings(root, words, evidence);
    }
    tree.learn(tree.endpoint(tree.route(segments, true), method, "", true), evidence);
}

std::vector<std::string> proposed(const PathTree& tree, std::string_view place) {
    const auto proposal = propose(tree, tree.find(place));
    std::vector<std::string> words;
    if (proposal)
        for (const NodeIndex word : proposal->words)
            words.push_back(tree.node(word).pattern);
    return words;
}

const std::vector<std::string> kNames{"payments", "checkout", "identity", "search", "mobile", "data", "infra", "web"};

TEST(Siblings, words_with_answers_of_one_shape_are_values) {
    PathTree tree;
    for (const std::string& name : kNames)
        saw(tree, "GET", "/api/projects/" + name, R"({"id":1,"title":"x","members":[{"id":2,"role":"r"}]})");
    saw(tree, "GET", "/api/projects/count", R"({"count":3,"archived":1,"filter":null})");
    EXPECT_THAT(proposed(tree, "/api/projects"), testing::UnorderedElementsAreArray(kNames));
}

TEST(Siblings, a_message_that_repeats_its_word_needs_few_of_them) {
    PathTree tree;
    for (const char* name : {"alpha", "beta", "gamma"})
        saw(tree, "GET", fmt::format("/api/flags/{}", name),
            fmt::format(R"({{"name":"{}","enabled":true,"rules":[]}})", name));
    EXPECT_EQ(proposed(tree, "/api/flags").size(), 3u);
    PathTree two;
    for (const char* name : {"alpha", "beta"})
        saw(two, "GET", fmt::format("/api/flags/{}", name),
            fmt::format(R"({{"name":"{}","enabled":true,"rules":[]}})", name));
    EXPECT_TRUE(proposed(two, "/api/flags").empty());
}

TEST(Siblings, collections_side_by_side_are_no_values) {
    PathTree tree;
    for (const std::string& name : kNames) {
        const std::string answer = fmt::format(
            R"({{"data":[{{"id":1,"{0}_name":"a","{0}_state":"b","{0}_owner":"c"}}],"total":1,"page":1}})", name);
        saw(tree, "GET", "/api/v1/" + name, answer);
        saw(tree, "POST", "/api/v1/" + name + "/filter", answer, R"({"limit":1,"offset":2})");
        saw(tree, "GET", "/api/v1/" + name + "/1", answer);
    }
    EXPECT_TRUE(proposed(tree, "/api/v1").empty());
}

TEST(Siblings, names_of_kinds_are_no_repeated_words) {
    PathTree tree;
    for (const std::string& name : kNames)
        saw(tree, "GET", "/" + name,
            fmt::format(R"({{"data":[{{"type":"{0}","id":"1","a_{0}":1,"b_{0}":2}}]}})", name));
    EXPECT_TRUE(proposed(tree, "").empty());
}

TEST(Siblings, answers_that_say_nothing_are_no_evidence) {
    PathTree tree;
    for (const std::string& name : kNames)
        saw(tree, "POST", "/api/jobs/" + name, "");
    EXPECT_TRUE(proposed(tree, "/api/jobs").empty());
}

TEST(Siblings, a_word_beside_a_parameter_joins_it_only_in_company) {
    PathTree tree;
    const std::string user = R"({"id":1,"mail":"x","roles":[]})";
    saw(tree, "GET", "/api/users/1", user);
    saw(tree, "GET", "/api/users/me", user);
    EXPECT_TRUE(proposed(tree, "/api/users").empty());
    for (const char* name : {"ann", "bob", "cid", "dan", "eve"})
        saw(tree, "GET", fmt::format("/api/users/{}", name), user);
    EXPECT_FALSE(proposed(tree, "/api/users").empty());
}

TEST(Siblings, more_endpoints_alike_need_fewer_words) {
    PathTree tree;
    for (const char* name : {"red", "green", "blue", "grey"})
        for (const char* below : {"", "/pools", "/limits"})
            saw(tree, "GET", fmt::format("/api/zone/{}{}", name, below),
                fmt::format(R"({{"a{0}":1,"b{0}":2,"c{0}":3}})", std::string(below).size()));
    EXPECT_EQ(proposed(tree, "/api/zone").size(), 4u);
}

TEST(Siblings, words_that_messages_name_are_values_whatever_is_answered) {
    PathTree tree;
    for (const char* name : {"alpha", "beta", "gamma", "delta"}) {
        saw(tree, "POST", "/api/store/7/keys", "", fmt::format(R"({{"key":"{}","value":1}})", name));
        saw(tree, "GET", fmt::format("/api/store/7/keys/{}", name),
            fmt::format(R"({{"a{0}":1,"b{0}":2,"c{0}":3}})", name));
    }
    saw(tree, "GET", "/api/store/7/keys/count", "3");
    EXPECT_THAT(proposed(tree, "/api/store/{}/keys"), testing::UnorderedElementsAre("alpha", "beta", "gamma", "delta"));
}

TEST(Siblings, names_that_are_said_elsewhere_are_values_though_nothing_is_answered) {
    PathTree tree;
    for (const std::string& name : kNames) {
        saw(tree, "PUT", "/api/orgs/7/members/" + name, "");
        saw(tree, "POST", "/api/orgs/7/actions/" + name, R"({"done":1})");
    }
    EXPECT_TRUE(proposed(tree, "/api/orgs/{}/members").empty()) << "nobody said what they are";
    for (const std::string& name : kNames)
        saw(tree, "POST", "/api/people", "", fmt::format(R"({{"login":"{}"}})", name));
    EXPECT_EQ(proposed(tree, "/api/orgs/{}/members").size(), kNames.size());
}

TEST(Siblings, fields_below_many_things_are_words_though_they_have_a_name_elsewhere) {
    PathTree tree;
    for (const char* field : {"mail", "phone", "avatar", "title"}) {
        saw(tree, "POST", "/api/fields", "", fmt::format(R"({{"name":"{}"}})", field));
        for (int user = 1; user < 9; ++user)
            saw(tree, "PUT", fmt::format("/api/users/{}/{}", user, field), "");
    }
    EXPECT_TRUE(proposed(tree, "/api/users/{}").empty());
}

TEST(Siblings, names_with_digits_and_points_are_values_sooner_than_words) {
    PathTree tree;
    for (const std::string& name : kNames) {
        saw(tree, "GET", "/api/repo/archive/" + name + "2.zip", "");
        saw(tree, "GET", "/api/repo/page/" + name + ".html", "");
    }
    EXPECT_EQ(proposed(tree, "/api/repo/archive").size(), kNames.size());
    EXPECT_TRUE(proposed(tree, "/api/repo/page").empty()) << "an extension of all is no name of one";
}

TEST(Siblings, empty_lists_and_words_that_follow_many_values_are_no_evidence) {
    PathTree tree;
    for (char a = 'a'; a < 'e'; ++a) {
        for (const std::string& name : kNames) {
            saw(tree, "GET", fmt::format("/api/list/{}{}", name, a), "[]");
            for (int order = 1; order < 4; ++order)
                saw(tree, "POST", fmt::format("/api/orders/{}/{}{}", order, name, a), "");
        }
    }
    EXPECT_TRUE(proposed(tree, "/api/list").empty());
    EXPECT_TRUE(proposed(tree, "/api/orders/{}").empty());
}

TEST(Siblings, two_names_in_a_row_are_two_values) {
    PathTree tree;
    for (const std::string& name : kNames)
        saw(tree, "PUT", fmt::format("/api/starred/{0}-1/{0}-repository", name), "");
    EXPECT_EQ(proposed(tree, "/api/starred").size(), kNames.size());
    PathTree words;
    for (const std::string& name : kNames)
        saw(words, "PUT", fmt::format("/api/jobs/{0}/{0}-now", name), "");
    EXPECT_TRUE(proposed(words, "/api/jobs").empty());
}

TEST(Siblings, a_new_word_of_an_open_place_joins_unless_it_is_answered_otherwise) {
    PathTree tree;
    const std::string repository = R"({"id":1,"title":"x","members":[{"id":2,"role":"r"}]})";
    for (const std::string& name : kNames)
        saw(tree, "GET", "/api/repos/" + name, repository);
    tree.open(tree.find("/api/repos"), propose(tree, tree.find("/api/repos"))->words);
    saw(tree, "GET", "/api/repos/late", repository);
    saw(tree, "GET", "/api/repos/find", R"([{"id":1,"title":"x"}])");
    saw(tree, "GET", "/api/repos/count", "3");
    saw(tree, "GET", "/api/repos/issues/search", repository);
    EXPECT_THAT(proposed(tree, "/api/repos"), testing::ElementsAre("late"));
}

TEST(Siblings, what_is_below_a_new_word_is_held_against_parameters_that_were_found_there) {
    PathTree tree;
    for (const char* owner : {"ann", "bob", "cid"})
        for (const std::string& name : kNames)
            saw(tree, "DELETE", fmt::format("/api/repos/{}/{}", owner, name), "");
    tree.open(tree.find("/api/repos"),
              {tree.find("/api/repos/ann"), tree.find("/api/repos/bob"), tree.find("/api/repos/cid")});
    std::vector<NodeIndex> words;
    for (const std::string& name : kNames)
        words.push_back(tree.find("/api/repos/{}/" + name));
    tree.open(tree.find("/api/repos/{}"), words);
    saw(tree, "DELETE", "/api/repos/dan/fresh", "");
    saw(tree, "GET", "/api/repos/issues/search", "[]");
    EXPECT_THAT(proposed(tree, "/api/repos"), testing::ElementsAre("dan"));
}

TEST(Siblings, beside_a_parameter_that_was_found_changes_join_without_answers) {
    PathTree tree;
    for (const std::string& name : kNames)
        saw(tree, "GET", "/api/projects/" + name, R"({"id":1,"title":"x","members":[{"id":2,"role":"r"}]})");
    tree.open(tree.find("/api/projects"), propose(tree, tree.find("/api/projects"))->words);
    PathTree& open = tree;
    open.add("/api/projects/late", "DELETE", "");
    open.endpoint(open.add("/api/projects/late", "DELETE", "")).evidence.succeeded = true;
    open.endpoint(open.add("/api/projects/search", "GET", "")).evidence.succeeded = true;
    open.endpoint(open.add("/api/projects/search", "GET", "")).evidence.response = {2, 4, 6, 8};
    EXPECT_THAT(proposed(tree, "/api/projects"), testing::ElementsAre("late"));
}

TEST(Siblings, what_never_succeeded_joins_the_parameter) {
    PathTree tree;
    tree.endpoint(tree.route(split_path("/api/projects/nothing"), false), "GET", "", false);
    for (const std::string& name : kNames)
        saw(tree, "GET", "/api/projects/" + name, R"({"id":1,"title":"x","members":[{"id":2,"role":"r"}]})");
    EXPECT_THAT(proposed(tree, "/api/projects"), testing::Contains("nothing"));
}

TEST(Siblings, a_decision_that_was_undone_is_not_made_again) {
    PathTree tree;
    for (const std::string& name : kNames)
        saw(tree, "GET", "/api/projects/" + name, R"({"id":1,"title":"x","members":[]})");
    tree.close(tree.find("/api/projects"));
    EXPECT_TRUE(proposed(tree, "/api/projects").empty());
}

TEST(Evidence, comes_back_from_its_text) {
    Evidence evidence{true, 5, {1, 2, 0xffffffff}, {}, {{3, 4}, {5, 6}}, {7}};
    EXPECT_EQ(Evidence::decode(evidence.encode()), evidence);
    EXPECT_EQ(Evidence::decode(Evidence{}.encode()), Evidence{});
    for (const char* text : {"", "1", "1  ", "1 0 xyz   ", "1 0 00000001   0000000"})
        EXPECT_EQ(Evidence::decode(text), std::nullopt) << text;
}

}  // namespace
}  // namespace apiarist::inventory
