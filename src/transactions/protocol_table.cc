// SPDX-License-Identifier: Apache-2.0
#include "transactions/protocol_table.h"

#include <algorithm>
#include <utility>

#include "transactions/grpc_call.h"
#include "transactions/http1_connection.h"
#include "transactions/http2_connection.h"
#include "transactions/operation.h"
#include "transactions/websocket_session.h"

namespace apiarist::transactions {
namespace {

template <typename Protocol>
std::unique_ptr<Connection> make(const ConnectionStart& start, Surroundings surroundings) {
    return std::make_unique<Protocol>(start, std::move(surroundings));
}

template <typename Protocol>
std::unique_ptr<Upgrade> make_upgraded(const protocols::Message& request, const protocols::Message& response,
                                       const UpgradeContext& context) {
    return std::make_unique<Protocol>(request, response, context);
}

}  // namespace

std::span<const ProtocolRow> protocol_table() {
    static constexpr ProtocolRow kRows[] = {
        {.name = "HTTP/2",
         .begins = [](const ConnectionStart& start) { return start.http2; },
         .connection = make<Http2Connection>,
         .upgrade = "h2c",
         .upgraded = Http2Exchanges::after_upgrade,
         .content = nullptr},
        {.name = "HTTP/1",
         .begins = [](const ConnectionStart&) { return true; },
         .connection = make<Http1Connection>,
         .upgrade = {},
         .upgraded = nullptr,
         .content = nullptr},
        {.name = "WebSocket",
         .begins = nullptr,
         .connection = nullptr,
         .upgrade = "websocket",
         .upgraded = make_upgraded<WebsocketSession>,
         .content = nullptr},
        {.name = "gRPC",
         .begins = nullptr,
         .connection = nullptr,
         .upgrade = {},
         .upgraded = nullptr,
         .content = read_grpc_call},
        {.name = "GraphQL, JSON-RPC, MCP, SOAP",
         .begins = nullptr,
         .connection = nullptr,
         .upgrade = {},
         .upgraded = nullptr,
         .content = [](Transaction& transaction, std::size_t) { read_operations(transaction); }},
    };
    return kRows;
}

bool is_upgrade(std::string_view protocol) {
    return !protocol.empty() && std::ranges::any_of(protocol_table(), [protocol](const ProtocolRow& row) {
        return !row.upgrade.empty() && protocols::same_name(protocol, row.upgrade);
    });
}

std::unique_ptr<Connection> Connection::make(const ConnectionStart& start, Surroundings surroundings) {
    for (const ProtocolRow& row : protocol_table())
        if (row.begins != nullptr && row.begins(start)) return row.connection(start, std::move(surroundings));
    return nullptr;
}

std::unique_ptr<Upgrade> Upgrade::make(const protocols::Message& request, const protocols::Message& response,
                                       const UpgradeContext& context) {
    if (response.status != 101) return nullptr;
    const auto protocol = protocols::header_value(response.headers, "upgrade");
    for (const ProtocolRow& row : protocol_table())
        if (!row.upgrade.empty() && protocols::same_name(protocol, row.upgrade))
            return row.upgraded(request, response, context);
    return nullptr;
}

}  // namespace apiarist::transactions
