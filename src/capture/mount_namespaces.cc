// SPDX-License-Identifier: Apache-2.0
#include "capture/mount_namespaces.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "base/handles.h"

namespace apiarist::capture {
namespace {

using Folder = std::unique_ptr<DIR, Destroy<::closedir>>;

// Names that are numbers. False: not all of them could be read.
template <typename OnNumber>
bool each_number(const std::string& path, const OnNumber& on_number) {
    const Folder folder(::opendir(path.c_str()));
    if (!folder) return false;
    errno = 0;
    while (const dirent* entry = ::readdir(folder.get())) {
        const char* end = entry->d_name + std::strlen(entry->d_name);
        std::uint32_t number = 0;
        if (std::from_chars(entry->d_name, end, number).ptr == end) on_number(number);
        errno = 0;
    }
    return errno == 0;
}

std::optional<MountNamespace> namespace_at(const std::string& process) {
    struct stat info {};
    if (::stat((process + "/ns/mnt").c_str(), &info) == 0) return static_cast<MountNamespace>(info.st_ino);
    if (errno == ENOENT || errno == ESRCH) return std::nullopt;
    return 0;  // we may not look
}

// The 22nd field of its stat; the second may hold spaces and parentheses.
std::optional<BootTicks> start_of(const std::string& process) {
    std::ifstream file(process + "/stat");
    std::string text;
    std::getline(file, text);
    const auto close = text.rfind(')');
    if (close == std::string::npos) return std::nullopt;
    std::istringstream rest(text.substr(close + 1));
    std::string field;
    constexpr int kFieldsBefore = 19;
    for (int i = 0; i < kFieldsBefore; ++i)
        rest >> field;
    BootTicks start = 0;
    if (!(rest >> start)) return std::nullopt;
    return start;
}

// Looks no further where a process was found that is old enough.
class Census {
  public:
    explicit Census(const HeldNamespaces& held) {
        for (const HeldNamespace& one : held)  // by number, then by time
            first_seen_.try_emplace(one.number, one.seen);
    }
    // False: it is gone.
    bool add(const std::string& process) {
        const auto number = namespace_at(process);
        if (!number) return false;
        const auto wanted = first_seen_.find(*number);
        if (wanted == first_seen_.end()) return true;
        const auto known = oldest_.find(*number);
        if (known != oldest_.end() && known->second <= wanted->second) return true;
        const auto start = start_of(process);
        if (!start) return false;
        if (known == oldest_.end())
            oldest_.emplace(*number, *start);
        else
            known->second = std::min(known->second, *start);
        return true;
    }
    [[nodiscard]] OldestProcesses take() { return std::move(oldest_); }

  private:
    std::map<MountNamespace, BootTicks> first_seen_;
    OldestProcesses oldest_;
};

}  // namespace

BootTicks boot_ticks() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    const auto ticks = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    constexpr std::uint64_t kSecond = 1'000'000'000;
    return static_cast<std::uint64_t>(now.tv_sec) * ticks + static_cast<std::uint64_t>(now.tv_nsec) * ticks / kSecond;
}

MountNamespace mount_namespace_of(std::uint32_t pid) {
    return namespace_at(fmt::format("/proc/{}", pid)).value_or(0);
}

MountNamespace own_mount_namespace() {
    return namespace_at("/proc/self").value_or(0);
}

std::optional<OldestProcesses> oldest_processes(const HeldNamespaces& held) {
    Census census(held);
    bool some = false;
    const bool whole = each_number("/proc", [&](std::uint32_t pid) {
        some = true;
        const std::string process = fmt::format("/proc/{}", pid);
        if (census.add(process)) return;
        // Its main thread may have ended before the others; or they end too.
        (void)each_number(process + "/task",
                          [&](std::uint32_t thread) { (void)census.add(fmt::format("{}/task/{}", process, thread)); });
    });
    if (!whole || !some) return std::nullopt;
    return census.take();
}

HeldNamespaces NamespaceWatch::over(const HeldNamespaces& held, const OldestProcesses& oldest) {
    HeldNamespaces missed;
    HeldNamespaces over;
    for (const HeldNamespace& one : held) {
        const auto found = oldest.find(one.number);
        if (found != oldest.end() && found->second <= one.seen) continue;
        missed.insert(one);
        if (missed_.contains(one)) over.insert(one);
    }
    missed_ = std::move(missed);
    return over;
}

}  // namespace apiarist::capture
