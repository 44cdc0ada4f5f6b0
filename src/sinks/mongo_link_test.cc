// SPDX-License-Identifier: Apache-2.0
// What needs no server; tests/live/test_mongo.py has one.
#include "sinks/mongo_link.h"

#include <gmock/gmock.h>

#include <condition_variable>

namespace apiarist::sinks {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

TEST(MongoLink, what_is_no_address_is_refused_without_repeating_it) {
    policy::TrafficCounts counts;
    policy::HeaderValues values;
    for (const char* address :
         {"", "<AKTO_MONGO_CONN>", "127.0.0.1:27017", "mongodb://", "mongodb://u:topsecret@:x/"}) {
        const auto link = MongoLink::make({.uri = address, .period_ns = 1, .on_trouble = {}}, counts, values);
        ASSERT_FALSE(link) << address;
        EXPECT_THAT(link.error().what, Not(HasSubstr("topsecret")));
    }
}

TEST(MongoLink, a_server_that_is_not_there_keeps_what_was_counted) {
    policy::TrafficCounts counts;
    policy::HeaderValues values;
    values.set({{"x-team", "retail"}});
    counts.add("10.0.0.1", "shop", 100, true);
    std::mutex mutex;
    std::condition_variable said;
    std::vector<std::string> lines;
    auto link = MongoLink::make({.uri = "mongodb://127.0.0.1:1/",
                                 .period_ns = 1'000'000,
                                 .on_trouble =
                                     [&](const std::string& what) {
                                         const std::scoped_lock lock(mutex);
                                         lines.push_back(what);
                                         said.notify_all();
                                     }},
                                counts, values);
    ASSERT_TRUE(link);
    {
        std::unique_lock lock(mutex);
        said.wait(lock, [&lines] { return !lines.empty(); });
    }
    (*link)->finish();
    EXPECT_THAT(lines, SizeIs(1));
    EXPECT_THAT(lines.front(), HasSubstr("it is tried again"));
    EXPECT_THAT(counts.take(), SizeIs(1));
    EXPECT_FALSE(values.pass({}));  // what it wanted when it was last heard of
}

}  // namespace
}  // namespace apiarist::sinks
