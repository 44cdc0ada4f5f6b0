// SPDX-License-Identifier: Apache-2.0
#include "protocols/http2_messages.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace apiarist::protocols {
namespace {

// The fields of a block as a message has them.
class Head {
  public:
    explicit Head(std::vector<HpackField>& fields) {
        for (HpackField& field : fields)
            add(field);
        // RFC 9110 §9.3.6, RFC 9113 §8.5: CONNECT without :protocol has no path.
        if (message.method == "CONNECT" && !protocol_) message.target = authority_;
        const bool has_host = !header_value(message.headers, "host").empty();
        if (!authority_.empty() && !has_host) message.headers.insert(message.headers.begin(), {"host", authority_});
    }

    Message message;
    bool role_known = false;
    bool unknown = false;  // a field is not known
    bool pseudo = false;   // there was a pseudo-header field, or perhaps

  private:
    void add(HpackField& field) {
        unknown = unknown || !field.name || !field.value;
        if (!field.name) {
            // They stand before the others (RFC 9113 §8.3).
            pseudo = pseudo || message.headers.empty();
        } else if (field.name->starts_with(':')) {
            add_pseudo(*field.name, field.value);
        } else if (field.value) {
            message.headers.push_back({std::move(*field.name), std::move(*field.value)});
        }
    }

    void add_pseudo(std::string_view name, std::optional<std::string>& value) {
        pseudo = true;
        const bool response = name == ":status";
        role_known = true;
        message.kind = response ? MessageKind::kResponse : MessageKind::kRequest;
        if (!value) return;
        if (response)
            set_status(*value);
        else if (name == ":method")
            message.method = std::move(*value);
        else if (name == ":path")
            message.target = std::move(*value);
        else if (name == ":authority")
            authority_ = std::move(*value);
        else if (name == ":protocol")
            protocol_ = true;
    }

    // Three digits (RFC 9113 §8.3.2); what else is sent is no status.
    void set_status(std::string_view text) {
        int status = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
        if (error == std::errc{} && end == text.data() + text.size() && text.size() == 3 && status >= 100)
            message.status = status;
    }

    std::string authority_;
    bool protocol_ = false;
};

std::size_t size_of(const std::vector<Header>& headers) {
    std::size_t size = 0;
    for (const Header& header : headers)
        size += sizeof(Header) + header.name.size() + header.value.size();
    return size;
}

bool is_pushed(std::uint32_t stream) {
    return stream % 2 == 0;  // RFC 9113 §5.1.1
}

void mark(Message& message, GapKind kind) {
    switch (kind) {
        case GapKind::kLost:
            message.gap = true;
            return;
        case GapKind::kSkipped:
            message.body_truncated = true;
            return;
        case GapKind::kNotSeen:
            message.body_not_seen = true;
            return;
    }
}

// What is said of a field that is not known.
void mark_unknown(Message& message, const HeaderBlock& block, bool unknown) {
    message.gap = message.gap || block.cut || (unknown && block.after_loss);
    message.joined_midway = message.joined_midway || (unknown && !block.after_loss);
}

Http2Item head_item(std::uint32_t stream, bool role_known, const Message& message) {
    Http2Item item{.kind = Http2ItemKind::kHead, .stream = stream, .role_known = role_known, .message = {}};
    item.message.kind = message.kind;
    item.message.method = message.method;
    item.message.target = message.target;
    item.message.status = message.status;
    item.message.begin = message.begin;
    return item;
}

}  // namespace

void Http2Messages::on_block(std::uint32_t stream, HeaderBlock& block, std::vector<Http2Item>& out) {
    if (is_pushed(stream)) return;
    const auto at = incoming_.find(stream);
    if (at == incoming_.end()) return begin(stream, block, out);
    Message& message = at->second.message;
    const std::size_t before = size_of(message.trailers);
    bool unknown = false;
    for (HpackField& field : block.fields) {
        unknown = unknown || !field.name || !field.value;
        if (field.name && field.value && !field.name->starts_with(':'))
            message.trailers.push_back({std::move(*field.name), std::move(*field.value)});
    }
    mark_unknown(message, block, unknown);
    const std::size_t more = size_of(message.trailers) - before;
    at->second.head += more;
    memory_ += more;
    message.end = block.end;
    if (block.end_stream) end(at, out);
}

void Http2Messages::begin(std::uint32_t stream, HeaderBlock& block, std::vector<Http2Item>& out) {
    Head head(block.fields);
    if (!head.pseudo && block.end_stream) return;  // trailers of a message whose head passed before
    const int status = head.message.status;
    if (status >= 100 && status < 200 && !block.end_stream) return;  // another follows (RFC 9110 §15.2)
    if (incoming_.size() >= limits_.streams) {
        ++refused_;
        return;
    }
    Message& message = head.message;
    mark_unknown(message, block, head.unknown);
    message.major_version = 2;
    message.minor_version = 0;
    message.begin = block.begin;
    message.head_end = block.end;
    message.end = block.end;
    out.push_back(head_item(stream, head.role_known, message));
    Incoming incoming{.message = std::move(message), .role_known = head.role_known};
    incoming.head = sizeof(Incoming) + size_of(incoming.message.headers) + incoming.message.target.size();
    if (is_grpc_type(header_value(incoming.message.headers, "content-type"))) incoming.grpc.emplace();
    memory_ += incoming.head;
    const auto at = incoming_.emplace(stream, std::move(incoming)).first;
    if (block.end_stream) end(at, out);
}

void Http2Messages::on_data(std::uint32_t stream, std::span<const std::byte> bytes, Stamp stamp) {
    const auto at = incoming_.find(stream);
    if (at == incoming_.end()) return;
    Message& message = at->second.message;
    message.body_size += bytes.size();
    message.end = stamp;
    if (at->second.hole) return;
    if (auto& grpc = at->second.grpc) {
        grpc->feed(bytes);
        message.grpc_messages = grpc->messages();
    }
    const std::size_t room = limits_.body - std::min(limits_.body, message.body.size());
    const std::size_t kept = std::min(room, bytes.size());
    message.body.append(reinterpret_cast<const char*>(bytes.data()), kept);
    memory_ += kept;
    message.body_truncated = message.body_truncated || kept < bytes.size();
}

void Http2Messages::on_gap(std::uint32_t stream, std::uint64_t size, GapKind kind, Stamp stamp) {
    const auto at = incoming_.find(stream);
    if (at == incoming_.end()) return;
    Message& message = at->second.message;
    message.body_size += size;
    message.end = stamp;
    at->second.hole = true;
    mark(message, kind);
}

void Http2Messages::on_end_stream(std::uint32_t stream, Stamp stamp, std::vector<Http2Item>& out) {
    const auto at = incoming_.find(stream);
    if (at == incoming_.end()) return;
    at->second.message.end = stamp;
    end(at, out);
}

void Http2Messages::on_loss() {
    for (auto& [stream, incoming] : incoming_) {
        incoming.hole = true;
        incoming.message.gap = true;
    }
}

Http2Item Http2Messages::leave(All::iterator at) {
    Http2Item item{.kind = Http2ItemKind::kMessage,
                   .stream = at->first,
                   .role_known = at->second.role_known,
                   .message = std::move(at->second.message)};
    memory_ -= at->second.head + item.message.body.size();
    incoming_.erase(at);
    return item;
}

void Http2Messages::end(All::iterator at, std::vector<Http2Item>& out) {
    out.push_back(leave(at));
}

const Message* Http2Messages::find(std::uint32_t stream) const {
    const auto at = incoming_.find(stream);
    return at == incoming_.end() ? nullptr : &at->second.message;
}

std::optional<Http2Item> Http2Messages::take(std::uint32_t stream) {
    const auto at = incoming_.find(stream);
    if (at == incoming_.end()) return std::nullopt;
    Http2Item item = leave(at);
    item.message.body_truncated = true;
    return item;
}

void Http2Messages::take_all(std::vector<Http2Item>& out) {
    while (!incoming_.empty())
        out.push_back(*take(incoming_.begin()->first));
}

std::size_t Http2Messages::release_bodies() {
    std::size_t released = 0;
    for (auto& [stream, incoming] : incoming_) {
        if (incoming.message.body.empty()) continue;
        memory_ -= incoming.message.body.size();
        std::string().swap(incoming.message.body);
        incoming.message.body_truncated = true;
        incoming.hole = true;
        ++released;
    }
    return released;
}

}  // namespace apiarist::protocols
