// SPDX-License-Identifier: Apache-2.0
#include "store/openapi_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "inventory/observer.h"
#include "store/migrations.h"
#include "store/store.h"

namespace apiarist::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kNow = 1'800'000'000;

class OpenApiExportTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "apiarist-export-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
        options_.location = directory_ + "/inventory.db";
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    static void see(Store& store, Batch& batch, std::string_view host, std::string_view target, std::uint16_t status) {
        records::Record record;
        record.method = "GET";
        record.target = target;
        record.type = "HTTP/1.1";
        record.status = status;
        record.request_headers = {{"host", host}};
        record.response_headers = {{"content-type", "application/json"}};
        record.response_payload = R"({"total":3})";
        record.time_s = kNow;
        inventory::Observer observer({});
        observer.observe(record, kNow, store.catalog(), batch.delta);
    }

    std::string directory_;
    DatabaseOptions options_;
};

TEST_F(OpenApiExportTest, says_what_is_stored_of_one_collection) {
    {
        auto store = Store::open(options_);
        ASSERT_TRUE(store) << store.error().what;
        Batch batch;
        see(*store, batch, "shop", "/orders/1?page=2", 200);
        see(*store, batch, "shop", "/nothing", 404);
        see(*store, batch, "bank", "/accounts", 200);
        ASSERT_TRUE(store->apply(batch, kNow));
    }
    auto database = open_database({options_.location, true});
    ASSERT_TRUE(database) << database.error().what;
    ASSERT_TRUE(check_version(**database));
    EXPECT_THAT(collection_names(**database).value(), ElementsAre("bank", "shop"));
    const std::string document = export_openapi(**database, "shop").value();
    EXPECT_THAT(document, HasSubstr(R"("/orders/{orderId}")"));
    EXPECT_THAT(document, HasSubstr(R"("name": "page")"));
    EXPECT_THAT(document, HasSubstr(R"("total": {)"));
    EXPECT_THAT(document, Not(HasSubstr("accounts")));
    EXPECT_THAT(document, Not(HasSubstr("nothing"))) << "it never succeeded";
    EXPECT_FALSE(export_openapi(**database, "elsewhere"));
}

TEST_F(OpenApiExportTest, a_database_without_an_inventory_is_refused) {
    auto database = open_database(options_);
    ASSERT_TRUE(database) << database.error().what;
    const auto checked = check_version(**database);
    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().what, HasSubstr("no inventory"));
}

}  // namespace
}  // namespace apiarist::store
