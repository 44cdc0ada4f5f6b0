// SPDX-License-Identifier: Apache-2.0
#include "events/event.h"

#include <cstring>

namespace apiarist::events {
namespace {

template <typename Record>
std::optional<Event> fixed(std::span<const std::byte> record, ap_u32 len) {
    if (len != sizeof(Record)) return std::nullopt;
    Record out;
    std::memcpy(&out, record.data(), sizeof(out));
    return Event{out};
}

// Text fields come from other processes: make sure that they end.
template <typename Record, std::size_t size>
std::optional<Event> with_text(std::span<const std::byte> record, ap_u32 len, char (Record::*text)[size]) {
    auto event = fixed<Record>(record, len);
    if (event) (std::get<Record>(*event).*text)[size - 1] = '\0';
    return event;
}

std::optional<Event> library(std::span<const std::byte> record, ap_u32 len) {
    auto event = with_text(record, len, &ap_library::version);
    if (!event) return event;
    auto& found = std::get<ap_library>(*event);
    found.path[sizeof(found.path) - 1] = '\0';
    found.reason[sizeof(found.reason) - 1] = '\0';
    return event;
}

std::optional<Event> data(std::span<const std::byte> record, ap_u32 len) {
    if (len < sizeof(ap_data)) return std::nullopt;
    DataView view;
    std::memcpy(&view.head, record.data(), sizeof(view.head));
    const ap_data& head = view.head;
    constexpr ap_u32 kWithoutBytes = AP_DATA_NOT_SEEN | AP_DATA_SKIPPED | AP_DATA_FAULT;
    if (head.captured != len - sizeof(ap_data) || head.direction > AP_WRITE || head.size == 0) return std::nullopt;
    if (head.captured != ((head.flags & kWithoutBytes) != 0 ? 0 : head.size)) return std::nullopt;
    view.bytes = record.subspan(sizeof(ap_data), head.captured);
    return Event{view};
}

}  // namespace

std::optional<Event> decode(std::span<const std::byte> record) {
    ap_header header;
    if (record.size() < sizeof(header)) return std::nullopt;
    std::memcpy(&header, record.data(), sizeof(header));
    if (header.version != AP_ABI_VERSION || header.len > record.size()) return std::nullopt;
    switch (header.type) {
        case AP_EVENT_DATA:
            return data(record, header.len);
        case AP_EVENT_CONN_OPEN:
            return fixed<ap_conn_open>(record, header.len);
        case AP_EVENT_SIDE_END:
            return fixed<ap_side_end>(record, header.len);
        case AP_EVENT_CONN_END:
            return fixed<ap_conn_end>(record, header.len);
        case AP_EVENT_TLS_OPEN:
            return fixed<ap_tls_open>(record, header.len);
        case AP_EVENT_TLS_END:
            return fixed<ap_tls_end>(record, header.len);
        case AP_EVENT_PROCESS:
            return with_text(record, header.len, &ap_process_event::comm);
        case AP_EVENT_DATAGRAMS:
            return fixed<ap_datagrams>(record, header.len);
        case AP_EVENT_MAPPED:
            return with_text(record, header.len, &ap_mapped::name);
        case AP_EVENT_LIBRARY:
            return library(record, header.len);
        case AP_EVENT_LOSS:
            return fixed<ap_loss>(record, header.len);
        default:
            return std::nullopt;
    }
}

}  // namespace apiarist::events
