// SPDX-License-Identifier: Apache-2.0
#pragma once
// The protocols that are read, a row each. What a connection begins with, what it is upgraded to and what an exchange
// of HTTP may carry are told apart by the rows alone; a new protocol is a new pair of files and a row.

#include <memory>
#include <span>
#include <string_view>

#include "transactions/connection.h"
#include "transactions/upgrade.h"

namespace apiarist::transactions {

struct ProtocolRow {
    std::string_view name;
    // Of a connection that begins with it; null: none does.
    bool (*begins)(const ConnectionStart& start);
    std::unique_ptr<Connection> (*connection)(const ConnectionStart& start, Surroundings surroundings);
    // Of a connection of HTTP/1 that was switched to the protocol of this name (101, the field Upgrade); empty: none
    // is.
    std::string_view upgrade;
    std::unique_ptr<Upgrade> (*upgraded)(const protocols::Message& request, const protocols::Message& response,
                                         const UpgradeContext& context);
    // Reads it out of an exchange that may carry it, whose content codings are removed; null: it is none that is
    // carried.
    void (*content)(Transaction& transaction, std::size_t decoded_body);
};

// Of the field Upgrade of a request: it asks for a protocol that is read.
[[nodiscard]] bool is_upgrade(std::string_view protocol);

// In the order in which they are asked.
[[nodiscard]] std::span<const ProtocolRow> protocol_table();

}  // namespace apiarist::transactions
