// SPDX-License-Identifier: Apache-2.0
#include "capture/node_guard.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string_view>

namespace apiarist::capture {
namespace {

struct Mark {
    std::uint32_t id = 0;
    std::uint32_t pid = 0;
    std::string name;
};

Mark read_mark(int map) {
    Mark mark;
    bpf_map_info info{};
    std::uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(map, &info, &size) != 0) return mark;
    mark.id = info.id;
    mark.name = info.name;
    const std::uint32_t first = 0;
    if (info.type == BPF_MAP_TYPE_ARRAY && info.value_size == sizeof(mark.pid))
        (void)bpf_map_lookup_elem(map, &first, &mark.pid);
    return mark;
}

}  // namespace

Result<NodeGuard> NodeGuard::take(const std::string& name) {
    Fd own(bpf_map_create(BPF_MAP_TYPE_ARRAY, name.c_str(), sizeof(std::uint32_t), sizeof(std::uint32_t), 1, nullptr));
    if (!own) return Error::from_errno(errno, "mark this node as collected from");
    const std::uint32_t first = 0;
    const auto pid = static_cast<std::uint32_t>(::getpid());
    (void)bpf_map_update_elem(own.get(), &first, &pid, BPF_ANY);
    const Mark mine = read_mark(own.get());
    for (std::uint32_t id = 0; bpf_map_get_next_id(id, &id) == 0;) {
        const Fd map(bpf_map_get_fd_by_id(id));
        if (!map) continue;
        const Mark other = read_mark(map.get());
        // Two that begin at once see each other; the one that came first stays.
        if (other.name == mine.name && other.id < mine.id)
            return Error{
                std::errc::device_or_resource_busy,
                fmt::format("another apiarist (process {}) collects from this node: each exchange would be told "
                            "twice",
                            other.pid)};
    }
    return NodeGuard(std::move(own));
}

}  // namespace apiarist::capture
