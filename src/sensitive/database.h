// SPDX-License-Identifier: Apache-2.0
#pragma once
// Vectorscan's handles with owners. A Database is immutable and read by many threads; of a HsScratch each thread has
// its own, made for all databases that it will scan with.

#include <hs/hs.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace apiarist::sensitive {

struct Expression {
    std::string text;
    unsigned flags = 0;
};

struct FreeDatabase {
    void operator()(hs_database_t* database) const { hs_free_database(database); }
};
struct FreeScratch {
    void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};
using Database = std::unique_ptr<hs_database_t, FreeDatabase>;
using HsScratch = std::unique_ptr<hs_scratch_t, FreeScratch>;

// The error has Vectorscan's words and, for one of several, the expression.
[[nodiscard]] Result<Database> compile_database(const std::vector<Expression>& expressions);

// Makes `scratch` fit this database too.
[[nodiscard]] Status fit_scratch(HsScratch& scratch, const Database& database);

// `on_match(id, begin, end)`: true ends the scan. `begin` is told only of expressions with HS_FLAG_SOM_LEFTMOST.
// Texts of 4 GiB and more are looked at as far as that.
template <typename OnMatch>
void scan(const Database& database, hs_scratch_t* scratch, std::string_view text, OnMatch& on_match) {
    const auto call = [](unsigned id, unsigned long long begin, unsigned long long end, unsigned,
                         void* context) -> int {
        return (*static_cast<OnMatch*>(context))(id, static_cast<std::size_t>(begin), static_cast<std::size_t>(end))
                   ? 1
                   : 0;
    };
    constexpr std::size_t kMost = 0xffffffff;
    const auto size = static_cast<unsigned>(text.size() < kMost ? text.size() : kMost);
    if (size > 0) hs_scan(database.get(), text.data(), size, 0, scratch, call, &on_match);
}

}  // namespace apiarist::sensitive
