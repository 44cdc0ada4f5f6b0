// SPDX-License-Identifier: Apache-2.0
#pragma once
// Columns of an endpoint's row that are made of its marks. Pure.

#include <string>

#include "inventory/marks.h"

namespace apiarist::store {

struct MarkColumns {
    std::string auth;       // "bearer,none", in order
    std::string access;     // the most open of them; empty: none is known
    std::string sensitive;  // types of sensitive data, in order: "email,iban"
    std::string returned;   // of these, in responses
    std::string exposed;    // of these, in responses to callers who showed no authentication
};
[[nodiscard]] MarkColumns columns_of(const inventory::Marks& marks);

}  // namespace apiarist::store
