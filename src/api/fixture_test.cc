// SPDX-License-Identifier: Apache-2.0
#include "api/fixture_test.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/handles.h"
#include "base/json.h"
#include "inventory/observer.h"

namespace apiarist::api {
namespace {

using store::integer;

std::string line_of(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

}  // namespace

void ApiTest::SetUp() {
    std::string pattern = (std::filesystem::temp_directory_path() / "apiarist-api-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    database_.location = directory_ + "/inventory.db";
    if (GetParam() == "PostgreSQL") {
        const char* url = std::getenv("APIARIST_TEST_POSTGRES");
        if (url == nullptr) GTEST_SKIP() << "APIARIST_TEST_POSTGRES names no PostgreSQL";
        database_.location = url;
        auto database = store::open_database(database_);
        ASSERT_TRUE(database) << database.error().what;
        ASSERT_TRUE((*database)->script("DROP SCHEMA public CASCADE; CREATE SCHEMA public"));
    }
    auto store = store::Store::open(database_);
    ASSERT_TRUE(store) << store.error().what;
    store_ = std::make_unique<store::Store>(std::move(*store));
}

void ApiTest::TearDown() {
    server_.reset();
    store_.reset();
    std::filesystem::remove_all(directory_);
}

void ApiTest::put(const std::vector<Call>& calls) {
    store::Batch batch;
    inventory::Observer observer({{}, [](const records::Record& record) {
                                      std::string out = "{\"path\":";
                                      append_json_string(out, record.target);
                                      out += ",\"method\":";
                                      append_json_string(out, record.method);
                                      out += R"(,"requestHeaders":{"host":"shop"},"responsePayload":)";
                                      append_json_string(out, record.response_payload);
                                      return out + fmt::format(",\"statusCode\":\"{}\"}}", record.status);
                                  }});
    for (const Call& call : calls) {
        records::Record record;
        record.method = call.method;
        record.target = call.target;
        record.type = "HTTP/1.1";
        record.status = call.status;
        record.request_headers = {{"host", call.host}};
        for (const auto& [name, value] : call.headers)
            record.request_headers.push_back({name, value});
        if (!call.answer.empty()) record.response_headers = {{"content-type", "application/json"}};
        record.response_payload = call.answer;
        record.client = {"10.0.0.1", "5"};
        record.time_s = call.time;
        record.latency_us = 1000;
        record.process_name = call.process;
        record.direction = call.direction;
        observer.observe(record, kNow, store_->catalog(), batch.delta);
    }
    const auto applied = store_->apply(batch, kNow);
    ASSERT_TRUE(applied) << applied.error().what;
}

void ApiTest::serve(std::vector<std::string> hosts) {
    ApiOptions options = options_;
    options.hosts = std::move(hosts);
    options.address = "127.0.0.1:0";
    options.database = database_;
    options.token_folder = directory_;
    options.version = "1.2.3";
    options.now_s = [] { return kNow; };
    options.on_trouble = [this](const std::string& what) { troubles_.push_back(what); };
    auto server = ApiServer::make(std::move(options));
    ASSERT_TRUE(server) << server.error().what;
    server_ = std::move(*server);
    client_ = std::make_unique<httplib::Client>("127.0.0.1", server_->port());
    client_->set_read_timeout(60);  // a bound for hanging: sanitizers make hostile documents slow
    admin_ = line_of(directory_ + "/admin.token");
    reader_ = line_of(directory_ + "/reader.token");
}

httplib::Headers ApiTest::as(const std::string& token) const {
    if (token.empty()) return {};
    return {{"Authorization", "Bearer " + token}};
}

std::string ApiTest::body(const std::string& target) {
    const auto answer = get(target);
    if (!answer) {
        ADD_FAILURE() << target << ": no answer";
        return {};
    }
    EXPECT_EQ(answer->status, 200) << target << ": " << answer->body;
    simdjson::dom::parser parser;
    EXPECT_EQ(parser.parse(answer->body).error(), simdjson::SUCCESS) << answer->body;
    return answer->body;
}

std::int64_t ApiTest::number(const std::string& sql) {
    auto rows = store_->database().query(sql, {});
    if (!rows) {
        ADD_FAILURE() << rows.error().what;
        return -1;
    }
    return rows->empty() ? -1 : integer((*rows)[0][0]);
}

std::int64_t ApiTest::endpoint(const std::string& template_text, const std::string& method) {
    auto rows = store_->database().query(
        "SELECT id FROM endpoints WHERE template = $1 AND method = $2 AND merged_into = 0", {template_text, method});
    return rows && !rows->empty() ? integer((*rows)[0][0]) : -1;
}

std::string ApiTest::raw(const std::string& bytes) const {
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(server_->port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return "no connection";
    for (std::size_t sent = 0; sent < bytes.size();) {
        const ssize_t now = ::send(socket.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (now <= 0) break;
        sent += static_cast<std::size_t>(now);
    }
    (void)::shutdown(socket.get(), SHUT_WR);
    std::string got;
    char buffer[4096];
    for (ssize_t now = 0; (now = ::recv(socket.get(), buffer, sizeof buffer, 0)) > 0;)
        got.append(buffer, static_cast<std::size_t>(now));
    return got;
}

}  // namespace apiarist::api
