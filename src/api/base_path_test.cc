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

TEST(MissingBasePathTest, deep_paths_are_looked_at_to_a_bound) {
    std::string deep;
    for (int i = 0; i < 3000; ++i)
        deep += "/a";
    EXPECT_EQ(missing_base_path({{"GET", "/b", 0}}, {{"GET", deep + "/b"}}), std::nullopt);
}

}  // namespace
}  // namespace apiarist::api
