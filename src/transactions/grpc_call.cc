// SPDX-License-Identifier: Apache-2.0
#include "transactions/grpc_call.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "protocols/grpc.h"

namespace apiarist::transactions {
namespace {

using protocols::header_value;
using protocols::Message;

bool is_grpc(const Message& message) {
    const std::string_view type = header_value(message.headers, "content-type");
    if (!type.empty() || !message.joined_midway) return protocols::is_grpc_type(type);
    const bool whole = !message.body_truncated && !message.gap && !message.body_not_seen;
    return whole && protocols::is_grpc_body(message.body);  // its type was said before the observation
}

void read_body(Message& message, std::size_t limit) {
    protocols::GrpcBody body =
        protocols::read_grpc(message.body, header_value(message.headers, "grpc-encoding"), limit);
    const bool whole = !message.body_truncated && !message.gap && !message.body_not_seen;
    message.body_truncated = message.body_truncated || body.cut;
    message.body_not_decoded = message.body_not_decoded || (body.not_decoded && whole);
    message.body = base64(body.messages);
    message.grpc_messages = std::max(message.grpc_messages, body.count);  // of HTTP/1 nobody counted before
    for (protocols::Header& trailer : body.trailers)
        message.trailers.push_back(std::move(trailer));
}

// An answer without messages has it in its head ("Trailers-Only").
std::optional<int> status_of(const Message& response) {
    std::string_view text = header_value(response.trailers, "grpc-status");
    if (text.empty()) text = header_value(response.headers, "grpc-status");
    int status = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return status;
}

// "/package.Service/Method"
void read_path(std::string_view path, GrpcCall& call) {
    const auto slash = path.rfind('/');
    if (!path.starts_with('/') || slash == 0 || slash == std::string_view::npos) return;
    call.service = path.substr(1, slash - 1);
    call.method = path.substr(slash + 1);
}

}  // namespace

void read_grpc_call(Transaction& transaction, std::size_t limit) {
    Message& request = transaction.request;
    const bool asked = is_grpc(request);
    const bool answered = transaction.response && is_grpc(*transaction.response);
    if (!asked && !answered) return;
    GrpcCall& call = transaction.grpc.emplace();
    read_path(request.target, call);
    read_body(request, limit);
    call.request_messages = request.grpc_messages;
    if (!transaction.response) return;
    if (answered) {  // else it is some proxy's word
        read_body(*transaction.response, limit);
        call.response_messages = transaction.response->grpc_messages;
    }
    call.status = status_of(*transaction.response);
}

}  // namespace apiarist::transactions
