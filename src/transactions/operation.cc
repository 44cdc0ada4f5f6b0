// SPDX-License-Identifier: Apache-2.0
#include "transactions/operation.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "protocols/form.h"
#include "protocols/graphql_request.h"
#include "protocols/json_rpc.h"
#include "protocols/multipart.h"
#include "protocols/soap.h"

namespace apiarist::transactions {
namespace {

using protocols::header_value;
using protocols::JsonText;
using protocols::Message;

constexpr std::size_t kMostText = 4096;  // bytes of names
constexpr std::size_t kMostParts = 4;

// In lower case, without parameters.
std::string media_type(const Message& message) {
    const std::string_view type = header_value(message.headers, "content-type");
    return to_lower(trimmed(type.substr(0, type.find(';')), " \t"));
}

// Keeps names as long as there is room.
class Names {
  public:
    explicit Names(Operations& out) : out_(out) {}

    std::string take(std::string text) {
        if (text.size() > room_) {
            out_.truncated = true;
            return {};
        }
        room_ -= text.size();
        return text;
    }

    std::vector<std::string> take(std::vector<std::string> texts) {
        std::vector<std::string> taken;
        for (std::string& text : texts)
            if (std::string kept = take(std::move(text)); !kept.empty()) taken.push_back(std::move(kept));
        return taken;
    }

  private:
    Operations& out_;
    std::size_t room_ = kMostText;
};

Operations of_graphql(protocols::GraphqlCalls calls) {
    Operations out{.protocol = OperationProtocol::kGraphql, .truncated = calls.cut};
    Names names(out);
    for (protocols::GraphqlCall& call : calls.calls) {
        Operation& made = out.list.emplace_back();
        if (call.kind) made.type = to_string(*call.kind);
        made.name = names.take(std::move(call.name));
        made.fields = names.take(std::move(call.fields));
        out.truncated = out.truncated || call.fields_cut;
    }
    return out;
}

Operations of_json_rpc(protocols::JsonRpcCalls calls) {
    Operations out{.protocol = calls.mcp ? OperationProtocol::kMcp : OperationProtocol::kJsonRpc,
                   .truncated = calls.cut};
    Names names(out);
    for (protocols::JsonRpcMessage& message : calls.messages) {
        Operation& made = out.list.emplace_back();
        if (message.kind) made.type = to_string(*message.kind);
        made.name = names.take(std::move(message.method));
        if (!message.object.empty()) made.fields = names.take(std::vector{std::move(message.object)});
    }
    return out;
}

class RequestReader {
  public:
    explicit RequestReader(const Transaction& transaction)
        : request_(transaction.request), type_(media_type(request_)), told_(is_told(transaction)) {}

    std::optional<Operations> run() const {
        if (auto found = of_body()) return found;
        return graphql(protocols::read_graphql_form(protocols::query_of(request_.target), told_));
    }

  private:
    using Found = std::optional<Operations>;

    static bool is_told(const Transaction& transaction) {
        return transaction.response && media_type(*transaction.response) == "application/graphql-response+json";
    }

    static Found graphql(std::optional<protocols::GraphqlCalls> calls) {
        if (!calls) return std::nullopt;
        return of_graphql(std::move(*calls));
    }

    Found of_body() const {
        const std::string_view body = request_.body;
        if (body.empty()) return std::nullopt;
        if (type_.starts_with("multipart/")) return of_parts(body);
        if (type_ == "application/graphql") return cut() ? std::nullopt : graphql(protocols::read_graphql_body(body));
        if (type_ == "application/x-www-form-urlencoded")
            if (auto found = graphql(protocols::read_graphql_form(whole_pairs(body), told_))) return found;
        if (protocols::may_be_json(body)) return of_json({body, cut()});
        const bool xml = body.starts_with('<') || type_.find("xml") != std::string::npos;
        return xml ? of_soap(body) : std::nullopt;
    }

    [[nodiscard]] bool cut() const {
        return request_.body_truncated || request_.gap || request_.body_not_seen || request_.body_not_decoded;
    }

    // The last one of what is cut may be half of a pair.
    std::string_view whole_pairs(std::string_view form) const {
        if (!cut()) return form;
        const auto last = form.rfind('&');
        return form.substr(0, last == std::string_view::npos ? 0 : last);
    }

    Found of_json(const JsonText& json) const {
        if (auto found = graphql(protocols::read_graphql_json(json, told_))) return found;
        const auto has = [this](std::string_view name) { return !header_value(request_.headers, name).empty(); };
        auto calls = protocols::read_json_rpc(json, has("mcp-session-id") || has("mcp-protocol-version"));
        if (!calls) return std::nullopt;
        return of_json_rpc(std::move(*calls));
    }

    Found of_soap(std::string_view body) const {
        auto call = protocols::read_soap(body);
        if (!call) return std::nullopt;
        Operations out{.protocol = OperationProtocol::kSoap, .truncated = call->cut};
        out.list.push_back({.type = "request", .name = std::move(call->name), .fields = {}});
        out.namespace_name = std::move(call->namespace_name);
        out.action = protocols::soap_action(header_value(request_.headers, "soapaction"),
                                            header_value(request_.headers, "content-type"));
        return out;
    }

    // GraphQL with files (the multipart request specification), SOAP with attachments (MTOM).
    Found of_parts(std::string_view body) const {
        for (const protocols::BodyPart& part : protocols::read_parts(body, kMostParts)) {
            const bool operations = part.head.find("name=\"operations\"") != std::string_view::npos;
            if (operations) return graphql(protocols::read_graphql_json({part.content, !part.whole}, told_));
            if (type_ == "multipart/related" && part.content.starts_with('<')) return of_soap(part.content);
        }
        return std::nullopt;
    }

    const Message& request_;
    const std::string type_;
    const bool told_;
};

}  // namespace

std::string_view to_string(OperationProtocol protocol) {
    switch (protocol) {
        case OperationProtocol::kGraphql:
            return "graphql";
        case OperationProtocol::kJsonRpc:
            return "json-rpc";
        case OperationProtocol::kMcp:
            return "mcp";
        case OperationProtocol::kSoap:
            return "soap";
    }
    return "";
}

void read_operations(Transaction& transaction) {
    if (!transaction.grpc) transaction.operations = RequestReader(transaction).run();
}

}  // namespace apiarist::transactions
