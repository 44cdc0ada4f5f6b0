// SPDX-License-Identifier: Apache-2.0
#pragma once
// A message's body as it leaves: content codings removed.

#include <cstddef>

#include "protocols/message.h"

namespace apiarist::transactions {

// Removes the codings that the message names, up to `limit` bytes; what is cut then is flagged. A body that is not
// coded as it says stays as it is.
void decode_body(protocols::Message& message, std::size_t limit);

}  // namespace apiarist::transactions
