// SPDX-License-Identifier: Apache-2.0
#include "capture/proc.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string_view>

namespace apiarist::capture {
namespace {

// Fourth field of /proc/PID/stat; the second may hold spaces and parentheses.
std::uint32_t parent_of(std::uint32_t pid) {
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    std::string text;
    std::getline(file, text);
    const auto close = text.rfind(')');
    if (close == std::string::npos) return 0;
    std::istringstream rest(text.substr(close + 1));
    char state = 0;
    std::uint32_t parent = 0;
    rest >> state >> parent;
    return parent;
}

std::vector<std::uint32_t> all_pids() {
    std::vector<std::uint32_t> pids;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
        const std::string name = entry.path().filename();
        std::uint32_t pid = 0;
        const auto [end, status] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (status == std::errc{} && end == name.data() + name.size()) pids.push_back(pid);
    }
    return pids;
}

}  // namespace

bool process_exists(std::uint32_t pid) {
    struct stat info {};
    return ::stat(fmt::format("/proc/{}", pid).c_str(), &info) == 0;
}

std::string process_name(std::uint32_t pid) {
    std::ifstream file(fmt::format("/proc/{}/comm", pid));
    std::string name;
    std::getline(file, name);
    return name;
}

std::vector<std::uint32_t> with_descendants(std::uint32_t pid) {
    std::multimap<std::uint32_t, std::uint32_t> children;
    for (const std::uint32_t one : all_pids())
        children.emplace(parent_of(one), one);
    std::vector<std::uint32_t> found{pid};
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto [first, last] = children.equal_range(found[i]);
        for (auto it = first; it != last; ++it)
            found.push_back(it->second);
    }
    return found;
}

std::string map_files_name(std::string_view range) {
    const auto number = [](std::string_view text) {
        return text.substr(std::min(text.find_first_not_of('0'), text.size() - 1));
    };
    const auto dash = range.find('-');
    if (dash == std::string_view::npos || dash == 0 || dash + 1 == range.size()) return std::string(range);
    return fmt::format("{}-{}", number(range.substr(0, dash)), number(range.substr(dash + 1)));
}

std::vector<MappedFile> mapped_files(std::uint32_t pid) {
    std::vector<MappedFile> files;
    std::ifstream maps(fmt::format("/proc/{}/maps", pid));
    std::string line;
    while (std::getline(maps, line)) {
        std::istringstream fields(line);
        std::string range;
        std::string rights;
        std::string offset;
        std::string device;
        MappedFile file;
        fields >> range >> rights >> offset >> device >> file.inode >> std::ws;
        std::getline(fields, file.path);
        unsigned major_number = 0;
        unsigned minor_number = 0;
        if (std::sscanf(device.c_str(), "%x:%x", &major_number, &minor_number) == 2)
            file.device = makedev(major_number, minor_number);
        if (file.inode == 0 || rights.size() < 3 || rights[2] != 'x') continue;
        file.open_path = fmt::format("/proc/{}/map_files/{}", pid, map_files_name(range));
        files.push_back(std::move(file));
    }
    return files;
}

bool in_first_pid_namespace() {
    constexpr ino_t kFirst = 0xEFFFFFFC;  // PROC_PID_INIT_INO, the same on every kernel
    struct stat info {};
    return ::stat("/proc/self/ns/pid", &info) == 0 && info.st_ino == kFirst;
}

std::uint64_t monotonic_ns() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

}  // namespace apiarist::capture
