// SPDX-License-Identifier: Apache-2.0
#include "capture/mount_namespaces.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <string>

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

// False: it is gone.
bool add(const std::string& process, std::set<MountNamespace>& all) {
    struct stat info {};
    if (::stat((process + "/ns/mnt").c_str(), &info) != 0) return errno != ENOENT && errno != ESRCH;
    all.insert(static_cast<MountNamespace>(info.st_ino));
    return true;
}

}  // namespace

std::optional<std::set<MountNamespace>> mount_namespaces_in_use() {
    std::set<MountNamespace> all;
    const bool whole = each_number("/proc", [&all](std::uint32_t pid) {
        const std::string process = fmt::format("/proc/{}", pid);
        if (add(process, all)) return;
        // Its main thread may have ended before the others; or they end too.
        (void)each_number(process + "/task",
                          [&](std::uint32_t thread) { (void)add(fmt::format("{}/task/{}", process, thread), all); });
    });
    if (!whole || all.empty()) return std::nullopt;
    return all;
}

MountNamespace mount_namespace_of(std::uint32_t pid) {
    struct stat info {};
    return ::stat(fmt::format("/proc/{}/ns/mnt", pid).c_str(), &info) == 0 ? static_cast<MountNamespace>(info.st_ino)
                                                                           : 0;
}

MountNamespace own_mount_namespace() {
    struct stat info {};
    return ::stat("/proc/self/ns/mnt", &info) == 0 ? static_cast<MountNamespace>(info.st_ino) : 0;
}

std::set<MountNamespace> NamespaceWatch::over(const std::set<MountNamespace>& held,
                                              const std::set<MountNamespace>& in_use) {
    std::set<MountNamespace> missed;
    std::set<MountNamespace> over;
    std::set_difference(held.begin(), held.end(), in_use.begin(), in_use.end(), std::inserter(missed, missed.end()));
    std::set_intersection(missed.begin(), missed.end(), missed_.begin(), missed_.end(),
                          std::inserter(over, over.end()));
    missed_ = std::move(missed);
    return over;
}

}  // namespace apiarist::capture
