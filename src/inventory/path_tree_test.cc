// SPDX-License-Identifier: Apache-2.0
#include "inventory/path_tree.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace apiarist::inventory {
namespace {

std::string route(PathTree& tree, std::string_view target, bool succeeded = true) {
    const NodeIndex node = tree.route(split_path(target), succeeded);
    tree.endpoint(node, "GET", "", succeeded);
    return tree.text_of(node);
}

TEST(SplitPath, takes_every_form_of_a_target) {
    using testing::ElementsAre;
    EXPECT_THAT(split_path("/"), ElementsAre(""));
    EXPECT_THAT(split_path("/a/b?x=/y#z"), ElementsAre("a", "b"));
    EXPECT_THAT(split_path("/a/"), ElementsAre("a", ""));
    EXPECT_THAT(split_path("http://host:80/a"), ElementsAre("a"));
    EXPECT_THAT(split_path("http://host"), ElementsAre(""));
    EXPECT_THAT(split_path("*"), ElementsAre("*"));
    EXPECT_THAT(split_path("/a;jsessionid=F0"), ElementsAre("a"));
    EXPECT_THAT(split_path("/go/http://x/y"), ElementsAre("go", "http:", "", "x", "y"));
    EXPECT_EQ(query_of("/a?x=1&y#z?"), "x=1&y");
    EXPECT_EQ(query_of("/a"), "");
}

TEST(PathTree, values_of_a_shape_are_one_template) {
    PathTree tree;
    EXPECT_EQ(route(tree, "/users/1/orders/550e8400-e29b-41d4-a716-446655440000"), "/users/{}/orders/{}");
    EXPECT_EQ(route(tree, "/users/2/orders/9"), "/users/{}/orders/{}");
    EXPECT_EQ(route(tree, "/users/2.json"), "/users/{}.json");
    EXPECT_EQ(route(tree, "/users/"), "/users/");
    EXPECT_EQ(route(tree, "/"), "/");
    EXPECT_EQ(tree.endpoint_count(), 4u);
}

TEST(PathTree, a_literal_that_looks_like_a_template_is_a_literal) {
    PathTree tree;
    EXPECT_EQ(route(tree, "/users/{}"), "/users/%7B%7D");
    EXPECT_EQ(route(tree, "/users/1"), "/users/{}");
    EXPECT_EQ(route(tree, "/users/STRING"), "/users/STRING");
}

TEST(PathTree, a_word_that_fails_beside_a_parameter_is_its_value) {
    PathTree tree;
    EXPECT_EQ(route(tree, "/users/1"), "/users/{}");
    EXPECT_EQ(route(tree, "/users/nobody", false), "/users/{}");
    EXPECT_EQ(route(tree, "/users/search"), "/users/search");
    EXPECT_EQ(route(tree, "/users/search", false), "/users/search");
}

TEST(PathTree, paths_of_a_hostile_client_are_bounded) {
    TreeLimits limits;
    limits.failed_literals = 10;
    limits.failed_endpoints = 50;
    PathTree tree(limits);
    EXPECT_EQ(route(tree, "/real/path"), "/real/path");
    for (int i = 0; i < 5000; ++i)
        route(tree,
              fmt::format("/{}/{}", std::string(static_cast<std::size_t>(i % 40 + 1), 'a'),
                          std::string(static_cast<std::size_t>(i / 40 + 1) % 90, 'b')),
              false);
    EXPECT_LT(tree.endpoint_count(), 60u);
    EXPECT_LT(tree.node_count(), 300u);
    EXPECT_GT(tree.forced(), 0u);
    EXPECT_EQ(route(tree, "/another/real/path"), "/another/real/path") << "what succeeds still finds its place";
    std::string deep;
    for (int i = 0; i < 500; ++i)
        deep += "/x";
    EXPECT_TRUE(route(tree, deep).ends_with("/{*}"));
}

TEST(PathTree, another_method_of_a_path_in_a_full_tree_is_counted_with_the_rest) {
    TreeLimits limits;
    limits.endpoints = 3;
    PathTree tree(limits);
    for (const char* path : {"/a", "/b", "/c"})
        route(tree, path);
    for (int i = 0; i < 3; ++i) {
        const EndpointIndex index = tree.endpoint(tree.find("/a"), "DELETE", "", true);
        EXPECT_EQ(tree.text_of(tree.endpoint(index).node), "/{*}");
        EXPECT_EQ(tree.endpoint(index).method, "*");
    }
    EXPECT_EQ(tree.endpoint_count(), 4u);
}

TEST(PathTree, a_long_path_that_fails_is_cut_sooner) {
    PathTree tree;
    EXPECT_EQ(route(tree, "/a/b/c/d/e/f/g/h/i/j/k", false), "/a/b/c/d/e/f/g/h/{*}");
    EXPECT_EQ(route(tree, "/a/b/c/d/e/f/g/h/i/j/k"), "/a/b/c/d/e/f/g/h/i/j/k");
    EXPECT_EQ(route(tree, "/a/b/c/d/e/f/g/h/i/j/k", false), "/a/b/c/d/e/f/g/h/i/j/k");
}

TEST(PathTree, methods_and_operations_of_a_path_are_bounded) {
    PathTree tree;
    const NodeIndex node = tree.route(split_path("/rpc"), true);
    for (int i = 0; i < 3000; ++i)
        tree.endpoint(node, "POST", fmt::format("op{}", i), true);
    EXPECT_LE(tree.endpoint_count(), 258u);
    for (int i = 0; i < 3000; ++i)
        tree.endpoint(node, fmt::format("M{}", i), "", true);
    EXPECT_LE(tree.endpoint_count(), 520u);
}

TEST(PathTree, opening_a_place_joins_what_is_below) {
    PathTree tree;
    for (const char* path : {"/p/a", "/p/b", "/p/a/x", "/p/c/x", "/p/c/1", "/p/keep"})
        route(tree, path);
    const NodeIndex place = tree.find("/p");
    const auto joined = tree.open(place, {tree.find("/p/a"), tree.find("/p/b"), tree.find("/p/c")});
    EXPECT_EQ(joined.size(), 5u);
    EXPECT_EQ(std::count_if(joined.begin(), joined.end(), [](const auto& one) { return one.first != one.second; }), 2);
    EXPECT_EQ(route(tree, "/p/a"), "/p/{}");
    EXPECT_EQ(route(tree, "/p/b/x"), "/p/{}/x");
    EXPECT_EQ(route(tree, "/p/b/7"), "/p/{}/{}");
    EXPECT_EQ(route(tree, "/p/keep"), "/p/keep");
    tree.close(place);
    EXPECT_EQ(route(tree, "/p/later"), "/p/later");
    EXPECT_EQ(route(tree, "/p/5"), "/p/{}");
}

TEST(PathTree, a_new_word_at_an_open_place_is_a_literal_until_it_is_held_against_the_parameter) {
    PathTree tree;
    for (const char* path : {"/p/a", "/p/b"})
        route(tree, path);
    tree.open(tree.find("/p"), {tree.find("/p/a"), tree.find("/p/b")});
    EXPECT_EQ(route(tree, "/p/nobody", false), "/p/{}");
    EXPECT_EQ(route(tree, "/p/search"), "/p/search");
    EXPECT_EQ(route(tree, "/p/late"), "/p/late");
    tree.open(tree.find("/p"), {tree.find("/p/late")});
    EXPECT_EQ(route(tree, "/p/late"), "/p/{}");
    for (std::uint32_t i = 0; i < kMostProbed; ++i)
        route(tree, fmt::format("/p/word{}", std::string(i % 16 + 1, 'x') + std::string(i / 16 + 1, 'y')));
    EXPECT_EQ(route(tree, "/p/after-so-many"), "/p/{}");
}

TEST(PathTree, knows_how_many_values_a_word_followed) {
    PathTree tree;
    for (const char* path : {"/p/1/keys", "/p/2/keys", "/p/2/keys", "/p/3/keys/deep", "/p/9/main"})
        route(tree, path);
    EXPECT_EQ(tree.node(tree.find("/p/{}/keys")).above_count, 3u);
    EXPECT_EQ(tree.node(tree.find("/p/{}/keys/deep")).above_count, 1u);
    EXPECT_EQ(tree.node(tree.find("/p/{}/main")).above_count, 1u);
    PathTree joined;
    for (const char* path : {"/p/a/keys", "/p/b/keys"})
        route(joined, path);
    joined.open(joined.find("/p"), {joined.find("/p/a"), joined.find("/p/b")});
    EXPECT_EQ(joined.node(joined.find("/p/{}/keys")).above_count, 2u);
}

TEST(PathTree, comes_back_from_what_it_says) {
    PathTree tree;
    for (const char* path : {"/p/a", "/p/1", "/q/9.json", "/p/1/", "/"})
        route(tree, path);
    tree.open(tree.find("/p"), {tree.find("/p/a")});
    PathTree again;
    again.decide("/p", Decision::kEvidence);
    for (std::size_t i = 0; i < tree.endpoint_count(); ++i)
        if (const Endpoint& one = tree.endpoint(static_cast<EndpointIndex>(i)); !one.gone)
            again.add(tree.text_of(one.node), one.method, one.operation);
    for (const char* path : {"/p/zebra", "/p/1", "/q/8.json", "/p/1/", "/"})
        EXPECT_EQ(route(again, path), route(tree, path)) << path;
    // Those that came back, and "zebra", which was not held against the parameter yet.
    EXPECT_EQ(again.endpoint_count(), 5u);
}

}  // namespace
}  // namespace apiarist::inventory
