// SPDX-License-Identifier: Apache-2.0
// Records as they come, over HTTP.
#include "api/live_stream.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/socket.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "api/fixture_test.h"
#include "api/tokens.h"
#include "base/handles.h"
#include "live/feed.h"

namespace apiarist::api {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr int kPatienceSeconds = 60;  // a bound for hanging, not an expectation

// All that is written, with "|" between two texts.
std::string written(const live::Taken& taken) {
    std::string out;
    EXPECT_TRUE(write_events(taken, [&out](std::string_view text) {
        out += out.empty() ? "" : "|";
        out += text;
        return true;
    }));
    return out;
}

TEST(LiveStream, events_are_text_that_no_record_can_break) {
    EXPECT_EQ(written({}), "");
    EXPECT_EQ(written({{{0, R"({"a":"<&>"})"}, {2, "{}"}}, 3}),
              "event: record\ndata: {\"a\":\"\\u003c\\u0026\\u003e\"}\n\n"
              "event: lost\ndata: {\"records\":2}\n\nevent: record\ndata: {}\n\n"
              "event: lost\ndata: {\"records\":3}\n\n");
}

TEST(LiveStream, events_are_written_in_texts_of_a_bounded_size) {
    const std::string long_one = "\"" + std::string(40'000, 'x') + "\"";
    const std::string one = "event: record\ndata: " + long_one + "\n\n";
    const live::Taken taken{{{0, long_one}, {0, long_one}, {0, long_one}}, 1};
    EXPECT_EQ(written(taken), one + one + "|" + one + "event: lost\ndata: {\"records\":1}\n\n");
    int calls = 0;
    EXPECT_FALSE(write_events(taken, [&calls](std::string_view) {
        ++calls;
        return false;
    }));
    EXPECT_EQ(calls, 1);
}

// Reads on a thread of its own until it is destroyed or the server ends.
class Listener {
  public:
    Listener(int port, const std::string& path, const httplib::Headers& headers) : client_("127.0.0.1", port) {
        client_.set_read_timeout(kPatienceSeconds);
        thread_ = std::thread([this, path, headers] {
            const auto answer = client_.Get(
                path, headers,
                [this](const httplib::Response& response) {
                    const std::scoped_lock lock(mutex_);
                    status_ = response.status;
                    type_ = response.get_header_value("Content-Type");
                    return true;
                },
                [this](const char* bytes, std::size_t size) {
                    const std::scoped_lock lock(mutex_);
                    got_.append(bytes, size);
                    changed_.notify_all();
                    return !leave_;
                });
            const std::scoped_lock lock(mutex_);
            ended_ = true;
            changed_.notify_all();
        });
    }
    ~Listener() {
        {
            const std::scoped_lock lock(mutex_);
            leave_ = true;
        }
        client_.stop();
        thread_.join();
    }
    // What came, once that is in it, or at the end.
    std::string until(const std::string& text) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return ended_ || got_.find(text) != std::string::npos; });
        return got_;
    }
    void until_end() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return ended_; });
    }
    int status() {
        const std::scoped_lock lock(mutex_);
        return status_;
    }
    std::string type() {
        const std::scoped_lock lock(mutex_);
        return type_;
    }

  private:
    httplib::Client client_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string got_;   // guarded by mutex_
    std::string type_;  // guarded by mutex_
    int status_ = 0;    // guarded by mutex_
    bool ended_ = false;
    bool leave_ = false;
    std::thread thread_;
};

class LiveTest : public ApiTest {
  protected:
    void SetUp() override {
        ApiTest::SetUp();
        if (IsSkipped()) return;
        options_.live = &feed_;
        serve();
    }
    void TearDown() override {
        listeners_.clear();
        ApiTest::TearDown();
    }
    Listener& listen(const std::string& query = {}) {
        listeners_.push_back(std::make_unique<Listener>(server_->port(), "/api/v1/live" + query, as(reader_)));
        Listener& one = *listeners_.back();
        (void)one.until("\n\n");
        return one;
    }
    void publish(const std::string& target, std::size_t bytes = 0) {
        records::Record record;
        record.method = "GET";
        record.target = target;
        record.status = 200;
        feed_.publish(record, 1, [bytes](const records::Record& one) {
            std::string json = fmt::format(R"({{"target":"{}{}"}})", one.target, std::string(bytes, 'x'));
            return live::Written{std::string(one.target), std::move(json)};
        });
    }
    // Of a test that waits for other threads.
    template <typename Condition>
    static bool comes(const Condition& condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(kPatienceSeconds);
        while (!condition() && std::chrono::steady_clock::now() < end)
            std::this_thread::yield();
        return condition();
    }
    // A connection that has said this, and reads nothing by itself.
    [[nodiscard]] Fd connection(const std::string& said) const {
        Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const int small = 4096;
        (void)::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(server_->port()));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
            ::send(socket.get(), said.data(), said.size(), MSG_NOSIGNAL) < 0)
            ADD_FAILURE() << "no connection";
        return socket;
    }
    [[nodiscard]] Fd asked() const {
        return connection(
            fmt::format("GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n", reader_));
    }

    live::Feed feed_{{.readers = 8, .events = 256, .bytes = 4u << 20, .per_second = 1'000'000'000}};
    std::vector<std::unique_ptr<Listener>> listeners_;
};

TEST_P(LiveTest, records_arrive_as_they_come) {
    Listener& all = listen();
    Listener& some = listen("?search=ORDERS&method=GET");
    EXPECT_EQ(all.status(), 200);
    EXPECT_EQ(all.type(), "text/event-stream");
    publish("/users/1");
    publish("/orders/1");
    EXPECT_THAT(all.until("/orders/1"), HasSubstr("event: record\ndata: {\"target\":\"/users/1\"}\n\n"));
    EXPECT_THAT(some.until("/orders/1"), Not(HasSubstr("/users/1")));
    publish("/orders/2");
    EXPECT_THAT(some.until("/orders/2"), HasSubstr("/orders/1"));
    EXPECT_THAT(all.until("/orders/2"), Not(HasSubstr("lost")));
}

TEST_P(LiveTest, what_cannot_be_asked_for_is_refused) {
    EXPECT_EQ(client_->Get("/api/v1/live")->status, 401);
    EXPECT_EQ(get("/api/v1/live?status=9xx")->status, 400);
    EXPECT_EQ(get("/api/v1/live?limit=1")->status, 400);
    EXPECT_EQ(feed_.readers(), 0U);
    options_.live = nullptr;
    server_.reset();
    serve();
    EXPECT_EQ(get("/api/v1/live")->status, 404);
}

TEST_P(LiveTest, head_begins_no_stream) {
    const auto head = client_->Head("/api/v1/live", as(reader_));
    ASSERT_TRUE(head);
    EXPECT_EQ(head->status, 200);
    EXPECT_EQ(head->get_header_value("Content-Type"), "text/event-stream");
    EXPECT_TRUE(comes([this] { return feed_.readers() == 0; }));
}

TEST_P(LiveTest, eight_look_on_and_others_are_answered) {
    for (std::size_t i = 0; i < feed_.limits().readers; ++i)
        (void)listen();
    const auto ninth = get("/api/v1/live");
    ASSERT_TRUE(ninth);
    EXPECT_EQ(ninth->status, 503);
    EXPECT_THAT(ninth->body, HasSubstr("8 look on already"));
    EXPECT_EQ(get("/api/v1/status")->status, 200);
    publish("/a");
    for (const auto& listener : listeners_)
        EXPECT_THAT(listener->until("/a"), HasSubstr("/a"));
    listeners_.pop_back();
    EXPECT_TRUE(comes([this] { return feed_.readers() == 7; })) << "who has gone holds no place";
    EXPECT_EQ(listen().status(), 200);
    EXPECT_TRUE(troubles_.empty());
}

TEST_P(LiveTest, who_reads_slowly_hears_of_what_was_lost) {
    const Fd slow = asked();
    ASSERT_TRUE(comes([this] { return feed_.readers() == 1; }));
    // More than the buffers of both sockets and the queue hold.
    for (int i = 0; i < 4000; ++i)
        publish("/big", 8000);
    std::string got;
    char buffer[65536];
    ssize_t now = 0;
    while (got.find("event: lost") == std::string::npos && (now = ::recv(slow.get(), buffer, sizeof buffer, 0)) > 0)
        got.append(buffer, static_cast<std::size_t>(now));
    EXPECT_THAT(got, StartsWith("HTTP/1.1 200 "));
    EXPECT_NE(got.find("event: lost\ndata: {\"records\":"), std::string::npos);
}

TEST_P(LiveTest, who_takes_nothing_is_left) {
    options_.stall_time = std::chrono::milliseconds(1);
    server_.reset();
    serve();
    const Fd stuck = asked();
    ASSERT_TRUE(comes([this] { return feed_.readers() == 1; }));
    EXPECT_TRUE(comes([this] {
        publish("/big", 8000);
        return feed_.readers() == 0;
    }));
}

TEST_P(LiveTest, a_stream_goes_on_when_the_time_of_a_request_is_over) {
    options_.request_seconds = 1;
    server_.reset();
    serve();
    Listener& one = listen();
    // A later request that never becomes whole ends by that time.
    const Fd hanging = connection("GET /healthz HTTP/1.1\r\n");
    char buffer[4096];
    while (::recv(hanging.get(), buffer, sizeof buffer, 0) > 0) {
    }
    publish("/late");
    EXPECT_THAT(one.until("/late"), HasSubstr("/late"));
}

TEST_P(LiveTest, a_connection_that_asks_nothing_holds_no_thread) {
    options_.idle_time = std::chrono::milliseconds(1);
    options_.request_seconds = 3600;
    server_.reset();
    serve();
    const Fd silent = connection({});
    const timeval patience{kPatienceSeconds, 0};
    (void)::setsockopt(silent.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    char byte = 0;
    EXPECT_EQ(::recv(silent.get(), &byte, 1, 0), 0);
}

TEST_P(LiveTest, a_stream_ends_when_its_token_is_replaced) {
    Listener& one = listen();
    publish("/before");
    (void)one.until("/before");
    ASSERT_TRUE(replace_tokens(store_->database(), directory_, 1'800'000'000));
    one.until_end();
    EXPECT_TRUE(comes([this] { return feed_.readers() == 0; }));
}

TEST_P(LiveTest, the_end_of_the_server_ends_its_streams) {
    Listener& one = listen();
    const Fd stuck = asked();
    ASSERT_TRUE(comes([this] { return feed_.readers() == 2; }));
    for (int i = 0; i < 4000; ++i)
        publish("/big", 8000);
    server_.reset();
    one.until_end();
    EXPECT_EQ(feed_.readers(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Databases, LiveTest, testing::Values("SQLite"),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace apiarist::api
