// SPDX-License-Identifier: Apache-2.0
#include "api/base_path.h"

#include <gtest/gtest.h>

namespace apiarist::api {
namespace {

TEST(MissingBasePathTest, what_is_seen_has_it_in_front) {
    EXPECT_EQ(missing_base_path({{"GET", "/orders", 0}, {"GET", "/orders/{order}", 1}, {"POST", "/pay", 2}},
                                {{"GET", "/api/v1/orders"}, {"GET", "/api/v1/orders/{}"}, {"GET", "/about"}}),
              (MissingBasePath{"/api/v1", "", 2}));
}

TEST(MissingBasePathTest, what_is_documented_has_it_in_front) {
    EXPECT_EQ(missing_base_path({{"GET", "/v2/orders", 0}, {"PUT", "/v2/orders/{id}/lines", 1}},
                                {{"GET", "/orders"}, {"PUT", "/orders/{}/lines"}}),
              (MissingBasePath{"", "/v2", 2}));
}

TEST(MissingBasePathTest, the_one_of_most_operations) {
    EXPECT_EQ(missing_base_path({{"GET", "/a", 0}, {"GET", "/b", 1}, {"GET", "/c", 2}},
                                {{"GET", "/x/a"}, {"GET", "/x/b"}, {"GET", "/y/a"}, {"GET", "/y/b"}, {"GET", "/y/c"}}),
              (MissingBasePath{"/y", "", 3}));
}

TEST(MissingBasePathTest, servers_of_one_operation_count_once) {
    EXPECT_EQ(missing_base_path({{"GET", "/eu/a", 0}, {"GET", "/us/a", 0}, {"GET", "/eu/b", 1}, {"GET", "/us/b", 1}},
                                {{"GET", "/api/eu/a"}, {"GET", "/api/us/a"}, {"GET", "/api/eu/b"}}),
              (MissingBasePath{"/api", "", 2}));
}

TEST(MissingBasePathTest, none) {
    EXPECT_EQ(missing_base_path({}, {}), std::nullopt);
    EXPECT_EQ(missing_base_path({{"GET", "/a", 0}, {"GET", "/b", 1}}, {{"GET", "/x/a"}}), std::nullopt) << "one of two";
    EXPECT_EQ(missing_base_path({{"GET", "/a", 0}}, {{"POST", "/x/a"}}), std::nullopt) << "another method";
    EXPECT_EQ(missing_base_path({{"GET", "/{id}", 0}}, {{"GET", "/orders/{}"}}), std::nullopt)
        << "behind it is no word";
    EXPECT_EQ(missing_base_path({{"GET", "/lines", 0}}, {{"GET", "/orders/{}/lines"}}), std::nullopt) << "a parameter";
    EXPECT_EQ(missing_base_path({{"GET", "/", 0}}, {{"GET", "/api"}}), std::nullopt);
    EXPECT_EQ(missing_base_path({{"GET", "", 0}}, {{"GET", "//"}}), std::nullopt);
    EXPECT_EQ(missing_base_path({{"GET", "/a", 0}}, {{"GET", "/x/a"}}), (MissingBasePath{"/x", "", 1}))
        << "all there is";
}

TEST(MissingBasePathTest, of_paths_alike_each_operation_counts) {
    EXPECT_EQ(missing_base_path({{"GET", "/a/{x}", 0}, {"GET", "/a/{y}", 1}}, {{"GET", "/api/a/{}"}}),
              (MissingBasePath{"/api", "", 2}));
}

TEST(MissingBasePathTest, what_is_looked_at_is_bounded) {
    const std::string long_path = "/" + std::string(MissingBasePath::kLength, 'a');
    EXPECT_EQ(missing_base_path({{"GET", "/b", 0}}, {{"GET", long_path + "/b"}}), std::nullopt);
    std::string deep;
    for (std::size_t i = 0; i < MissingBasePath::kSegments; ++i)
        deep += "/a";
    EXPECT_EQ(missing_base_path({{"GET", "/b", 0}}, {{"GET", deep + "/b"}}), (MissingBasePath{deep, "", 1}));
    EXPECT_EQ(missing_base_path({{"GET", "/b", 0}}, {{"GET", deep + "/a/b"}}), std::nullopt);
}

// What a document of a megabyte may have: many servers with long base paths, of operations that are all alike.
TEST(MissingBasePathTest, hostile_documents_take_little) {
    constexpr std::size_t kOperations = 20'000;
    constexpr std::size_t kServers = 16;
    std::vector<std::string> paths;
    std::vector<std::string> seen;
    for (std::size_t server = 0; server < kServers; ++server)
        paths.push_back("/" + std::string(400, static_cast<char>('a' + server)) + "/u/a/a/a/a/a/a/a/{x}/y");
    std::string deep;
    for (std::size_t i = 0; i < 30; ++i)
        seen.push_back(deep += "/a");
    for (std::size_t i = 0; i < kOperations; ++i)
        seen.push_back("/h" + std::to_string(i) + paths[0]);
    std::vector<MethodAndPath> unseen;
    std::vector<MethodAndPath> undocumented;
    for (std::size_t operation = 0; operation < kOperations; ++operation)
        for (const std::string& path : paths)
            unseen.push_back({"GET", path, operation});
    for (const std::string& path : seen)
        undocumented.push_back({"GET", path});
    const auto missing = missing_base_path(unseen, undocumented);
    ASSERT_TRUE(missing);
    EXPECT_EQ(missing->operations, static_cast<std::int64_t>(kOperations));
    EXPECT_EQ(missing->seen.substr(0, 2), "/h");
}

}  // namespace
}  // namespace apiarist::api
