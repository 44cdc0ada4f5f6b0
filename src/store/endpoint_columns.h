// SPDX-License-Identifier: Apache-2.0
#pragma once
// Columns of an endpoint's row that are made of its marks. Pure.

#include <string>
#include <string_view>

#include "inventory/facts.h"

namespace apiarist::store {

// "bearer,none": the values of a kind, in order.
[[nodiscard]] std::string values_of(const inventory::Facts& facts, std::string_view kind);
// Types of sensitive data: "email,iban".
[[nodiscard]] std::string sensitive_of(const inventory::Facts& facts);
// The most open of them; empty: none is known.
[[nodiscard]] std::string_view access_of(const inventory::Facts& facts);

}  // namespace apiarist::store
