// SPDX-License-Identifier: Apache-2.0
#pragma once
// A store of SQLite in a folder of its own.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "store/store.h"

namespace apiarist::processor {

class WithStore : public testing::Test {
  protected:
    WithStore() {
        std::string pattern = (std::filesystem::temp_directory_path() / "apiarist-ingest-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) std::abort();
        directory_ = pattern;
        auto opened = store::Store::open({directory_ + "/inventory.db"});
        if (!opened) std::abort();
        store_.emplace(std::move(*opened));
    }
    ~WithStore() override { std::filesystem::remove_all(directory_); }

    std::string directory_;
    std::optional<store::Store> store_;
};

}  // namespace apiarist::processor
