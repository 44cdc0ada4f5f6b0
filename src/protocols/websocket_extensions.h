// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the two ends of a WebSocket agreed upon: the field Sec-WebSocket-Extensions of the response 101 (RFC 6455 §9.1),
// with the parameters of permessage-deflate (RFC 7692 §7.1). Pure; the field is hostile.

#include <vector>

#include "protocols/message.h"

namespace apiarist::protocols {

// Of the messages that one end sends.
struct WebsocketDeflate {
    bool takeover = true;  // a message may refer to those before it
};

struct WebsocketExtensions {
    bool deflate = false;  // permessage-deflate, and no parameter that is not known
    bool other = false;    // anything else: what payloads mean is not known
    WebsocketDeflate client = {};
    WebsocketDeflate server = {};
};

[[nodiscard]] WebsocketExtensions read_websocket_extensions(const std::vector<Header>& response);

}  // namespace apiarist::protocols
