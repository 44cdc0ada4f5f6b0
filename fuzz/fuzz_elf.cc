// SPDX-License-Identifier: Apache-2.0
// A hostile file as an ELF file with TLS stacks in it. Input: the file. Checked: no crash, and every point for a probe
// lies in the file.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/handles.h"
#include "capture/elf_file.h"
#include "capture/tls_stack.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace apiarist;
    Fd file(::memfd_create("fuzz", MFD_CLOEXEC));
    if (!file || ::write(file.get(), data, size) != static_cast<ssize_t>(size)) return 0;
    const auto elf = capture::ElfFile::from(std::move(file));
    if (!elf) return 0;
    for (const bool return_probes : {false, true})
        for (const capture::ProbePlan& plan : capture::tls_plans(*elf, "/fuzz/program", return_probes))
            for (const capture::ProbePoint& point : plan.points)
                if (point.file_offset >= size) {
                    std::fprintf(stderr, "violated: %s lies in the file\n", point.program);
                    std::abort();
                }
    return 0;
}
