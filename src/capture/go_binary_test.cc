// SPDX-License-Identifier: Apache-2.0
#include "capture/go_binary.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace apiarist::capture {
namespace {

using ::testing::HasSubstr;

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

template <typename T>
std::string number(T value) {
    std::string text(sizeof(value), '\0');
    std::memcpy(text.data(), &value, sizeof(value));
    return text;
}

std::string info_head(char pointer_size, char flags) {
    std::string head = "\xff Go buildinf:";
    head += pointer_size;
    head += flags;
    return head + std::string(16, '\0');
}

TEST(GoBuildInfo, inline_version) {
    const auto info = read_go_build_info(bytes_of(info_head(8, 2) + "\x08" + "go1.26.8" + "\x03" + "mod"));
    ASSERT_TRUE(info);
    EXPECT_EQ(info->version, "go1.26.8");
    EXPECT_FALSE(info->pointer_place);
}

TEST(GoBuildInfo, version_behind_a_pointer_before_1_18) {
    const auto info = read_go_build_info(bytes_of(info_head(8, 0)));
    ASSERT_TRUE(info);
    EXPECT_EQ(info->version, "");
    EXPECT_EQ(info->pointer_place, 16U);
    EXPECT_FALSE(read_go_build_info(bytes_of(info_head(4, 0)))) << "32 bits";
    EXPECT_FALSE(read_go_build_info(bytes_of(info_head(8, 1)))) << "big endian";
}

TEST(GoBuildInfo, other_bytes_are_none) {
    EXPECT_FALSE(read_go_build_info({}));
    EXPECT_FALSE(read_go_build_info(bytes_of(std::string(64, 'x'))));
    EXPECT_FALSE(read_go_build_info(bytes_of(info_head(8, 2)))) << "no length";
    EXPECT_FALSE(read_go_build_info(bytes_of(info_head(8, 2) + "\x08go1"))) << "cut";
    EXPECT_FALSE(read_go_build_info(bytes_of(info_head(8, 2) + '\0' + "go1"))) << "empty";
    EXPECT_FALSE(read_go_build_info(bytes_of(info_head(8, 2) + "\xff\xff\xff\xff\xff\xff" + std::string(99, 'x'))));
    EXPECT_FALSE(read_go_build_info(bytes_of(info_head(8, 2) + "\x81\x02" + std::string(999, 'x')))) << "too long";
}

TEST(GoRelease, of_a_version) {
    EXPECT_EQ(go_release("go1.26.8"), (GoRelease{1, 26}));
    EXPECT_EQ(go_release("go1.17"), (GoRelease{1, 17}));
    EXPECT_EQ(go_release("devel go1.27-3f2a99 Mon Nov 2"), (GoRelease{1, 27}));
    EXPECT_LT(*go_release("go1.9.2"), (GoRelease{1, 17}));
    EXPECT_FALSE(go_release("devel +3f2a99"));
    EXPECT_FALSE(go_release("go1."));
    EXPECT_FALSE(go_release(""));
}

struct Named {
    std::string name;
    std::uint64_t begin;
};

// A pclntab with these functions and an end, whose parts stand where the header says.
std::string table_of(std::uint32_t magic, std::uint64_t text_start, const std::vector<Named>& functions,
                     std::uint64_t end) {
    const bool pointers = magic == 0xfffffffa;
    const auto field = [pointers](std::uint64_t value) {
        return pointers ? number(value) : number(static_cast<std::uint32_t>(value));
    };
    std::string names(1, '\0');
    std::string entries;
    std::string bodies;
    const std::size_t entries_size = (2 * functions.size() + 2) * (pointers ? 8 : 4);
    for (const Named& one : functions) {
        entries += field(one.begin) + field(entries_size + bodies.size());
        bodies += field(one.begin) + number(static_cast<std::uint32_t>(names.size())) + std::string(32, '\x7f');
        names += one.name + '\0';
    }
    entries += field(end) + field(0);
    const std::size_t header = pointers ? 64 : 72;
    std::string table = number(magic) + std::string("\0\0\x01\x08", 4);
    table += number(std::uint64_t{functions.size()}) + number(std::uint64_t{1});
    if (!pointers) table += number(text_start);
    for (const std::size_t place :
         {header, header + names.size(), header + names.size(), header + names.size(), header + names.size()})
        table += number(std::uint64_t{place});
    return table + names + entries + bodies;
}

const std::vector<Named> kFunctions{
    {"go:buildid", 0}, {"main.main", 0x40}, {"crypto/tls.(*Conn).Read", 0x80}, {"crypto/tls.(*Conn).ReadAll", 0x1c0}};
constexpr std::string_view kRead = "crypto/tls.(*Conn).Read";

Result<GoTable> read_table(const std::string& table, std::vector<std::string_view> names = {kRead}) {
    const ReadTable read = [&table](std::uint64_t offset, std::size_t size) {
        const auto bytes = bytes_of(table);
        if (offset >= bytes.size()) return std::vector<std::byte>();
        const auto part = bytes.subspan(offset, std::min<std::size_t>(size, bytes.size() - offset));
        return std::vector<std::byte>(part.begin(), part.end());
    };
    return read_go_table(read, table.size(), names);
}

TEST(GoTable, distances_from_the_start_of_text) {
    for (const std::uint32_t magic : {0xfffffff0U, 0xfffffff1U}) {
        const auto table = read_table(table_of(magic, 0x401000, kFunctions, 0x200));
        ASSERT_TRUE(table) << table.error().what;
        EXPECT_FALSE(table->by_pointers);
        EXPECT_EQ(table->text_start_place, 24U);
        EXPECT_EQ(table->first_function, 0U);
        ASSERT_EQ(table->functions.size(), 1U);
        EXPECT_EQ(table->functions[0].name, kRead);
        EXPECT_EQ(table->functions[0].begin, 0x80U);
        EXPECT_EQ(table->functions[0].end, 0x1c0U);
    }
}

TEST(GoTable, places_of_pointers_before_1_18) {
    const std::string text = table_of(0xfffffffa, 0, kFunctions, 0x200);
    const auto table = read_table(text);
    ASSERT_TRUE(table) << table.error().what;
    EXPECT_TRUE(table->by_pointers);
    ASSERT_EQ(table->functions.size(), 1U);
    EXPECT_EQ(text.substr(table->functions[0].begin, 8), number(std::uint64_t{0x80}));
    EXPECT_EQ(text.substr(table->functions[0].end, 8), number(std::uint64_t{0x1c0}));
}

TEST(GoTable, the_last_function_ends_with_the_code) {
    const auto table = read_table(table_of(0xfffffff1, 0, {kFunctions.begin(), kFunctions.end() - 1}, 0x200));
    ASSERT_TRUE(table);
    ASSERT_EQ(table->functions.size(), 1U);
    EXPECT_EQ(table->functions[0].end, 0x200U);
}

TEST(GoTable, has_only_whole_names) {
    const auto table = read_table(table_of(0xfffffff1, 0, kFunctions, 0x200), {"crypto/tls.(*Conn).Rea", "Read"});
    ASSERT_TRUE(table);
    EXPECT_TRUE(table->functions.empty());
}

TEST(GoTable, of_another_format_or_out_of_bounds_is_an_error) {
    const std::string good = table_of(0xfffffff1, 0, kFunctions, 0x200);
    EXPECT_FALSE(read_table(""));
    EXPECT_THAT(read_table(table_of(0xfffffffb, 0, kFunctions, 0x200)).error().what, HasSubstr("unknown format"));
    for (const std::size_t field : {8U, 32U, 40U, 64U}) {  // the count, the names, their end, the functions
        std::string changed = good;
        changed.replace(field, 8, number(~std::uint64_t{0}));
        EXPECT_FALSE(read_table(changed)) << field;
    }
}

// No promise about the answer, only that there is one.
TEST(GoTable, cut_and_changed_tables_do_no_harm) {
    for (const std::uint32_t magic : {0xfffffffaU, 0xfffffff0U, 0xfffffff1U}) {
        const std::string good = table_of(magic, 0, kFunctions, 0x200);
        for (std::size_t size = 0; size < good.size(); ++size)
            (void)read_table(good.substr(0, size));
        for (std::size_t at = 0; at < good.size(); ++at) {
            std::string changed = good;
            changed[at] = '\xff';
            (void)read_table(changed);
        }
    }
}

}  // namespace
}  // namespace apiarist::capture
