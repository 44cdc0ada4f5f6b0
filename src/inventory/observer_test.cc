// SPDX-License-Identifier: Apache-2.0
#include "inventory/observer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "inventory/message_facts.h"
#include "sensitive/scanner.h"

namespace apiarist::inventory {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;

class ObserverTest : public testing::Test {
  protected:
    ObserverTest() : observer_(options()) {}

    static ObserverOptions options() {
        const auto own = private_networks();
        return {{Networks::parse(own).value(), {}},
                [](const records::Record& record) { return std::string(record.target); }};
    }

    records::Record exchange(std::string_view method, std::string_view target, std::uint16_t status = 200,
                             std::string_view answer = {}) {
        records::Record record;
        record.method = method;
        record.target = target;
        record.type = "HTTP/1.1";
        record.status = status;
        record.request_headers = {{"host", "shop"}};
        if (!answer.empty()) record.response_headers = {{"content-type", "application/json"}};
        record.response_payload = answer;
        record.client = {"10.0.0.1", "5"};
        record.time_s = kNow;
        return record;
    }
    void see(const records::Record& record) { observer_.observe(record, kNow, catalog_, delta_); }

    // What there is, as "GET shop/orders/{}" → requests.
    std::map<std::string, std::uint64_t> endpoints() {
        std::map<std::string, std::uint64_t> found;
        for (const auto& [ref, facts] : delta_.endpoints) {
            const Collection& collection = catalog_.at(ref.collection);
            const Endpoint& endpoint = collection.tree.endpoint(ref.endpoint);
            std::string name = endpoint.method + " " + collection.name + collection.tree.text_of(endpoint.node);
            if (!endpoint.operation.empty()) name += " " + endpoint.operation;
            found[name] = facts->seen.count;
        }
        return found;
    }
    const Facts& only() { return *delta_.endpoints.begin()->second; }

    Observer observer_;
    Catalog catalog_;
    Delta delta_;
};

TEST_F(ObserverTest, counts_by_hour_status_and_direction) {
    auto record = exchange("GET", "/orders/1");
    record.latency_us = 1500;
    see(record);
    record.target = "/orders/2?x=1";
    see(record);
    record.status = 404;
    record.direction = records::Direction::kClient;
    record.client.port = "6";
    see(record);
    ASSERT_THAT(endpoints(), testing::ElementsAre(testing::Pair("GET shop/orders/{}", 3u)));
    const Facts& facts = only();
    EXPECT_EQ((facts.hours.at({kNow / 3600, SeenAt::kServer, 200}).calls), 2u);
    EXPECT_EQ((facts.hours.at({kNow / 3600, SeenAt::kServer, 200}).latency.count()), 2u);
    EXPECT_EQ((facts.hours.at({kNow / 3600, SeenAt::kClient, 404}).calls), 1u);
    EXPECT_EQ(facts.marks.find("client", "10.0.0.1")->count, 2u);
    EXPECT_EQ(facts.marks.find("access", "private")->count, 2u);
    EXPECT_EQ(facts.marks.find("auth", "none")->count, 3u);
    EXPECT_EQ(delta_.records, 3u);
}

TEST_F(ObserverTest, calls_without_addresses_are_told_of) {
    auto record = exchange("GET", "/orders/1");
    see(record);
    record.client = record.server = {};
    record.capture = "joined_midway";
    see(record);
    see(record);
    EXPECT_EQ(only().marks.find("incomplete", "no_addresses")->count, 2u);
    EXPECT_EQ(only().marks.find("incomplete", "joined_midway")->count, 2u);
}

TEST_F(ObserverTest, a_call_that_is_seen_at_both_ends_is_one_request) {
    auto server = exchange("POST", "/orders/1", 200, R"({"id": 1})");
    server.request_headers.push_back({"content-type", "application/json"});
    server.request_payload = R"({"item": "cup"})";
    server.latency_us = 1500;
    server.process_name = "shop";
    server.tls = "openssl";
    server.server = {"10.0.0.2", "80"};
    auto client = server;
    client.direction = records::Direction::kClient;
    client.process_name = "curl";
    client.latency_us = 2500;
    client.capture = "response_truncated";
    see(server);
    see(client);
    ASSERT_EQ(delta_.endpoints.size(), 1u);
    const Facts& facts = only();
    ASSERT_EQ(facts.hours.size(), 2u);
    const HourCounts& counted = facts.hours.at({kNow / 3600, SeenAt::kServer, 200});
    EXPECT_EQ(counted.calls, 1u);
    EXPECT_EQ(counted.latency.count(), 1u);
    const HourCounts& too = facts.hours.at({kNow / 3600, SeenAt::kClientToo, 200});
    EXPECT_EQ(too.calls, 1u);
    EXPECT_EQ(too.latency.count(), 0u);
    for (const auto& [kind, value] : {std::pair{"client", "10.0.0.1"},
                                      {"client_process", "curl"},
                                      {"server_process", "shop"},
                                      {"access", "private"},
                                      {"auth", "none"},
                                      {"tls", "openssl"}}) {
        ASSERT_NE(facts.marks.find(kind, value), nullptr) << kind;
        EXPECT_EQ(facts.marks.find(kind, value)->count, 1u) << kind;
    }
    EXPECT_TRUE(facts.marks.of("incomplete").empty()) << "it was seen whole";
    EXPECT_EQ(facts.parts.at({Part::kResponse, 200, "application/json"}).seen.count, 1u);
    EXPECT_EQ(facts.parts.at({Part::kRequest, 0, "application/json"}).seen.count, 1u);
    EXPECT_EQ(facts.samples.size(), 1u);
    const TrafficCounts& minute = delta_.traffic.begin()->second.at(kNow / 60);
    EXPECT_EQ(minute.requests, 1u);
    EXPECT_EQ(minute.client, 1u);
    EXPECT_EQ(minute.latency.told().count(), 1u);
}

TEST_F(ObserverTest, a_call_that_is_seen_at_its_client_first) {
    auto record = exchange("GET", "/orders/1", 0);
    record.direction = records::Direction::kClient;
    see(record);
    record.direction = records::Direction::kServer;
    record.status = 500;
    record.request_headers.push_back({"x-forwarded-for", "203.0.113.7"});
    see(record);
    EXPECT_EQ((only().hours.at({kNow / 3600, SeenAt::kClient, 0}).calls), 1u);
    EXPECT_EQ((only().hours.at({kNow / 3600, SeenAt::kServerToo, 500}).calls), 1u);
    ASSERT_NE(only().marks.find("access", "public"), nullptr) << "which the server's end alone knows";
    EXPECT_EQ(only().marks.find("access", "public")->count, 1u);
    const TrafficCounts& minute = delta_.traffic.begin()->second.at(kNow / 60);
    EXPECT_EQ(minute.requests, 1u);
    EXPECT_EQ(minute.client, 1u);
    EXPECT_EQ(minute.unanswered, 1u);
    EXPECT_EQ(minute.failed_5xx, 0u);
}

TEST_F(ObserverTest, a_stream_that_is_told_of_before_its_end_is_one_request) {
    auto record = exchange("GET", "/watch", 200);
    record.response_headers = {{"content-type", "text/event-stream"}};
    record.response_payload = "data: 1\n\n";
    record.latency_us = 1000;
    record.capture = "response_open";
    see(record);
    record.response_payload = "data: 1\n\ndata: 2\n\n";
    record.capture = "complete";
    see(record);
    ASSERT_THAT(endpoints(), testing::ElementsAre(testing::Pair("GET shop/watch", 2u)));
    ASSERT_EQ(only().hours.size(), 1u);
    EXPECT_EQ(only().hours.begin()->second.calls, 1u);
    EXPECT_EQ(delta_.traffic.begin()->second.at(kNow / 60).requests, 1u);
    EXPECT_EQ(only().samples.size(), 2u);
}

TEST_F(ObserverTest, the_other_end_of_a_call_alone_is_no_endpoint) {
    auto record = exchange("POST", "/graphql");
    record.operation_protocol = "graphql";
    record.operation_type = "query";
    record.operation_fields = "orders";
    see(record);
    record.direction = records::Direction::kClient;
    record.operation_protocol = {};
    see(record);
    ASSERT_THAT(endpoints(), testing::ElementsAre(testing::Pair("POST shop/graphql", 1u),
                                                  testing::Pair("POST shop/graphql query orders", 1u)));
    for (const auto& [ref, facts] : delta_.endpoints)
        EXPECT_EQ(facts->has_request(), !catalog_.at(ref.collection).tree.endpoint(ref.endpoint).operation.empty());
}

TEST_F(ObserverTest, a_time_that_cannot_be_is_now) {
    for (const std::int64_t time :
         {std::int64_t{0}, std::int64_t{5}, kNow + 100000, kNow - 10 * 365 * 86400, kNow - 86400}) {
        auto record = exchange("GET", "/a");
        record.time_s = time;
        see(record);
    }
    EXPECT_EQ(only().hours.size(), 2u);
    EXPECT_EQ(only().seen.first, kNow - 86400);
    EXPECT_EQ(only().seen.last, kNow);
}

TEST_F(ObserverTest, schemas_by_part_status_and_type) {
    auto record = exchange("POST", "/orders/7?limit=2", 201, R"({"id":7})");
    record.request_headers = {{"host", "shop"}, {"content-type", "application/json"}, {"x-tenant", "acme"}};
    record.request_payload = R"({"sku":"a"})";
    see(record);
    auto failed = exchange("POST", "/orders/7", 422, R"({"error":"x"})");
    failed.request_headers = record.request_headers;
    failed.request_payload = R"({"wrong":1})";
    see(failed);
    auto form = exchange("POST", "/orders/7");
    form.request_headers = {{"host", "shop"}, {"content-type", "application/x-www-form-urlencoded"}};
    form.request_payload = "a=1&b=2";
    see(form);
    const Facts& facts = only();
    const auto fields = [&facts](const PartKey& key) {
        std::vector<std::string> names;
        for (const auto& [name, node] : facts.parts.at(key).schema.root().fields)
            names.push_back(name);
        return names;
    };
    using testing::ElementsAre;
    EXPECT_THAT(fields({Part::kRequest, 0, "application/json"}), ElementsAre("sku"));
    EXPECT_THAT(fields({Part::kResponse, 201, "application/json"}), ElementsAre("id"));
    EXPECT_THAT(fields({Part::kResponse, 422, "application/json"}), ElementsAre("error"));
    EXPECT_THAT(fields({Part::kRequest, 0, "application/x-www-form-urlencoded"}), ElementsAre("a", "b"));
    EXPECT_THAT(fields({Part::kQuery, 0, ""}), ElementsAre("limit"));
    EXPECT_THAT(fields({Part::kRequestHeaders, 0, ""}), ElementsAre("x-tenant"));
    EXPECT_THAT(fields({Part::kPath, 0, ""}), ElementsAre("p1"));
}

TEST_F(ObserverTest, a_body_that_is_not_whole_has_no_schema) {
    auto record = exchange("GET", "/a", 200, R"({"id":7,"na)");
    record.capture = "response_truncated";
    see(record);
    record.capture = "complete";
    see(record);
    EXPECT_TRUE(only().parts.at({Part::kResponse, 200, "application/json"}).schema.empty());
    EXPECT_EQ(only().marks.find("incomplete", "response_not_json")->count, 1u);
    EXPECT_EQ(only().marks.find("incomplete", "response_truncated")->count, 1u);
}

TEST_F(ObserverTest, sensitive_data_is_told_by_type_and_place) {
    const auto scanner = sensitive::Scanner::compile({});
    ASSERT_TRUE(scanner);
    ObserverOptions with = options();
    with.scanner = &*scanner;
    Observer observer(std::move(with));
    auto record = exchange("POST", "/users/7?mail=jane%40example.org", 200,
                           R"({"items":[{"email":"jane@example.org","ip":"45.67.89.10","n":1}],"version":"1.2.3.4"})");
    record.request_headers = {{"host", "shop"}, {"content-type", "application/json"}, {"x-user", "jane@example.org"}};
    record.request_payload = R"({"card":"4111 1111 1111 1111","ip":"45.67.89.10","order":"4111111111111112"})";
    observer.observe(record, kNow, catalog_, delta_);
    std::vector<std::string> marks;
    for (const std::string_view side : {"request", "response"})
        for (const auto& [place, seen] : only().marks.of(std::string(side) + "_sensitive"))
            marks.push_back(std::string(side) + " " + place);
    EXPECT_THAT(marks, testing::UnorderedElementsAre(
                           "request email query mail", "request email header x-user", "request payment_card body /card",
                           "response email body /items/[]/email", "response ip_address body /items/[]/ip"));
}

TEST_F(ObserverTest, data_is_exposed_where_it_is_returned_to_who_showed_no_authentication) {
    const auto scanner = sensitive::Scanner::compile({});
    ASSERT_TRUE(scanner);
    ObserverOptions with = options();
    with.scanner = &*scanner;
    Observer observer(std::move(with));
    const auto ask = [&](std::string_view target, std::uint16_t status, records::Headers headers) {
        auto record = exchange("GET", target, status, R"({"email":"jane@example.org"})");
        record.request_headers = std::move(headers);
        record.request_headers.emplace_back("host", "shop");
        observer.observe(record, kNow, catalog_, delta_);
    };
    ask("/secured", 200, {{"authorization", "Bearer x"}});
    ask("/secured", 401, {});
    ask("/secured", 403, {});
    ask("/open", 200, {});
    ask("/failing", 500, {});
    std::map<std::string, std::uint64_t> exposed;
    for (const auto& [ref, facts] : delta_.endpoints) {
        const auto& tree = catalog_.at(ref.collection).tree;
        for (const auto& [place, seen] : facts->marks.of("exposed"))
            exposed[tree.text_of(tree.endpoint(ref.endpoint).node) + " " + place] = seen.count;
    }
    EXPECT_THAT(exposed, testing::ElementsAre(testing::Pair("/failing email body /email", 1u),
                                              testing::Pair("/open email body /email", 1u)));
}

TEST_F(ObserverTest, what_a_caller_said_before_the_collector_looked_is_not_nothing) {
    const auto scanner = sensitive::Scanner::compile({});
    ASSERT_TRUE(scanner);
    ObserverOptions with = options();
    with.scanner = &*scanner;
    Observer observer(std::move(with));
    const auto ask = [&](std::string_view target, std::string_view type, std::string_view capture) {
        auto record = exchange("GET", target, 200, R"({"email":"jane@example.org"})");
        record.type = type;
        record.capture = capture;
        observer.observe(record, kNow, catalog_, delta_);
    };
    ask("/two", "HTTP/2", "joined_midway");            // the field may be one that was said before
    ask("/one", "HTTP/1.1", "joined_midway");          // all fields are there, and the answer may be another's
    ask("/gap", "HTTP/1.1", "request_truncated,gap");  // likewise
    ask("/cut", "HTTP/2", "request_truncated");        // the fields are whole
    std::map<std::string, std::string> found;
    for (const auto& [ref, facts] : delta_.endpoints) {
        const auto& tree = catalog_.at(ref.collection).tree;
        std::string& said = found[tree.text_of(tree.endpoint(ref.endpoint).node)];
        for (const std::string_view kind : {"auth", "exposed"})
            for (const auto& [value, seen] : facts->marks.of(kind))
                said += std::string(said.empty() ? "" : ", ") + std::string(kind) + " " + value;
    }
    EXPECT_THAT(found, testing::ElementsAre(testing::Pair("/cut", "auth none, exposed email body /email"),
                                            testing::Pair("/gap", "auth none"), testing::Pair("/one", "auth none"),
                                            testing::Pair("/two", "")));
}

TEST_F(ObserverTest, traffic_is_counted_by_collection_and_minute) {
    auto record = exchange("GET", "/a");
    record.latency_us = 1500;
    see(record);
    record.status = 503;
    record.time_s = kNow + 30;
    see(record);
    record.status = 0;
    record.time_s = kNow + 60;
    record.direction = records::Direction::kClient;
    record.client.port = "6";
    see(record);
    record.time_s = kNow - 2 * 86'400 - 61;  // an hour is enough
    see(record);
    ASSERT_EQ(delta_.traffic.size(), 1u);
    const Minutes& minutes = delta_.traffic.begin()->second;
    ASSERT_EQ(kNow % 3600, 0);
    ASSERT_EQ(minutes.size(), 3u);
    const TrafficCounts& first = minutes.at(kNow / 60);
    EXPECT_EQ(first.requests, 2u);
    EXPECT_EQ(first.failed_5xx, 1u);
    EXPECT_EQ(first.latency.told().count(), 2u);
    EXPECT_EQ(minutes.at(kNow / 60 + 1).unanswered, 1u);
    EXPECT_EQ(minutes.at(kNow / 60 + 1).client, 1u);
    EXPECT_EQ(minutes.at(kNow / 60 - 49 * 60).requests, 1u);
}

// Samples are redacted, and what is kept beside them says nobody's values either.
TEST_F(ObserverTest, schemas_keep_no_values_of_persons_and_no_secrets) {
    auto record =
        exchange("POST", "/a?password=winter&access_token=topsecret&eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", 200,
                 R"({"card":4111111111111111,"ssn":123456789,"password":"sommer","name":"Jane","state":"open",)"
                 R"("+4915112345678":1,"4111 1111 1111 1111":2,"DE89370400440532013000":3,"Jane, Berlin":4})");
    record.request_headers = {{"host", "shop"},
                              {"content-type", "application/x-www-form-urlencoded"},
                              {"x-api-key", "my-key"},
                              {"x-user", "jane"}};
    record.request_payload = R"({"user":"jane.doe@example.org","password":"hunter"})";
    see(record);
    std::string all;
    for (const auto& [key, part] : only().parts)
        all += part.schema.encode();
    for (const auto& [kind, values] : only().marks.kinds())
        for (const auto& [value, seen] : values)
            all += kind + value;
    for (const char* value : {"4111111", "123456789", "sommer", "Jane", "winter", "topsecret", "eyJ", "49151", "4111 ",
                              "DE89", "my-key", "\"jane", "jane.doe", "hunter"})
        EXPECT_EQ(all.find(value), std::string::npos) << value << "\n" << all;
    EXPECT_NE(all.find("\"open\""), std::string::npos) << "a word of an enumeration is kept";
}

TEST_F(ObserverTest, who_is_turned_away_does_not_show_that_nothing_is_asked_for) {
    auto record = exchange("GET", "/me", 401);
    see(record);
    record.status = 200;
    record.request_headers = {{"host", "shop"}, {"authorization", "Bearer x"}};
    see(record);
    EXPECT_EQ(only().marks.of("auth").size(), 1u);
    EXPECT_EQ(only().marks.find("auth", "bearer")->count, 1u);
    EXPECT_EQ(only().marks.find("auth_refused", "none")->count, 1u);
}

TEST_F(ObserverTest, the_first_samples_of_each_status_and_type_are_kept) {
    for (int i = 0; i < 40; ++i) {
        see(exchange("GET", "/a", 200, "{}"));
        see(exchange("GET", "/a", 404));
    }
    EXPECT_EQ(only().samples.size(), 2 * FactLimits::kSamples);
}

TEST_F(ObserverTest, operations_are_endpoints) {
    auto record = exchange("POST", "/graphql", 200, "{}");
    record.operation_protocol = "graphql";
    record.operation_type = "query";
    record.operation_name = "Mine";
    record.operation_fields = "me orders";
    see(record);
    EXPECT_THAT(endpoints(), testing::ElementsAre(testing::Pair("POST shop/graphql query me", 1u),
                                                  testing::Pair("POST shop/graphql query orders", 1u)));
}

TEST_F(ObserverTest, words_become_values_when_their_answers_are_alike) {
    const std::vector<std::string> names{"payments", "checkout", "identity", "mobile", "data", "infra"};
    std::vector<std::string> texts;
    for (const std::string& name : names) {
        const std::string target = "/projects/" + name;
        const std::string answer = fmt::format(R"({{"name":"{}","members":[{{"id":1}}],"state":"open"}})", name);
        see(exchange("GET", target, 200, answer));
        see(exchange("DELETE", target, 204));
    }
    see(exchange("GET", "/projects/none", 404, R"({"error":"not found"})"));
    see(exchange("GET", "/projects", 200, R"([{"name":"payments"}])"));
    const auto opened = decide(catalog_, delta_);
    ASSERT_EQ(opened.size(), 1u);
    EXPECT_EQ(opened[0].place, "/projects");
    EXPECT_THAT(endpoints(), testing::ElementsAre(testing::Pair("DELETE shop/projects/{}", 6u),
                                                  testing::Pair("GET shop/projects", 1u),
                                                  testing::Pair("GET shop/projects/{}", 7u)));
    EXPECT_TRUE(decide(catalog_, delta_).empty());
}

TEST_F(ObserverTest, all_collections_together_have_a_bound) {
    CatalogLimits limits;
    limits.tree.failed_in_all = 40;
    limits.tree.endpoints_in_all = 60;
    catalog_ = Catalog(limits);
    const auto visit = [this](int hosts, const char* path, std::uint16_t status) {
        for (int host = 0; host < hosts; ++host) {
            for (int i = 0; i < 20; ++i) {
                const std::string name = fmt::format("host{}", host);
                const std::string target =
                    fmt::format("/{}{}{}", path, static_cast<char>('a' + i), static_cast<char>('a' + host));
                auto record = exchange("GET", target, status);
                record.request_headers = {{"host", name}};
                see(record);
            }
        }
    };
    const auto count = [this](std::string_view rest) {
        std::size_t found = 0;
        for (const auto& [name, requests] : endpoints())
            found += name.ends_with(rest) ? 1 : 0;
        return found;
    };
    visit(10, "missing", 404);
    EXPECT_EQ(endpoints().size(), 40u + 8u) << "two hosts have theirs, the others one each";
    EXPECT_EQ(count("/{*}"), 8u);
    visit(3, "there", 200);
    EXPECT_EQ(endpoints().size(), 48u + 12u + 2u) << "what succeeds has more room; two hosts had no rest yet";
    std::uint64_t requests = 0;
    for (const auto& [name, number] : endpoints())
        requests += number;
    EXPECT_EQ(requests, 260u);
}

TEST_F(ObserverTest, hosts_of_a_hostile_client_are_bounded) {
    CatalogLimits limits;
    limits.collections = 10;
    catalog_ = Catalog(limits);
    for (int i = 0; i < 100; ++i) {
        const std::string host = fmt::format("h{}.example", i);
        auto record = exchange("GET", "/a");
        record.request_headers = {{"host", host}};
        see(record);
    }
    EXPECT_EQ(catalog_.size(), 11u);
    EXPECT_EQ(endpoints().at("GET (other hosts)/a"), 90u);
}

}  // namespace
}  // namespace apiarist::inventory
