// SPDX-License-Identifier: Apache-2.0
#pragma once
// One record of the kernel programs (bpf/abi.h) or of a recording, checked and typed. Everything is copied out but the
// bytes of a DataView, which belong to the record and live only as long as it does.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "bpf/abi.h"

namespace apiarist::events {

struct DataView {
    ap_data head{};
    std::span<const std::byte> bytes;  // head.captured of them
};

using Event = std::variant<DataView, ap_conn_open, ap_side_end, ap_conn_end, ap_tls_open, ap_tls_end, ap_process_event,
                           ap_datagrams, ap_mapped, ap_library, ap_loss>;

// Nothing when the record is cut, of another version, of an unknown type, or contradicts itself. Any bytes are safe.
[[nodiscard]] std::optional<Event> decode(std::span<const std::byte> record);

// The bytes of a record as they go into a ring or a recording.
template <typename Record>
[[nodiscard]] std::span<const std::byte> bytes_of(const Record& record) {
    return std::as_bytes(std::span<const Record, 1>(&record, 1));
}

// A header for records that user space makes.
template <typename Record>
[[nodiscard]] ap_header header_of(ap_u16 type, ap_u64 ts_ns) {
    return {type, AP_ABI_VERSION, static_cast<ap_u32>(sizeof(Record)), ts_ns};
}

// Into a text field of a record: cut where it is too long, always ended.
template <std::size_t size>
void copy_text(char (&to)[size], std::string_view from) {
    const std::size_t n = std::min(from.size(), size - 1);
    std::memcpy(to, from.data(), n);
    to[n] = '\0';
}

}  // namespace apiarist::events
