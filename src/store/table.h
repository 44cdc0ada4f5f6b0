// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rows with names for their columns: what queries answer, whoever writes it as JSON or CSV. Plain data.

#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"

namespace apiarist::store {

enum class Shape : std::uint8_t {
    kValue,
    kList,  // a text of values by commas; empty: none
    kJson,  // a text that should be JSON
};
struct Column {
    std::string_view name;
    Shape shape = Shape::kValue;
};
struct Table {
    std::vector<Column> columns;
    Rows rows;         // each as long as `columns`
    std::string next;  // the cursor of the page behind this one; empty: there is none
};

// Which page of a list.
struct Page {
    std::string sort;    // of the columns that the query can sort by; empty: its own
    std::string cursor;  // `next` of the page before; empty: the first
    std::size_t limit = 100;
    bool descending = false;
    static constexpr std::size_t kMost = 500;
};

// Where a page ends: the value that it is sorted by, and the id of the last row.
struct Cursor {
    Value value;
    std::int64_t id = 0;
};
// Bound to what the page is sorted by. What was made by nobody here is an error (invalid_argument), and no more than a
// place in the list if it was made well.
[[nodiscard]] std::string write_cursor(std::string_view sort, const Cursor& cursor);
Result<Cursor> read_cursor(std::string_view sort, std::string_view text);

}  // namespace apiarist::store
