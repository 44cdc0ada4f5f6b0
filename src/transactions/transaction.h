// SPDX-License-Identifier: Apache-2.0
#pragma once
// A request with its response (or without one), whose it is, and how whole it is. Plain data, moved from hand to hand.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/message.h"
#include "protocols/websocket_message.h"

namespace apiarist::transactions {

struct Address {
    std::uint16_t family = 0;  // AF_INET, AF_INET6; 0: not known
    std::uint16_t port = 0;
    std::array<std::uint8_t, 16> bytes{};  // network order; IPv4 in the first four

    // "10.1.2.3:80", "[2001:db8::1]:443"; an IPv4-mapped IPv6 address as IPv4; "" when not known.
    [[nodiscard]] std::string to_string() const;
};

// Of the process whose calls were read.
enum class Direction : std::uint8_t { kServer = 1, kClient = 2 };

enum CaptureFlag : std::uint32_t {
    kRequestTruncated = 1,  // body cut by a limit
    kResponseTruncated = 2,
    kRequestBodyNotSeen = 4,  // passed without user memory: sendfile, splice
    kResponseBodyNotSeen = 8,
    kGap = 16,                 // bytes were lost, or the pairing rests on a connection where some were
    kJoinedMidway = 32,        // the connection is older than what was seen of it
    kUnanswered = 64,          // no response was seen
    kRequestNotDecoded = 128,  // the coding of the body is unknown, or it does not decode to its end
    kResponseNotDecoded = 256,
    kResponseOpen = 512,  // told while the response goes on; another record follows at its end
};

// "complete", or the flags by name, joined by commas.
[[nodiscard]] std::string capture_text(std::uint32_t flags);

// What gRPC says beyond HTTP.
struct GrpcCall {
    std::string service;  // "shop.v1.Orders"
    std::string method;   // "Get"
    std::uint64_t request_messages = 0;
    std::uint64_t response_messages = 0;
    std::optional<int> status;  // of grpc-status
};

struct WebsocketEvent {
    protocols::WebsocketMessage message;  // never a ping or a pong
    bool from_client = false;             // of the handshake
};

enum class OperationProtocol : std::uint8_t { kGraphql, kJsonRpc, kMcp, kSoap };

// "graphql", "json-rpc", "mcp", "soap".
[[nodiscard]] std::string_view to_string(OperationProtocol protocol);

// What a request asks for, of one URL that has many such. All of it may be hostile. Empty: none, or not known.
struct Operation {
    std::string type;                 // "query", "mutation"…; "request", "notification", "response"
    std::string name;                 // of GraphQL's operation; the method; the element
    std::vector<std::string> fields;  // GraphQL: of the root; MCP: the tool or the prompt
};

struct Operations {
    OperationProtocol protocol = OperationProtocol::kGraphql;
    std::vector<Operation> list = {};  // of a batch several, in its order
    bool truncated = false;            // there is more than is told
    std::string namespace_name = {};   // of SOAP's element
    std::string action = {};           // SOAP's
};

struct Transaction {
    protocols::Message request;  // body decoded: content coding removed
    std::optional<protocols::Message> response;
    Address local;
    Address remote;
    Direction direction = Direction::kServer;
    std::uint32_t capture = 0;  // CaptureFlag
    std::uint32_t process_id = 0;
    std::uint32_t socket_fd = 0;
    std::string process_name;
    std::string tls;  // "" or library and version
    std::optional<GrpcCall> grpc;
    // Not empty: messages on a WebSocket, in their order; the request and the response are the heads of its handshake,
    // which left as a transaction of its own, and `request.begin` is the first message's.
    std::vector<WebsocketEvent> events;
    std::optional<Operations> operations;

    [[nodiscard]] const Address& client() const { return direction == Direction::kServer ? remote : local; }
    [[nodiscard]] const Address& server() const { return direction == Direction::kServer ? local : remote; }

    // What an inventory needs of it is known: of HTTP/2 it may have been said before the observation began.
    [[nodiscard]] bool is_identified() const {
        return !request.method.empty() && !request.target.empty() && (!response || response->status != 0);
    }
};

class TransactionSink {
  public:
    virtual ~TransactionSink() = default;
    virtual void on_transaction(Transaction transaction) = 0;
};

}  // namespace apiarist::transactions
