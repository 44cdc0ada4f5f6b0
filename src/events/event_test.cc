// SPDX-License-Identifier: Apache-2.0
#include "events/event.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string_view>
#include <vector>

namespace apiarist::events {
namespace {

using Bytes = std::vector<std::byte>;

template <typename Record>
Bytes to_bytes(const Record& record) {
    const auto bytes = bytes_of(record);
    return {bytes.begin(), bytes.end()};
}

template <typename Record>
Record filled(ap_u16 type) {
    Record record;
    std::memset(static_cast<void*>(&record), 'x', sizeof(record));
    record.header = header_of<Record>(type, 77);
    return record;
}

Bytes data_record(std::string_view bytes, ap_u32 flags = 0) {
    ap_data data{};
    data.header = header_of<ap_data>(AP_EVENT_DATA, 77);
    data.header.len = static_cast<ap_u32>(sizeof(data) + bytes.size());
    data.size = static_cast<ap_u32>(bytes.size());
    data.captured = data.size;
    data.direction = AP_WRITE;
    data.flags = flags;
    Bytes record = to_bytes(data);
    for (const char c : bytes)
        record.push_back(static_cast<std::byte>(c));
    return record;
}

template <typename Change>
Bytes changed(Bytes record, Change change) {
    ap_data data;
    std::memcpy(&data, record.data(), sizeof(data));
    change(data);
    std::memcpy(record.data(), &data, sizeof(data));
    return record;
}

struct Kind {
    const char* name;
    Bytes record;
    std::size_t index;  // in the variant
};

std::vector<Kind> all_kinds() {
    return {{"data", data_record("GET / HTTP/1.1\r\n"), 0},
            {"conn_open", to_bytes(filled<ap_conn_open>(AP_EVENT_CONN_OPEN)), 1},
            {"side_end", to_bytes(filled<ap_side_end>(AP_EVENT_SIDE_END)), 2},
            {"conn_end", to_bytes(filled<ap_conn_end>(AP_EVENT_CONN_END)), 3},
            {"tls_open", to_bytes(filled<ap_tls_open>(AP_EVENT_TLS_OPEN)), 4},
            {"tls_end", to_bytes(filled<ap_tls_end>(AP_EVENT_TLS_END)), 5},
            {"process", to_bytes(filled<ap_process_event>(AP_EVENT_PROCESS)), 6},
            {"datagrams", to_bytes(filled<ap_datagrams>(AP_EVENT_DATAGRAMS)), 7},
            {"mapped", to_bytes(filled<ap_mapped>(AP_EVENT_MAPPED)), 8},
            {"library", to_bytes(filled<ap_library>(AP_EVENT_LIBRARY)), 9},
            {"loss", to_bytes(filled<ap_loss>(AP_EVENT_LOSS)), 10}};
}

TEST(Decode, every_type_as_itself) {
    const auto kinds = all_kinds();
    ASSERT_EQ(kinds.size(), std::variant_size_v<Event>);
    for (const Kind& kind : kinds) {
        const auto event = decode(kind.record);
        ASSERT_TRUE(event) << kind.name;
        EXPECT_EQ(event->index(), kind.index) << kind.name;
    }
}

TEST(Decode, fields_and_bytes_come_through) {
    const Bytes record = data_record("hello", AP_DATA_CALL_START);
    const auto event = decode(record);
    ASSERT_TRUE(event);
    const auto& data = std::get<DataView>(*event);
    EXPECT_EQ(data.head.header.ts_ns, 77U);
    EXPECT_EQ(data.head.direction, AP_WRITE);
    EXPECT_EQ(data.head.flags, static_cast<ap_u32>(AP_DATA_CALL_START));
    ASSERT_EQ(data.bytes.size(), 5U);
    EXPECT_EQ(std::memcmp(data.bytes.data(), "hello", 5), 0);
    const auto end = decode(to_bytes(filled<ap_conn_end>(AP_EVENT_CONN_END)));
    EXPECT_EQ(std::get<ap_conn_end>(*end).write.lost, 0x7878787878787878U);
}

TEST(Decode, cut_at_every_length_is_nothing) {
    for (const Kind& kind : all_kinds())
        for (std::size_t size = 0; size < kind.record.size(); ++size)
            EXPECT_FALSE(decode(std::span(kind.record).first(size))) << kind.name << " cut at " << size;
}

TEST(Decode, what_follows_the_record_is_ignored) {
    for (const Kind& kind : all_kinds()) {
        Bytes padded = kind.record;
        padded.resize(padded.size() + 100);
        const auto event = decode(padded);
        ASSERT_TRUE(event) << kind.name;
        const auto* data = std::get_if<DataView>(&*event);
        EXPECT_TRUE(data == nullptr || data->bytes.size() == data->head.captured) << kind.name;
    }
}

TEST(Decode, a_wrong_length_in_the_header_is_nothing) {
    for (const Kind& kind : all_kinds()) {
        for (const ap_u32 len : {0U, 1U, 16U, static_cast<ap_u32>(kind.record.size() - 1),
                                 static_cast<ap_u32>(kind.record.size() + 1), UINT32_MAX}) {
            Bytes record = kind.record;
            record.resize(record.size() + 8);
            std::memcpy(record.data() + offsetof(ap_header, len), &len, sizeof(len));
            EXPECT_FALSE(decode(record)) << kind.name << " of " << len;
        }
    }
}

TEST(Decode, another_version_is_nothing) {
    for (const Kind& kind : all_kinds()) {
        for (const ap_u16 version : {ap_u16{0}, ap_u16{AP_ABI_VERSION + 1}, ap_u16{0xffff}}) {
            Bytes record = kind.record;
            std::memcpy(record.data() + offsetof(ap_header, version), &version, sizeof(version));
            EXPECT_FALSE(decode(record)) << kind.name << " of version " << version;
        }
    }
}

TEST(Decode, an_unknown_type_is_nothing) {
    for (const ap_u16 type : {ap_u16{0}, ap_u16{AP_EVENT_LOSS + 1}, ap_u16{0xffff}}) {
        Bytes record = to_bytes(filled<ap_loss>(AP_EVENT_LOSS));
        std::memcpy(record.data(), &type, sizeof(type));
        EXPECT_FALSE(decode(record)) << type;
    }
}

TEST(Decode, sizes_that_contradict_each_other_are_nothing) {
    const Bytes good = data_record("hello");
    EXPECT_FALSE(decode(changed(good, [](ap_data& data) { data.captured = 4; })));
    EXPECT_FALSE(decode(changed(good, [](ap_data& data) { data.captured = 6; })));
    EXPECT_FALSE(decode(changed(good, [](ap_data& data) { data.size = 4; })));
    EXPECT_FALSE(decode(changed(good, [](ap_data& data) { data.size = 6; })));
    EXPECT_FALSE(decode(changed(good, [](ap_data& data) { data.size = 0; })));
    EXPECT_FALSE(decode(changed(good, [](ap_data& data) { data.captured = UINT32_MAX; })));
    EXPECT_FALSE(decode(changed(good, [](ap_data& data) { data.direction = 2; })));
}

TEST(Decode, a_length_without_bytes_has_none) {
    for (const unsigned flag : {unsigned{AP_DATA_NOT_SEEN}, unsigned{AP_DATA_SKIPPED}, unsigned{AP_DATA_FAULT}}) {
        const Bytes length = changed(data_record(""), [flag](ap_data& data) {
            data.size = 1000;
            data.captured = 0;
            data.flags = flag;
        });
        const auto event = decode(length);
        ASSERT_TRUE(event) << flag;
        EXPECT_TRUE(std::get<DataView>(*event).bytes.empty());
        EXPECT_FALSE(decode(data_record("hello", flag))) << flag;
    }
    EXPECT_FALSE(decode(changed(data_record(""), [](ap_data& data) { data.size = 1000; })));
}

TEST(Decode, text_ends) {
    const auto process = decode(to_bytes(filled<ap_process_event>(AP_EVENT_PROCESS)));
    EXPECT_EQ(std::strlen(std::get<ap_process_event>(*process).comm), AP_COMM_LEN - 1U);
    const auto mapped = decode(to_bytes(filled<ap_mapped>(AP_EVENT_MAPPED)));
    EXPECT_EQ(std::strlen(std::get<ap_mapped>(*mapped).name), AP_NAME_LEN - 1U);
    const auto event = decode(to_bytes(filled<ap_library>(AP_EVENT_LIBRARY)));
    const auto& library = std::get<ap_library>(*event);
    EXPECT_EQ(std::strlen(library.version), sizeof(library.version) - 1);
    EXPECT_EQ(std::strlen(library.path), sizeof(library.path) - 1);
    EXPECT_EQ(std::strlen(library.reason), sizeof(library.reason) - 1);
}

}  // namespace
}  // namespace apiarist::events
