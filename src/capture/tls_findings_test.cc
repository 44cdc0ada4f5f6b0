// SPDX-License-Identifier: Apache-2.0
#include "capture/tls_findings.h"

#include <elf.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "base/handles.h"

namespace apiarist::capture {
namespace {

// A file of its own that is a program by its first bytes.
ElfFile program() {
    Fd file(::memfd_create("program", MFD_CLOEXEC));
    std::string bytes(64, '\0');
    const Fd own(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(::read(own.get(), bytes.data(), 24), 24);
    EXPECT_EQ(::write(file.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    auto elf = ElfFile::from(std::move(file));
    EXPECT_TRUE(elf) << elf.error().what;
    return std::move(*elf);
}

std::string version_in(TlsFindings& findings, const ElfFile& elf) {
    const auto stacks = findings.of_file({elf.device(), elf.inode()});
    return stacks.empty() ? "none" : stacks.front().version;
}

TEST(TlsFindings, of_too_many_files_the_oldest_is_forgotten) {
    TlsFindings findings(2);
    std::vector<ElfFile> files;
    for (int i = 0; i < 3; ++i) {
        files.push_back(program());
        findings.add(files.back(), {"Go", std::to_string(i), "/file", {}});
    }
    EXPECT_EQ(version_in(findings, files[0]), "none");
    EXPECT_EQ(version_in(findings, files[1]), "1");
    EXPECT_EQ(version_in(findings, files[2]), "2");
}

TEST(TlsFindings, what_is_said_again_of_a_file_takes_no_room) {
    TlsFindings findings(2);
    const ElfFile first = program();
    const ElfFile second = program();
    findings.add(first, {"Go", "1", "/file", {}});
    findings.add(second, {"Go", "2", "/file", {}});
    findings.add(second, {"Go", "3", "/file", {}});
    EXPECT_EQ(version_in(findings, first), "1");
    EXPECT_EQ(version_in(findings, second), "3");
    findings.remove({first.device(), first.inode()});
    const ElfFile third = program();
    findings.add(third, {"Go", "4", "/file", {}});
    EXPECT_EQ(version_in(findings, first), "none");
    EXPECT_EQ(version_in(findings, second), "3");
    EXPECT_EQ(version_in(findings, third), "4");
}

// A library with a text of a stripped stack, mapped here as code, and of a size that is worth reading.
class Mapped {
  public:
    Mapped() {
        constexpr std::size_t kSize = 1 << 20;
        std::string bytes(kSize, '\0');
        const auto put = [&bytes](std::size_t at, const auto& what) {
            std::memcpy(bytes.data() + at, &what, sizeof(what));
        };
        Elf64_Ehdr header{};
        const Fd own(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
        EXPECT_EQ(::read(own.get(), &header, sizeof(header)), static_cast<ssize_t>(sizeof(header)));
        header.e_shoff = sizeof(header);
        header.e_shnum = 3;
        header.e_shstrndx = 2;
        header.e_phnum = 0;
        Elf64_Shdr texts{};
        texts.sh_name = 1;
        texts.sh_type = SHT_PROGBITS;
        texts.sh_offset = 4096;
        texts.sh_size = 4096;
        Elf64_Shdr names{};
        names.sh_type = SHT_STRTAB;
        names.sh_offset = 8192;
        names.sh_size = 16;
        put(0, header);
        put(sizeof(header) + sizeof(texts), texts);
        put(sizeof(header) + 2 * sizeof(texts), names);
        bytes.replace(4096, 13, "ssl/ssl_lib.c");
        bytes.replace(8193, 7, ".rodata");
        path_ = std::filesystem::temp_directory_path() / "apiarist-mapped-XXXXXX";
        const Fd file(::mkstemp(path_.data()));
        EXPECT_EQ(::write(file.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
        place_ = ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file.get(), 0);
        EXPECT_NE(place_, MAP_FAILED);
    }
    ~Mapped() {
        ::munmap(place_, 4096);
        std::filesystem::remove(path_);
    }
    Mapped(const Mapped&) = delete;
    Mapped& operator=(const Mapped&) = delete;

    // What is said of it.
    std::string stacks(TlsFindings& findings, ReadAllowance& allowance) const {
        std::string said;
        for (const events::FoundStack& stack : findings.stacks_of(static_cast<std::uint32_t>(::getpid()), allowance))
            if (stack.file == path_) said += stack.version;
        return said;
    }

  private:
    std::string path_;
    void* place_ = nullptr;
};

TEST(TlsFindings, texts_are_read_as_long_as_they_may_and_once) {
    const Mapped mapped;
    TlsFindings findings;
    ReadAllowance nothing{.bytes = (1 << 20) - 1};
    EXPECT_EQ(mapped.stacks(findings, nothing), "");
    ReadAllowance all{.bytes = std::uint64_t{1} << 32};
    EXPECT_EQ(mapped.stacks(findings, all), "OpenSSL");
    EXPECT_LE(all.bytes, (std::uint64_t{1} << 32) - (1 << 20));
    EXPECT_EQ(mapped.stacks(findings, nothing), "OpenSSL");
}

TEST(TlsFindings, nothing_is_read_when_asked_to_stop_and_all_later) {
    const Mapped mapped;
    TlsFindings findings;
    std::stop_source stop;
    stop.request_stop();
    ReadAllowance stopped{.bytes = std::uint64_t{1} << 32, .stop = stop.get_token()};
    EXPECT_EQ(mapped.stacks(findings, stopped), "");
    ReadAllowance all{.bytes = std::uint64_t{1} << 32};
    EXPECT_EQ(mapped.stacks(findings, all), "OpenSSL");
}

}  // namespace
}  // namespace apiarist::capture
