// SPDX-License-Identifier: Apache-2.0
#pragma once
// A call of gRPC out of an exchange: its bodies become the base64 of their protobuf messages, as Akto's data processor
// reads them. Several messages of a stream stand one after the other, which is one protobuf message with the fields of
// all ("Encoding", "Last One Wins").

#include <cstddef>

#include "transactions/transaction.h"

namespace apiarist::transactions {

// Nothing happens where it is none. `limit`: bytes of the messages of one direction.
void read_grpc_call(Transaction& transaction, std::size_t limit);

}  // namespace apiarist::transactions
