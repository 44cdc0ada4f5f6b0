// SPDX-License-Identifier: Apache-2.0
#include "capture/elf_file.h"

#include <elf.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stop_token>
#include <string>
#include <vector>

#include "capture/tls_stack.h"

namespace apiarist::capture {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;
using ::testing::ElementsAre;
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

// An ELF file with nothing but sections, whose contents lie where they are put and may be holes.
class MadeUp {
  public:
    // The section's number.
    std::uint32_t add(std::uint32_t type, std::uint64_t offset, std::uint64_t size, std::uint32_t link = 0) {
        Elf64_Shdr section{};
        section.sh_type = type;
        section.sh_offset = offset;
        section.sh_size = size;
        section.sh_link = link;
        sections_.push_back(section);
        return static_cast<std::uint32_t>(sections_.size() - 1);
    }
    // What it claims to have; else as many as it has.
    void claim(std::uint64_t sections) { sections_[0].sh_size = sections; }
    void put(std::uint64_t offset, const std::string& bytes) { contents_.emplace_back(offset, bytes); }
    // As code, at the same addresses.
    void load(std::uint64_t offset, std::uint64_t size) {
        segment_.p_type = PT_LOAD;
        segment_.p_flags = PF_R | PF_X;
        segment_.p_offset = segment_.p_vaddr = offset;
        segment_.p_filesz = segment_.p_memsz = size;
    }
    void put_function(std::uint64_t offset, std::uint32_t name, ElfFunction where = {0, 16}) {
        Elf64_Sym symbol{};
        symbol.st_name = name;
        symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
        symbol.st_shndx = 1;
        symbol.st_value = where.address;
        symbol.st_size = where.size;
        put(offset, {reinterpret_cast<const char*>(&symbol), sizeof(symbol)});
    }
    void write(const std::string& path, std::uint64_t size) const {
        Elf64_Ehdr header{};
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = ELFCLASS64;
        header.e_ident[EI_DATA] = ELFDATA2LSB;
        header.e_ident[EI_VERSION] = EV_CURRENT;
        header.e_type = ET_DYN;
#if defined(__aarch64__)
        header.e_machine = EM_AARCH64;
#else
        header.e_machine = EM_X86_64;
#endif
        header.e_version = EV_CURRENT;
        header.e_ehsize = sizeof(header);
        header.e_shentsize = sizeof(Elf64_Shdr);
        header.e_shoff = sizeof(header);
        header.e_phentsize = sizeof(segment_);
        header.e_phnum = 1;
        header.e_phoff = sizeof(header) + sections_.size() * sizeof(Elf64_Shdr);
        header.e_shnum = sections_[0].sh_size != 0 ? 0 : static_cast<std::uint16_t>(sections_.size());
        std::ofstream file(path, std::ios::binary);
        file.write(reinterpret_cast<const char*>(&header), sizeof(header));
        file.write(reinterpret_cast<const char*>(sections_.data()),
                   static_cast<std::streamsize>(sections_.size() * sizeof(Elf64_Shdr)));
        file.write(reinterpret_cast<const char*>(&segment_), sizeof(segment_));
        for (const auto& [offset, bytes] : contents_)
            file.seekp(static_cast<std::streamoff>(offset)) << bytes;
        file.close();
        fs::resize_file(path, size);
    }

  private:
    std::vector<Elf64_Shdr> sections_{Elf64_Shdr{}};
    Elf64_Phdr segment_{};
    std::vector<std::pair<std::uint64_t, std::string>> contents_;
};

std::vector<std::string> functions_in(const std::string& path) {
    std::vector<std::string> names;
    const auto elf = ElfFile::open(path);
    if (elf) elf->each_function([&names](std::string_view name, const ElfFunction&) { names.emplace_back(name); });
    return names;
}

constexpr std::uint64_t kMiB = 1 << 20;

TEST_F(HostileFile, a_name_without_an_end_is_none) {
    MadeUp file;
    const auto names = file.add(SHT_STRTAB, kMiB, kMiB);
    file.add(SHT_SYMTAB, 64 << 10, 3 * sizeof(Elf64_Sym), names);
    file.put_function(64 << 10, 0);
    file.put_function((64 << 10) + sizeof(Elf64_Sym), kMiB - 4);
    file.put_function((64 << 10) + 2 * sizeof(Elf64_Sym), kMiB - 6000);
    file.put(kMiB, std::string(kMiB - 1, 'x') + std::string(1, '\0'));
    file.write(root_ + "/file", 2 * kMiB);
    EXPECT_THAT(functions_in(root_ + "/file"), ElementsAre("xxx"));
}

TEST_F(HostileFile, a_table_that_many_sections_claim_is_read_once) {
    MadeUp file;
    const auto names = file.add(SHT_STRTAB, kMiB, 16);
    for (int i = 0; i < 1000; ++i)
        file.add(i % 2 == 0 ? SHT_SYMTAB : SHT_DYNSYM, kMiB + 64, sizeof(Elf64_Sym), names);
    file.put(kMiB, std::string("function") + std::string(8, '\0'));
    file.put_function(kMiB + 64, 0);
    file.write(root_ + "/file", 2 * kMiB);
    EXPECT_THAT(functions_in(root_ + "/file"), ElementsAre("function"));
}

TEST_F(HostileFile, more_sections_than_a_program_has_are_an_error) {
    MadeUp file;
    constexpr std::uint64_t kSections = 1 << 20;
    file.claim(kSections);
    file.write(root_ + "/file", 65 + kSections * sizeof(Elf64_Shdr));
    const auto elf = ElfFile::open(root_ + "/file");
    ASSERT_FALSE(elf);
    EXPECT_THAT(elf.error().what, HasSubstr("too many sections"));
}

// Each of them alone is not too large.
TEST_F(HostileFile, of_all_tables_no_more_is_read_than_a_program_has) {
    constexpr std::uint64_t kSize = 400 * kMiB / sizeof(Elf64_Sym) * sizeof(Elf64_Sym);
    MadeUp file;
    const auto names = file.add(SHT_STRTAB, kMiB, 16);
    file.put(kMiB, "a\0b\0c"s);
    for (std::uint32_t i = 0; i < 3; ++i) {
        file.add(SHT_SYMTAB, 2 * kMiB + i * kSize, kSize, names);
        file.put_function(2 * kMiB + i * kSize, 2 * i);
    }
    file.write(root_ + "/file", 2 * kMiB + 3 * kSize);
    EXPECT_THAT(functions_in(root_ + "/file"), ElementsAre("a", "b"));
}

TEST_F(HostileFile, more_functions_of_a_stack_than_a_program_has_are_not_probed) {
    constexpr std::uint32_t kCount = 2000;
    MadeUp file;
    const auto names = file.add(SHT_STRTAB, kMiB, kMiB);
    file.add(SHT_SYMTAB, 2 * kMiB, kCount * sizeof(Elf64_Sym), names);
    std::string texts;
    for (std::uint32_t i = 0; i < kCount; ++i) {
        file.put_function(2 * kMiB + i * sizeof(Elf64_Sym), static_cast<std::uint32_t>(texts.size()));
        texts += "_ZN6rustls6vecbuf14ChunkVecBuffer8write_to17h" + fmt::format("{:016x}", i) + "E" + '\0';
    }
    ASSERT_LT(texts.size(), kMiB);
    file.put(kMiB, texts);
    file.write(root_ + "/file", 3 * kMiB);
    const auto elf = ElfFile::open(root_ + "/file");
    ASSERT_TRUE(elf);
    const auto plans = tls_plans(*elf, root_ + "/file", true);
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_THAT(plans[0].unfit, HasSubstr("more than 1024 functions"));
    EXPECT_TRUE(plans[0].points.empty());
}

#if defined(__x86_64__)
TEST_F(HostileFile, more_returns_than_a_stack_has_are_not_probed) {
    constexpr std::uint64_t kSize = 4096;
    MadeUp file;
    const std::string texts("SSL_read\0SSL_write\0SSL_free\0SSL_do_handshake\0", 45);
    const auto names = file.add(SHT_STRTAB, kMiB, texts.size());
    file.add(SHT_SYMTAB, 2 * kMiB, 4 * sizeof(Elf64_Sym), names);
    file.put(kMiB, texts);
    std::uint64_t at = 2 * kMiB;
    for (const std::uint32_t name : {0U, 9U, 19U, 28U}) {
        file.put_function(at, name, {3 * kMiB, kSize});
        at += sizeof(Elf64_Sym);
    }
    file.put(3 * kMiB, std::string(kSize, '\xc3'));
    file.load(3 * kMiB, kSize);
    file.write(root_ + "/file", 4 * kMiB);
    const auto elf = ElfFile::open(root_ + "/file");
    ASSERT_TRUE(elf);
    const auto plans = tls_plans(*elf, root_ + "/file", false);
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_THAT(plans[0].unfit, HasSubstr("more than 4096 probes"));
    EXPECT_TRUE(plans[0].points.empty());
}
#endif

TEST_F(HostileFile, is_not_read_on_when_asked_to_stop) {
    MadeUp file;
    const auto names = file.add(SHT_STRTAB, kMiB, 16);
    file.add(SHT_SYMTAB, kMiB + 64, sizeof(Elf64_Sym), names);
    file.put(kMiB, "function");
    file.put_function(kMiB + 64, 0);
    file.write(root_ + "/file", 2 * kMiB);
    std::stop_source stop;
    for (const std::size_t functions : {1U, 0U}) {
        for (const std::string& path : {root_ + "/file", std::string("/proc/self/exe")}) {
            const auto elf = ElfFile::open(path, stop.get_token());
            ASSERT_TRUE(elf);
            std::size_t told = 0;
            elf->each_function([&told](std::string_view, const ElfFunction&) { ++told; });
            EXPECT_EQ(std::min<std::size_t>(told, 1), functions) << path;
        }
        const auto elf = ElfFile::open("/proc/self/exe", stop.get_token());
        ASSERT_TRUE(elf);
        EXPECT_EQ(elf->find_text(".rodata", "apiarist_no_such_function", 8).empty(), functions == 0);
        stop.request_stop();
    }
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
