// SPDX-License-Identifier: Apache-2.0
#include "capture/elf_file.h"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "capture/tls_stack.h"

namespace apiarist::capture {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Folder : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string name = fs::temp_directory_path() / "apiarist-elf-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        root_ = name;
    }
    void TearDown() override { fs::remove_all(root_); }
    std::string put(const std::string& name, const std::string& content) const {
        const std::string path = root_ + "/" + name;
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }
    std::string root_;
};

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

extern "C" __attribute__((noinline, used)) int apiarist_test_function(int x) {
    return x * 3 + 1;
}
int (*const volatile apiarist_test_pointer)(int) = apiarist_test_function;

ElfFile own() {
    auto elf = ElfFile::open("/proc/self/exe");
    EXPECT_TRUE(elf) << elf.error().what;
    return std::move(*elf);
}

TEST(ElfFile, finds_a_function_and_its_code) {
    const ElfFile elf = own();
    const auto function = elf.function("apiarist_test_function");
    ASSERT_TRUE(function);
    const auto code = elf.code(*function);
    ASSERT_TRUE(code);
    EXPECT_EQ(code->size(), function->size);
    EXPECT_EQ(std::memcmp(code->data(), reinterpret_cast<const void*>(apiarist_test_function), code->size()), 0);
    EXPECT_EQ(elf.code_offset(function->address), elf.file_offset(function->address));
    EXPECT_FALSE(elf.function("apiarist_no_such_function"));
}

TEST(ElfFile, a_function_that_is_only_called_is_not_its_own) {
    EXPECT_FALSE(own().function("malloc"));
}

TEST(ElfFile, sections_and_text_in_them) {
    const ElfFile elf = own();
    const auto text = elf.section(".text");
    ASSERT_TRUE(text);
    EXPECT_EQ(elf.code_offset(text->address), text->file_offset);
    EXPECT_FALSE(elf.section(".none"));
    EXPECT_EQ(elf.find_text(".rodata", "apiarist_no_such_function", 11), "apiarist_no");
    EXPECT_EQ(elf.find_text(".none", "apiarist", 8), "");
    EXPECT_EQ(elf.find_text(".text", "no such text in any program, is there", 8), "");
}

TEST(ElfFile, a_pointer_as_the_loader_makes_it) {
    const ElfFile elf = own();
    const auto function = elf.function("apiarist_test_function");
    ASSERT_TRUE(function);
    // Where the pointer was linked: as far from the function as it is now.
    const auto distance = reinterpret_cast<std::uint64_t>(&apiarist_test_pointer) -
                          reinterpret_cast<std::uint64_t>(&apiarist_test_function);
    EXPECT_EQ(elf.pointer_at(function->address + distance), function->address);
    EXPECT_FALSE(elf.pointer_at(~std::uint64_t{0} - 4));
}

TEST(ElfFile, reads_no_further_than_the_end) {
    const ElfFile elf = own();
    EXPECT_EQ(elf.read(elf.size() - 3, 100).size(), 3U);
    EXPECT_TRUE(elf.read(elf.size(), 1).empty());
    EXPECT_TRUE(elf.read(~std::uint64_t{0}, 1).empty());
    EXPECT_FALSE(elf.code({0, 100}));
    EXPECT_FALSE(elf.code_offset(~std::uint64_t{0}));
}

using HostileFile = Folder;

TEST_F(HostileFile, other_files_are_errors) {
    for (const std::string& content : {std::string(),
                                       std::string("\x7f"
                                                   "ELF"),
                                       std::string(100, 'x'), std::string("!<arch>\n")})
        EXPECT_FALSE(ElfFile::open(put("file", content)));
    EXPECT_FALSE(ElfFile::open(root_));
    EXPECT_FALSE(ElfFile::open(root_ + "/none"));
    ASSERT_EQ(::mkfifo((root_ + "/pipe").c_str(), 0600), 0);
    EXPECT_FALSE(ElfFile::open(root_ + "/pipe"));
}

TEST_F(HostileFile, code_of_another_machine_or_width_is_named) {
    std::string elf = content_of("/proc/self/exe").substr(0, 64);
    elf[18] = 8;  // e_machine: MIPS
    elf[19] = 0;
    auto answer = ElfFile::open(put("file", elf));
    ASSERT_FALSE(answer);
    EXPECT_THAT(answer.error().what, HasSubstr("another machine"));
    elf[4] = 1;  // EI_CLASS: 32 bits
    answer = ElfFile::open(put("file", elf));
    ASSERT_FALSE(answer);
    EXPECT_THAT(answer.error().what, HasSubstr("32-bit"));
}

// All that is ever asked of a file.
void read_all(const std::string& path) {
    auto elf = ElfFile::open(path);
    if (!elf) return;
    for (const ProbePlan& plan : tls_plans(*elf, path, true))
        for (const ProbePoint& point : plan.points)
            EXPECT_LT(point.file_offset, elf->size());
}

// No promise about the answer, only that there is one.
TEST_F(HostileFile, cut_and_changed_files_do_no_harm) {
    const auto libraries = usual_tls_libraries("/");
    const auto libssl = std::find_if(libraries.begin(), libraries.end(), [](const std::string& path) {
        return path.find("libssl.so.") != std::string::npos;
    });
    if (libssl == libraries.end()) GTEST_SKIP() << "no libssl here";
    const std::string good = content_of(*libssl);
    for (std::size_t size = 0; size < good.size(); size += 1 + good.size() / 60)
        read_all(put("cut", good.substr(0, size)));
    for (std::size_t i = 0; i < 64; ++i) {
        std::string changed = good;
        changed[i] = '\xff';
        read_all(put("changed", changed));
    }
    std::uint64_t sections = 0;
    std::copy_n(good.data() + 40, sizeof(sections), reinterpret_cast<char*>(&sections));  // e_shoff
    ASSERT_LT(sections, good.size());
    for (std::size_t i = sections; i + 8 < good.size(); i += 8) {
        std::string changed = good;
        changed.replace(i, 8, "\xff\xff\xff\xff\xff\xff\xff\x7f");
        read_all(put("changed", changed));
    }
}

}  // namespace
}  // namespace apiarist::capture
