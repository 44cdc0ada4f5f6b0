// SPDX-License-Identifier: Apache-2.0
#include "transactions/upgrade.h"

#include "transactions/http2_exchanges.h"
#include "transactions/websocket_session.h"

namespace apiarist::transactions {

std::unique_ptr<Upgrade> Upgrade::make(const protocols::Message& request, const protocols::Message& response,
                                       const UpgradeContext& context) {
    if (response.status != 101) return nullptr;
    const auto protocol = protocols::header_value(response.headers, "upgrade");
    if (protocols::same_name(protocol, "h2c")) return Http2Exchanges::after_upgrade(request, context);
    if (protocols::same_name(protocol, "websocket"))
        return std::make_unique<WebsocketSession>(request, response, context);
    return nullptr;
}

}  // namespace apiarist::transactions
