// SPDX-License-Identifier: Apache-2.0
#include "capture/tls_findings.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

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

}  // namespace
}  // namespace apiarist::capture
