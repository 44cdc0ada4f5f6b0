// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is kept of the request and the response behind which another protocol goes on (connection.h), for as long as it
// does, and repeated in each of its records.

#include <cstddef>

#include "protocols/message.h"
#include "transactions/connection.h"

namespace apiarist::transactions {

// Of a head: so much of its fields.
struct HeadRoom {
    std::size_t bytes = 8 << 10;
    std::size_t fields = 128;
};

// Without a body. Those fields first that its records and who resumes it need, then those that say who it is.
[[nodiscard]] protocols::Message head_of(const protocols::Message& message, const HeadRoom& room = {});
[[nodiscard]] std::size_t memory_of(const Handshake& handshake);
// Keeps the least that its records need.
void shrink(Handshake& handshake);

}  // namespace apiarist::transactions
