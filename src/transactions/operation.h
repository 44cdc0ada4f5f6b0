// SPDX-License-Identifier: Apache-2.0
#pragma once
// GraphQL, JSON-RPC with MCP, and SOAP out of an exchange: what tells the operations of one URL apart. Of what is none
// of them little is looked at: the content type, the first sign, and whether a name stands in the body.

#include "transactions/transaction.h"

namespace apiarist::transactions {

// After read_grpc_call. Nothing happens where there is no evidence in the request, nor the word of the server.
void read_operations(Transaction& transaction);

}  // namespace apiarist::transactions
