// SPDX-License-Identifier: Apache-2.0
#include "base/ledger.h"

#include <fmt/format.h>

namespace apiarist {

const std::vector<CountInfo>& count_table() {
    static const std::vector<CountInfo> table = {
        {Count::kSocketPassed, "socket_bytes_passed",
         "Bytes that traced socket calls returned, counted when a connection ends"},
        {Count::kSocketCopied, "socket_bytes_copied", "of these: in records of the ring, with or without content"},
        {Count::kSocketUnknown, "socket_bytes_unknown", "of these: before the connection was recognised"},
        {Count::kSocketNotHttp, "socket_bytes_not_http", "of these: recognised as something else"},
        {Count::kSocketHttp2, "socket_bytes_http2", "of these: recognised as HTTP/2"},
        {Count::kSocketCiphertext, "socket_bytes_ciphertext",
         "of these: TLS records of sessions whose plaintext a library gives"},
        {Count::kSocketOpaque, "socket_bytes_opaque", "of these: TLS records that no probe explains: not read"},
        {Count::kSocketSkipped, "socket_bytes_skipped", "of these: not needed, beyond a limit"},
        {Count::kSocketShed, "socket_bytes_shed", "of these: whole exchanges left out under overload"},
        {Count::kSocketLost, "socket_bytes_lost", "of these: no room in the ring"},
        {Count::kTlsPassed, "tls_bytes_passed", "Plaintext bytes that traced TLS calls returned"},
        {Count::kTlsCopied, "tls_bytes_copied", "of these: in records of the ring"},
        {Count::kTlsUnknown, "tls_bytes_unknown", "of these: before the session was recognised"},
        {Count::kTlsNotHttp, "tls_bytes_not_http", "of these: recognised as something else"},
        {Count::kTlsHttp2, "tls_bytes_http2", "of these: recognised as HTTP/2"},
        {Count::kTlsCiphertext, "tls_bytes_ciphertext", "of these: TLS inside TLS, of a session that is counted too"},
        {Count::kTlsOpaque, "tls_bytes_opaque", "of these: TLS inside TLS that no probe explains: not read"},
        {Count::kTlsSkipped, "tls_bytes_skipped", "of these: not needed, beyond a limit"},
        {Count::kTlsShed, "tls_bytes_shed", "of these: whole exchanges left out under overload"},
        {Count::kTlsLost, "tls_bytes_lost", "of these: no room in the ring"},
        {Count::kBytesParsed, "bytes_parsed", "Copied bytes that belong to a message that left the parser"},
        {Count::kBytesUnattributed, "bytes_unattributed", "Copied bytes that belong to no message that could be told"},
        {Count::kBytesTunnelled, "bytes_tunnelled", "Copied bytes after 101 or CONNECT, of what is not read"},
        {Count::kBytesWithoutContent, "bytes_without_content",
         "Lengths: sendfile, splice, limits, memory not resident"},
        {Count::kBytesDuplicate, "bytes_duplicate", "Copied bytes whose position had been seen"},
        {Count::kBytesDropped, "bytes_dropped", "Copied bytes that a budget of the worker dropped"},
        {Count::kRequests, "requests", "Requests parsed"},
        {Count::kResponses, "responses", "Final responses parsed"},
        {Count::kPaired, "paired", "Requests with their response"},
        {Count::kUnanswered, "unanswered", "Requests whose response was not seen"},
        {Count::kOrphanResponses, "orphan_responses", "Responses whose request was not seen"},
        {Count::kMalformed, "malformed", "Messages given up as not HTTP/1"},
        {Count::kLostPlace, "lost_place", "Times a parser had to look for the next message"},
        {Count::kOpenRecords, "open_records", "Records of responses that went on; each has another one at its end"},
        {Count::kUnidentified, "unidentified",
         "Exchanges of HTTP/2 of which the method, path, status or direction was said before the observation"},
        {Count::kWebsocketMessages, "websocket_messages", "Messages of WebSocket: text, binary and close"},
        {Count::kWebsocketEvents, "websocket_events", "of these: in records"},
        {Count::kWebsocketIncomplete, "websocket_incomplete", "of these: not whole, or not decoded"},
        {Count::kWebsocketPings, "websocket_pings", "Pings and pongs of WebSocket, which are in no record"},
        {Count::kRecords, "records",
         "Records made: pairs, messages of WebSocket, and unanswered requests where a sink takes them"},
        {Count::kRecordsIncomplete, "records_incomplete", "of these: `capture` is not \"complete\""},
        {Count::kFilteredEgress, "filtered_egress", "of these: left out, because clients are not wanted"},
        {Count::kFilteredEnvoy, "filtered_envoy", "of these: left out, a sidecar's own connection"},
        {Count::kFilteredPort, "filtered_port", "of these: left out by the remote port"},
        {Count::kFilteredCloudMetadata, "filtered_cloud_metadata",
         "of these: left out, to the cloud's metadata service"},
        {Count::kFilteredIpHost, "filtered_ip_host", "of these: left out, because Host is empty or an IPv4 address"},
        {Count::kFilteredHeader, "filtered_header", "of these: left out by the rules on request headers"},
        {Count::kFilteredHeaderValue, "filtered_header_value",
         "of these: left out, none of the header values that MongoDB wants"},
        {Count::kFilteredSample, "filtered_sample", "of these: left out by sampling"},
        {Count::kFilteredBandwidth, "filtered_bandwidth", "of these: left out by the limit of bytes a minute"},
        {Count::kRecordsDelivered, "records_delivered", "of these: written, or acknowledged by the receiver"},
        {Count::kRecordsQueued, "records_queued", "of these: on their way"},
        {Count::kDroppedQueueFull, "records_dropped_queue_full", "of these: dropped, no room in the queue"},
        {Count::kDroppedTooLarge, "records_dropped_too_large", "of these: dropped, larger than the receiver takes"},
        {Count::kDroppedFailed, "records_dropped_failed", "of these: dropped, could not be written or was refused"},
        {Count::kRedactedValues, "redacted_values", "Values in records that redaction replaced by marks"},
        {Count::kUdpQuic, "udp_bytes_quic", "Bytes on UDP sockets that carry QUIC (HTTP/3): not read"},
        {Count::kUdpOther, "udp_bytes_other", "Bytes on other UDP sockets: not read"},
        {Count::kEvents, "events", "Records read from the rings"},
        {Count::kEventsInvalid, "events_invalid", "Records that did not decode"},
        {Count::kGaps, "gaps", "Gaps in streams that were not explained by a limit"},
        {Count::kReordered, "reordered", "Pieces that came before an earlier one"},
        {Count::kEarlyResponses, "early_responses", "Responses that came before the record of their request"},
        {Count::kConnections, "connections", "HTTP/1 connections in clear"},
        {Count::kTlsSessions, "tls_sessions", "HTTP/1 sessions under TLS"},
        {Count::kConnectionsRested, "connections_rested", "Times that a pausing connection's buffers were given back"},
        {Count::kConnectionsRefused, "connections_refused",
         "Connections with bytes that were not followed, because as many as may be were busy"},
        {Count::kConnectionsGivenUp, "connections_given_up",
         "Times that an idle connection inside an exchange had to make room for another"},
        {Count::kBodiesReleased, "bodies_released", "Bodies given up under way, for memory"},
        {Count::kProcesses, "processes", "Traced processes seen"},
        {Count::kLossRingFullRecords, "loss_ring_full_records", "Kernel: records that found no room in the ring"},
        {Count::kLossRingFullBytes, "loss_ring_full_bytes", "Kernel: bytes in them"},
        {Count::kLossConnectionTableFull, "loss_connection_table_full",
         "Kernel: calls on connections beyond the table"},
        {Count::kLossProcessTableFull, "loss_process_table_full",
         "Kernel: processes, or cgroups of pods, beyond their tables"},
        {Count::kLossTlsTableFull, "loss_tls_table_full", "Kernel: TLS calls beyond the tables"},
        {Count::kLossCopyFaultBytes, "loss_copy_fault_bytes", "Kernel: bytes in memory that was not resident"},
        {Count::kLossCompatCalls, "loss_compat_calls", "Kernel: 32-bit system calls, not read"},
        {Count::kLossEmptySlotCalls, "loss_empty_slot_calls", "Kernel: descriptor closed or replaced during the call"},
        {Count::kLossNestedTls, "loss_nested_tls", "Kernel: TLS calls nested too deep"},
        {Count::kLossConnectionTableFullBytes, "loss_connection_table_full_bytes", "Kernel: bytes of those calls"},
        {Count::kLossShed, "loss_shed", "Kernel: times that a connection's exchanges began to be left out by overload"},
        {Count::kLossUnreadCalls, "loss_unread_calls", "Kernel: calls with more messages than are read"},
    };
    return table;
}

void Ledger::add_to(LedgerSnapshot& total) const {
    for (std::size_t i = 0; i < cells_.size(); ++i)
        total[i] += cells_[i].load(std::memory_order_relaxed);
}

namespace {

void check(std::vector<std::string>& faults, std::string_view what, std::uint64_t left, std::uint64_t right) {
    if (left != right) faults.push_back(fmt::format("{}: {} is not {}", what, left, right));
}

std::uint64_t sum(const LedgerSnapshot& s, Count first, Count last) {
    std::uint64_t total = 0;
    for (auto i = static_cast<std::size_t>(first); i <= static_cast<std::size_t>(last); ++i)
        total += s[i];
    return total;
}

}  // namespace

std::vector<std::string> ledger_faults(const LedgerSnapshot& s) {
    std::vector<std::string> faults;
    check(faults,
          "socket bytes passed = copied + unknown + not HTTP + HTTP/2 + ciphertext + opaque + skipped + shed + lost",
          at(s, Count::kSocketPassed), sum(s, Count::kSocketCopied, Count::kSocketLost));
    check(faults,
          "TLS bytes passed = copied + unknown + not HTTP + HTTP/2 + ciphertext + opaque + skipped + shed + lost",
          at(s, Count::kTlsPassed), sum(s, Count::kTlsCopied, Count::kTlsLost));
    check(faults, "bytes copied = parsed + unattributed + tunnelled + without content + duplicate + dropped",
          at(s, Count::kSocketCopied) + at(s, Count::kTlsCopied), sum(s, Count::kBytesParsed, Count::kBytesDropped));
    check(faults, "requests = paired + unanswered", at(s, Count::kRequests),
          at(s, Count::kPaired) + at(s, Count::kUnanswered));
    check(faults, "responses = paired + orphans", at(s, Count::kResponses),
          at(s, Count::kPaired) + at(s, Count::kOrphanResponses));
    check(faults, "WebSocket messages = events in records", at(s, Count::kWebsocketMessages),
          at(s, Count::kWebsocketEvents));
    check(faults, "records = filtered + delivered + queued + dropped", at(s, Count::kRecords),
          sum(s, Count::kFilteredEgress, Count::kDroppedFailed));
    return faults;
}

SeenBytes bytes_seen(const LedgerSnapshot& s) {
    const std::uint64_t plaintext = at(s, Count::kTlsPassed);
    const std::uint64_t read = at(s, Count::kTlsCopied) + at(s, Count::kTlsSkipped) + at(s, Count::kTlsCiphertext);
    const double share = plaintext == 0 ? 1.0 : static_cast<double>(read) / static_cast<double>(plaintext);
    const auto under_tls = static_cast<std::uint64_t>(static_cast<double>(at(s, Count::kSocketCiphertext)) * share);
    return {.bytes = at(s, Count::kSocketPassed) + at(s, Count::kUdpQuic) + at(s, Count::kUdpOther),
            .seen = at(s, Count::kSocketCopied) + at(s, Count::kSocketSkipped) + under_tls};
}

std::string ledger_json(const LedgerSnapshot& snapshot) {
    std::string out = "{\n";
    for (const CountInfo& info : count_table())
        out += fmt::format("  \"{}\": {},\n", info.name, at(snapshot, info.count));
    const auto faults = ledger_faults(snapshot);
    out += fmt::format("  \"adds_up\": {}\n}}\n", faults.empty());
    return out;
}

std::string ledger_summary(const LedgerSnapshot& s) {
    const std::uint64_t shed = at(s, Count::kSocketShed) + at(s, Count::kTlsShed);
    const auto unless_none = [](std::string_view what, std::uint64_t n) {
        return n == 0 ? std::string() : fmt::format(", {} {}", what, n);
    };
    std::string out = fmt::format(
        "records {} ({} incomplete), delivered {}{}{}{}; requests {}, paired {}, unanswered {}, orphan responses {}\n"
        "bytes: clear {} ({} lost), TLS plaintext {} ({} lost), ciphertext {}{}, not HTTP {}, unknown {}{}{}\n",
        at(s, Count::kRecords), at(s, Count::kRecordsIncomplete), at(s, Count::kRecordsDelivered),
        unless_none("left out by rules", sum(s, Count::kFilteredEgress, Count::kFilteredBandwidth)),
        unless_none("DROPPED", sum(s, Count::kDroppedQueueFull, Count::kDroppedFailed)),
        unless_none("values redacted", at(s, Count::kRedactedValues)) +
            unless_none("WebSocket messages", at(s, Count::kWebsocketMessages)),
        at(s, Count::kRequests), at(s, Count::kPaired), at(s, Count::kUnanswered), at(s, Count::kOrphanResponses),
        at(s, Count::kSocketCopied), at(s, Count::kSocketLost), at(s, Count::kTlsCopied), at(s, Count::kTlsLost),
        at(s, Count::kSocketCiphertext), unless_none("TLS NOT READ", at(s, Count::kSocketOpaque)),
        at(s, Count::kSocketNotHttp) + at(s, Count::kTlsNotHttp),
        at(s, Count::kSocketUnknown) + at(s, Count::kTlsUnknown), unless_none("shed under overload", shed),
        unless_none("HTTP/3 (QUIC) not read", at(s, Count::kUdpQuic)));
    const std::uint64_t nowhere = at(s, Count::kBytesUnattributed) + at(s, Count::kBytesDropped);
    if (nowhere + at(s, Count::kMalformed) + at(s, Count::kUnidentified) != 0)
        out += fmt::format("NOT READ: {} bytes of HTTP belong to no message that was read ({} malformed){}\n", nowhere,
                           at(s, Count::kMalformed),
                           unless_none("exchanges whose path was said before the run", at(s, Count::kUnidentified)));
    const auto faults = ledger_faults(s);
    if (faults.empty()) return out + "the ledger adds up\n";
    for (const std::string& fault : faults)
        out += "the ledger does not add up: " + fault + "\n";
    return out;
}

}  // namespace apiarist
