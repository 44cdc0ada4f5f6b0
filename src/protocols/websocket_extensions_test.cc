// SPDX-License-Identifier: Apache-2.0
#include "protocols/websocket_extensions.h"

#include <gtest/gtest.h>

namespace apiarist::protocols {
namespace {

WebsocketExtensions read(const std::string& value) {
    return read_websocket_extensions({{"Upgrade", "websocket"}, {"Sec-WebSocket-Extensions", value}});
}

TEST(WebsocketExtensions, none) {
    const WebsocketExtensions none = read_websocket_extensions({{"Upgrade", "websocket"}});
    EXPECT_FALSE(none.deflate || none.other);
}

TEST(WebsocketExtensions, permessage_deflate) {
    const WebsocketExtensions plain = read("permessage-deflate");
    EXPECT_TRUE(plain.deflate && !plain.other && plain.client.takeover && plain.server.takeover);
    const WebsocketExtensions all = read(
        "Permessage-Deflate ; client_no_context_takeover;server_max_window_bits=\"10\" ; client_max_window_bits = 8");
    EXPECT_TRUE(all.deflate && !all.other && !all.client.takeover && all.server.takeover);
}

TEST(WebsocketExtensions, what_is_not_known) {
    EXPECT_TRUE(read("x-webkit-deflate-frame").other);
    EXPECT_TRUE(read("permessage-deflate; level=9").other);
    EXPECT_TRUE(read("permessage-deflate, permessage-deflate").other);
    const WebsocketExtensions two = read("mux; quoted=\"a,b;c\", permessage-deflate");
    EXPECT_TRUE(two.other && two.deflate);
}

TEST(WebsocketExtensions, several_fields) {
    const WebsocketExtensions two = read_websocket_extensions(
        {{"sec-websocket-extensions", "permessage-deflate"}, {"Sec-Websocket-Extensions", ", mux"}});
    EXPECT_TRUE(two.deflate && two.other);
}

}  // namespace
}  // namespace apiarist::protocols
