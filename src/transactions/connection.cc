// SPDX-License-Identifier: Apache-2.0
#include "transactions/connection.h"

#include <utility>

#include "transactions/message_body.h"
#include "transactions/protocol_table.h"

namespace apiarist::transactions {
namespace {

using protocols::GapKind;
using protocols::Message;
using protocols::MessageKind;
using streams::Missing;

Missing missing_of(std::uint32_t data_flags) {
    if ((data_flags & AP_DATA_NOT_SEEN) != 0) return Missing::kNotSeen;
    return (data_flags & AP_DATA_SKIPPED) != 0 ? Missing::kSkipped : Missing::kLost;
}

std::uint32_t flags_of(const Message& message) {
    const bool request = message.kind == MessageKind::kRequest;
    std::uint32_t flags = 0;
    if (message.body_truncated) flags |= request ? kRequestTruncated : kResponseTruncated;
    if (message.body_not_seen) flags |= request ? kRequestBodyNotSeen : kResponseBodyNotSeen;
    if (message.gap) flags |= kGap;
    if (message.joined_midway) flags |= kJoinedMidway;
    if (message.body_not_decoded) flags |= request ? kRequestNotDecoded : kResponseNotDecoded;
    return flags;
}

}  // namespace

streams::Piece piece_of(const events::DataView& data) {
    const ap_data& head = data.head;
    streams::Piece piece;
    piece.position = head.position;
    piece.size = head.size;
    piece.bytes = data.bytes;
    piece.missing = missing_of(head.flags);
    piece.call_start = (head.flags & AP_DATA_CALL_START) != 0;
    piece.lost_total = head.lost;
    piece.time_ns = head.header.ts_ns;
    return piece;
}

Call call_of(const events::DataView& data) {
    const ap_data& head = data.head;
    return {.tgid = head.tgid, .fd = head.fd, .tid = head.tid, .time_ns = head.header.ts_ns};
}

void book_missing(Ledger& ledger, std::uint64_t size, Missing why, bool recorded) {
    if (recorded) ledger.add(Count::kBytesWithoutContent, size);
    if (why == Missing::kLost && !recorded) ledger.add(Count::kGaps);
}

GapKind gap_kind(Missing missing) {
    switch (missing) {
        case Missing::kLost:
            return GapKind::kLost;
        case Missing::kSkipped:
            return GapKind::kSkipped;
        case Missing::kNotSeen:
            return GapKind::kNotSeen;
    }
    return GapKind::kLost;
}

bool is_open_stream(const Message& response, std::uint64_t now_ns, const ConnectionOptions& options) {
    return options.open_response_ns != 0 && response.head_end + options.open_response_ns <= now_ns &&
           protocols::is_stream_type(protocols::header_value(response.headers, "content-type"));
}

void send(Transaction transaction, const Surroundings& around) {
    const std::size_t limit = around.options.decoded_body;
    decode_body(transaction.request, limit);
    if (transaction.response) decode_body(*transaction.response, limit);
    for (const ProtocolRow& row : protocol_table())
        if (row.content != nullptr) row.content(transaction, limit);
    transaction.capture |= flags_of(transaction.request);
    if (transaction.response) {
        transaction.capture |= flags_of(*transaction.response);
    } else {
        transaction.capture |= kUnanswered;
    }
    transaction.process_name = around.process_name(transaction.process_id);
    around.sink.on_transaction(std::move(transaction));
}

}  // namespace apiarist::transactions
