// SPDX-License-Identifier: Apache-2.0
#include "capture/early_grace.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>

namespace apiarist::capture {

EarlyGrace::EarlyGrace(Uprobes uprobes) : uprobes_(uprobes), place_(::memfd_create("apiarist", MFD_CLOEXEC)) {
    if (!place_ || ::ftruncate(place_.get(), ::getpagesize()) != 0) return;
    thread_ = std::thread([this] {
        while (asked_.pop())
            run();
    });
}

EarlyGrace::~EarlyGrace() {
    asked_.close();
    if (thread_.joinable()) thread_.join();
}

void EarlyGrace::run() const {
    constexpr std::array kNowhere{ProbePoint{.program = "tls_free_enter", .file_offset = 0, .return_probe = false}};
    (void)uprobes_.attach(fmt::format("/proc/self/fd/{}", place_.get()), kNowhere, 0);
}

}  // namespace apiarist::capture
