// SPDX-License-Identifier: Apache-2.0
#include "live/feed.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

namespace apiarist::live {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;

records::Record record(std::string_view target, std::uint16_t status = 200, std::string_view method = "GET",
                       std::string_view host = "shop") {
    records::Record one;
    one.target = target;
    one.status = status;
    one.method = method;
    one.request_headers = {{"host", host}};
    return one;
}

class FeedTest : public testing::Test {
  protected:
    void publish(const records::Record& one, std::int64_t now_s = kNow) {
        feed_->publish(one, now_s, [this](const records::Record& written) {
            ++written_;
            std::string target(written.target);
            if (const auto at = target.find("secret"); at != std::string::npos) target.replace(at, 6, "mark");
            return Written{target, padding_ + target};
        });
    }
    // "[lost] event … [lost]"
    static std::string text(Reader& reader) {
        std::string out;
        const Taken taken = reader.take();
        for (const Event& event : taken.events) {
            if (event.lost_before != 0) out += "[" + std::to_string(event.lost_before) + "]";
            out += event.json;
        }
        if (taken.lost != 0) out += "[" + std::to_string(taken.lost) + "]";
        return out;
    }
    static bool is_readable(const Reader& reader) {
        pollfd one{reader.fd(), POLLIN, 0};
        return ::poll(&one, 1, 0) == 1;
    }
    void limit(const Limits& limits) { feed_ = std::make_unique<Feed>(limits); }

    std::unique_ptr<Feed> feed_ = std::make_unique<Feed>();
    int written_ = 0;
    std::string padding_;
};

TEST_F(FeedTest, nothing_is_written_where_nobody_reads) {
    publish(record("/a"));
    EXPECT_EQ(written_, 0);
    {
        const auto reader = feed_->subscribe({});
        EXPECT_EQ(feed_->readers(), 1U);
        EXPECT_EQ(text(*reader), "") << "of before";
    }
    EXPECT_EQ(feed_->readers(), 0U);
    publish(record("/a"));
    EXPECT_EQ(written_, 0);
}

TEST_F(FeedTest, each_reader_gets_each_record_and_it_is_written_once) {
    const auto one = feed_->subscribe({});
    const auto other = feed_->subscribe({});
    publish(record("/a"));
    publish(record("/b"));
    EXPECT_EQ(written_, 2);
    EXPECT_EQ(text(*one), "/a/b");
    EXPECT_EQ(text(*other), "/a/b");
    EXPECT_EQ(text(*one), "");
}

TEST_F(FeedTest, its_descriptor_is_readable_while_an_event_waits) {
    const auto reader = feed_->subscribe({});
    EXPECT_FALSE(is_readable(*reader));
    publish(record("/a"));
    publish(record("/b"));
    EXPECT_TRUE(is_readable(*reader));
    (void)reader->take();
    EXPECT_FALSE(is_readable(*reader));
    publish(record("/c"));
    EXPECT_TRUE(is_readable(*reader));
}

TEST_F(FeedTest, filters_come_before_writing) {
    const auto reader =
        feed_->subscribe({.collection = "Shop.Example", .method = "POST", .search = "ORD", .status = "4xx"});
    publish(record("/orders", 404, "POST", "pay"));
    publish(record("/orders", 404, "GET", "shop.example"));
    publish(record("/users", 404, "POST", "shop.example"));
    publish(record("/orders", 200, "POST", "shop.example"));
    EXPECT_EQ(written_, 0);
    publish(record("/Orders/1", 404, "POST", "SHOP.example:80"));
    EXPECT_EQ(text(*reader), "/Orders/1");
}

TEST_F(FeedTest, status) {
    const std::pair<const char*, const char*> kWanted[] = {{"succeeded", "/101/200/302"},
                                                           {"2xx", "/200"},
                                                           {"3xx", "/302"},
                                                           {"4xx", "/404"},
                                                           {"5xx", "/500"},
                                                           {"unanswered", "/0"},
                                                           {"", "/0/101/200/302/404/500"}};
    for (const auto& [status, seen] : kWanted) {
        EXPECT_EQ(is_status(status), *status != '\0');
        const auto reader = feed_->subscribe({.collection = {}, .method = {}, .search = {}, .status = status});
        for (const char* each : {"/0", "/101", "/200", "/302", "/404", "/500"})
            publish(record(each, static_cast<std::uint16_t>(std::atoi(each + 1))));
        EXPECT_EQ(text(*reader), seen) << status;
    }
    for (const char* none : {"200", "1xx", "6xx", "2XX", "xxx"})
        EXPECT_FALSE(is_status(none)) << none;
}

TEST_F(FeedTest, what_a_reader_does_not_take_is_lost_and_counted) {
    limit({.readers = 2, .events = 2, .bytes = 1000, .per_second = 1000});
    const auto slow = feed_->subscribe({});
    const auto quick = feed_->subscribe({});
    std::string seen;
    for (const char* each : {"/a", "/b", "/c", "/d"}) {
        publish(record(each));
        seen += text(*quick);
    }
    EXPECT_EQ(seen, "/a/b/c/d") << "a slow reader costs others nothing";
    EXPECT_EQ(text(*slow), "/a/b[2]");
    publish(record("/e"));
    EXPECT_EQ(text(*slow), "/e") << "what was lost is told once";
}

TEST_F(FeedTest, what_was_lost_stands_before_the_event_that_follows) {
    limit({.readers = 1, .events = 9, .bytes = 9, .per_second = 1000});
    const auto reader = feed_->subscribe({});
    publish(record("/1234567890"));
    publish(record("/1234567"));
    publish(record("/x"));
    EXPECT_EQ(text(*reader), "[1]/1234567[1]");
    publish(record("/x"));
    EXPECT_EQ(text(*reader), "/x") << "bytes are given back";
}

TEST_F(FeedTest, so_many_are_written_in_a_second) {
    limit({.readers = 2, .events = 100, .bytes = 1000, .per_second = 3});
    const auto all = feed_->subscribe({});
    const auto failed = feed_->subscribe({.collection = {}, .method = {}, .search = {}, .status = "5xx"});
    for (int i = 0; i < 5; ++i)
        publish(record("/a"));
    publish(record("/b", 500));
    EXPECT_EQ(written_, 3);
    EXPECT_EQ(text(*all), "/a/a/a[3]");
    EXPECT_EQ(text(*failed), "[1]") << "what a filter leaves out is not lost";
    publish(record("/c", 500), kNow + 1);
    EXPECT_EQ(text(*all), "/c");
    EXPECT_EQ(text(*failed), "/c");
}

TEST_F(FeedTest, a_search_does_not_find_what_was_redacted) {
    limit({.readers = 2, .events = 100, .bytes = 1000, .per_second = 2});
    const auto curious = feed_->subscribe({.collection = {}, .method = {}, .search = "secret", .status = {}});
    const auto other = feed_->subscribe({.collection = {}, .method = {}, .search = "mark", .status = {}});
    publish(record("/a?key=secret"));
    EXPECT_EQ(text(*curious), "");
    EXPECT_EQ(text(*other), "") << "nor what the redaction writes";
    publish(record("/a?key=secret"));
    publish(record("/a?key=secret"));
    publish(record("/a?key=other"));
    EXPECT_EQ(text(*curious), "[2]") << "beyond the rate it is as if nobody searched";
}

TEST_F(FeedTest, there_is_room_for_so_many_readers) {
    std::vector<std::unique_ptr<Reader>> readers;
    for (std::size_t i = 0; i < feed_->limits().readers; ++i)
        readers.push_back(feed_->subscribe({}));
    EXPECT_NE(readers.back(), nullptr);
    EXPECT_EQ(feed_->subscribe({}), nullptr);
    readers.pop_back();
    EXPECT_NE(feed_->subscribe({}), nullptr);
}

TEST_F(FeedTest, readers_come_and_go_while_records_pass) {
    limit({.readers = 8, .events = 16, .bytes = 1000, .per_second = 1'000'000});
    std::atomic<bool> over{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([this, &over] {
            while (!over) {
                const auto reader = feed_->subscribe({});
                ASSERT_NE(reader, nullptr);
                std::uint64_t got = 0;
                while (got < 50 && !over) {
                    const Taken taken = reader->take();
                    got += taken.events.size() + taken.lost;
                }
            }
        });
    for (int i = 0; i < 20'000; ++i)
        publish(record("/a"));
    over = true;
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(feed_->readers(), 0U);
}

}  // namespace
}  // namespace apiarist::live
