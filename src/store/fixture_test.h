// SPDX-License-Identifier: Apache-2.0
#pragma once
// A database for a test: SQLite in a folder of its own, or the PostgreSQL that APIARIST_TEST_POSTGRES names
// (script/test starts one), emptied. At the end of each test what is kept added up is compared with what it is made of.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "store/database.h"
#include "store/migrations.h"

namespace apiarist::store {

class DatabaseTest : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        if (GetParam() == "SQLite") {
            std::string pattern = (std::filesystem::temp_directory_path() / "apiarist-store-XXXXXX").string();
            ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
            directory_ = pattern;
            options_.location = directory_ + "/inventory.db";
            return;
        }
        const char* url = std::getenv("APIARIST_TEST_POSTGRES");
        if (url == nullptr) GTEST_SKIP() << "APIARIST_TEST_POSTGRES names no PostgreSQL";
        options_.location = url;
        auto database = open_database(options_);
        ASSERT_TRUE(database) << database.error().what;
        ASSERT_TRUE((*database)->script("DROP SCHEMA public CASCADE; CREATE SCHEMA public"));
    }
    void TearDown() override {
        if (!options_.location.empty()) check_sums();
        if (!directory_.empty()) std::filesystem::remove_all(directory_);
    }

    static std::int64_t count(Database& database, std::string_view sql) {
        auto rows = database.query(sql, {});
        if (!rows) ADD_FAILURE() << rows.error().what;
        return rows && !rows->empty() ? integer((*rows)[0][0]) : -1;
    }

    DatabaseOptions options_;
    std::string directory_;

  private:
    void check_sums() {
        auto database = open_database(options_);
        ASSERT_TRUE(database) << database.error().what;
        if (count(**database, "SELECT value FROM meta WHERE name = 'version'") != newest_version())
            return;  // it is of a newer one
        struct Check {
            std::string_view what;
            std::string_view sql;
        };
        constexpr Check kChecks[] = {
            {"sums of collections",
             "SELECT COUNT(*) FROM collections c WHERE c.requests <> (SELECT COALESCE(SUM(e.requests), 0) FROM "
             "endpoints e WHERE e.collection_id = c.id AND e.merged_into = 0) OR c.failed_4xx <> (SELECT "
             "COALESCE(SUM(e.failed_4xx), 0) FROM endpoints e WHERE e.collection_id = c.id AND e.merged_into = 0)"},
            {"callers that are not in marks",
             "SELECT COUNT(*) FROM (SELECT collection_id, kind, name, requests, endpoints FROM callers EXCEPT SELECT "
             "e.collection_id, m.kind, m.value, CAST(SUM(m.count) AS BIGINT), COUNT(*) FROM marks m JOIN endpoints e "
             "ON e.id = m.endpoint_id WHERE e.merged_into = 0 GROUP BY e.collection_id, m.kind, m.value) x"},
            {"callers that are missing",
             "SELECT COUNT(*) FROM (SELECT e.collection_id, m.kind, m.value, CAST(SUM(m.count) AS BIGINT), COUNT(*) "
             "FROM marks m JOIN endpoints e ON e.id = m.endpoint_id WHERE e.merged_into = 0 AND m.kind IN ('client', "
             "'client_process', 'server_process') GROUP BY e.collection_id, m.kind, m.value EXCEPT SELECT "
             "collection_id, kind, name, requests, endpoints FROM callers) x"},
            {"facet sets",
             "SELECT COUNT(*) FROM endpoints e LEFT JOIN facet_sets s ON s.id = e.facet_set_id WHERE e.merged_into = 0 "
             "AND (s.id IS NULL OR s.collection_id <> e.collection_id OR s.folded <> e.folded OR s.method <> e.method "
             "OR s.access <> e.access OR s.auth <> e.auth OR s.sensitive <> e.sensitive OR s.returned <> e.returned OR "
             "s.exposed <> e.exposed)"},
            {"endpoints of facet sets",
             "SELECT COUNT(*) FROM facet_sets s WHERE s.endpoints <> (SELECT COUNT(*) FROM endpoints e WHERE "
             "e.facet_set_id = s.id AND e.merged_into = 0)"},
            {"endpoints without a state",
             "SELECT COUNT(*) FROM endpoints e LEFT JOIN endpoint_states s ON s.endpoint_id = e.id WHERE s.endpoint_id "
             "IS NULL"},
            {"traffic of all",
             "SELECT COUNT(*) FROM (SELECT step, time, CAST(SUM(requests) AS BIGINT), CAST(SUM(requests_client) AS "
             "BIGINT), "
             "CAST(SUM(failed_4xx) AS BIGINT) FROM traffic WHERE collection_id <> 0 GROUP BY step, time EXCEPT SELECT "
             "step, time, requests, requests_client, failed_4xx FROM traffic WHERE collection_id = 0) x"},
            {"endpoints without a request", "SELECT COUNT(*) FROM endpoints WHERE requests = 0"},
        };
        for (const Check& check : kChecks)
            EXPECT_EQ(count(**database, check.sql), 0) << check.what;
    }
};

}  // namespace apiarist::store
