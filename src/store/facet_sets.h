// SPDX-License-Identifier: Apache-2.0
#pragma once
// Sets of values that endpoints have in the filters of lists. Endpoints with the same values share a row, which says
// how many they are, without those that are archived. What no endpoint has any more is deleted with old data.

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "store/database.h"
#include "store/endpoint_columns.h"

namespace apiarist::store {

class FacetSets {
  public:
    struct Set {
        std::int64_t collection = 0;
        std::string folded;
        std::string method;
        MarkColumns marks;
    };
    // Those that others have added. In a transaction that holds the writers' lock, before id_of().
    Status refresh(Database& database);
    // Of the row that has these values; one that is missing is added. `last_id` is the highest id of a row, and grows.
    Result<std::int64_t> id_of(Database& database, const Set& set, std::int64_t& last_id);
    // How many endpoints sets gain, or lose, by id.
    using Gains = std::map<std::int64_t, std::int64_t>;
    static Status add_endpoints(Database& database, const Gains& gains);
    // The transaction in which rows were added has failed, or rows were deleted.
    void forget();

    static Status delete_unused(Database& database);

  private:
    using Key = std::tuple<std::int64_t, std::string, std::string, std::string, std::string, std::string, std::string,
                           std::string>;
    std::map<Key, std::int64_t> ids_;
    std::int64_t newest_ = 0;
};

}  // namespace apiarist::store
