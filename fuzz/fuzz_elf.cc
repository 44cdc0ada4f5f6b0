// SPDX-License-Identifier: Apache-2.0
// A hostile file as an ELF file with TLS stacks in it. Input: the file. Checked: no crash, every point for a probe lies
// in the file, names have a bound, and no more bytes of them are told than may be read.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/handles.h"
#include "capture/elf_file.h"
#include "capture/tls_stack.h"

namespace {

void check(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace apiarist;
    Fd file(::memfd_create("fuzz", MFD_CLOEXEC));
    if (!file || ::write(file.get(), data, size) != static_cast<ssize_t>(size)) return 0;
    const auto elf = capture::ElfFile::from(std::move(file));
    if (!elf) return 0;
    constexpr std::size_t kLongestName = 4096;
    std::uint64_t told = 0;
    elf->each_function([&](std::string_view name, const capture::ElfFunction& function) {
        check(name.size() < kLongestName, "a name has a bound");
        told += name.size();
        if (told < kLongestName) (void)elf->pointer_at(function.address);
    });
    check(told <= std::uint64_t{1} << 30, "names in all have a bound");
    for (const capture::ProbePlan& plan : capture::tls_plans_by_texts(*elf, "/fuzz/program"))
        check(plan.points.empty(), "a stripped program is not probed");
    for (const bool return_probes : {false, true})
        for (const capture::ProbePlan& plan : capture::tls_plans(*elf, "/fuzz/program", return_probes))
            for (const capture::ProbePoint& point : plan.points)
                check(point.file_offset < size, "a point lies in the file");
    return 0;
}
