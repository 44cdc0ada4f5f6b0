// SPDX-License-Identifier: Apache-2.0
#include "capture/kernel_programs.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <thread>
#include <utility>

#include "capture/libbpf_log.h"

namespace apiarist::capture {
namespace {

// Programs that the rest works without.
struct ProgramInfo {
    std::string_view name;
    std::string_view cost;  // what is missing then
    bool (*wanted)(const KernelOptions&);
};

std::span<const ProgramInfo> dispensable_programs() {
    static constexpr ProgramInfo kPrograms[] = {
        {"on_cgroup_mkdir", "pods and cgroups that are made later are not traced", selects_cgroups},
        {"on_cgroup_rmdir", "cgroups that were removed keep their place in a table of 16384", selects_cgroups},
        {"on_set_state", "the end of what a process writes is seen only when its socket is closed",
         [](const KernelOptions&) { return true; }},
        {"on_exec", "a process that runs another program keeps its old name",
         [](const KernelOptions&) { return true; }},
    };
    return kPrograms;
}

bool is_at_function(const bpf_program* program) {
    return !std::string_view(bpf_program__section_name(program)).starts_with("tp_btf/");
}

// As the other object has them: both were opened from the same file.
Status share_maps(const bpf_object* from, const bpf_object* to) {
    const bpf_map* owner = bpf_object__next_map(from, nullptr);
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, to) {
        if (const int error = bpf_map__reuse_fd(map, bpf_map__fd(owner)); error != 0)
            return Error::from_errno(-error, fmt::format("share the map {}", bpf_map__name(map)));
        owner = bpf_object__next_map(from, owner);
    }
    return Done{};
}

Status load_object(::programs& object) {
    clear_libbpf_log();
    const int error = ::programs::load(&object);
    if (error == 0) return Done{};
    const std::string why = refusal();
    return Error::from_errno(-error,
                             fmt::format("load the kernel programs ({})", why.empty() ? last_libbpf_line() : why));
}

Error about(Error error, const std::string& program) {
    return std::move(error).context(program.empty() ? "kernel" : "program " + program);
}

}  // namespace

std::size_t ring_size(std::size_t wanted) {
    std::size_t size = static_cast<std::size_t>(::getpagesize());
    while (size < wanted)
        size *= 2;
    return size;
}

bool selects_cgroups(const KernelOptions& options) {
    return options.pods || !options.cgroups.empty();
}

Result<KernelPrograms::Skeleton> KernelPrograms::open(const Request& request) {
    const KernelOptions& options = request.options;
    Skeleton opened(::programs::open());
    if (!opened) return Error::from_errno(errno, "open the kernel programs");
    auto& rodata = *opened->rodata;
    rodata.option_self_tgid = static_cast<ap_u32>(::getpid());
    rodata.option_all = options.all ? 1 : 0;
    rodata.option_cgroups = selects_cgroups(options) ? 1 : 0;
    rodata.option_pods = options.pods ? 1 : 0;
    rodata.option_cgroup_hierarchy = request.pods.number;
    rodata.option_cgroup_controller = request.pods.controller;
    rodata.option_rings = options.workers;
    rodata.option_call_bytes = options.call_bytes;
    rodata.option_budget_bytes = options.budget_bytes;
    rodata.option_shed_waiting = ring_size(options.ring_bytes) / 2;
    rodata.option_http2 = options.http2 ? 1 : 0;
    rodata.option_capture_clear = options.clear ? 1 : 0;
    rodata.option_cookies = request.cookies ? 1 : 0;
    bpf_map__set_max_entries(opened->maps.connections, options.connection_table);
    return opened;
}

Result<KernelPrograms::Skeleton> KernelPrograms::make_maps(const Request& request) {
    auto maps = open(request);
    if (!maps) return maps;
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, (*maps)->obj)(void) bpf_program__set_autoload(program, false);
    if (auto loaded = load_object(**maps); !loaded) return about(std::move(loaded).error(), {});
    return maps;
}

Result<KernelPrograms::Skeleton> KernelPrograms::load_probes(const Request& request, const Skeleton& maps) {
    auto part = open(request);
    if (!part) return part;
    APIARIST_TRY(share_maps(maps->obj, (*part)->obj));
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, (*part)->obj) if (!is_at_function(program))(void)
        bpf_program__set_autoload(program, false);
    uprobes_ = Uprobes::prepare((*part)->obj, request.cookies);
    if (auto loaded = load_object(**part); !loaded) return about(std::move(loaded).error(), refused_program());
    return part;
}

Result<KernelPrograms::Skeleton> KernelPrograms::load_calls(const Request& request, const Skeleton& maps) {
    const auto programs = dispensable_programs();
    for (;;) {
        auto part = open(request);
        if (!part) return part;
        APIARIST_TRY(share_maps(maps->obj, (*part)->obj));
        bpf_program* program = nullptr;
        bpf_object__for_each_program(program, (*part)->obj) {
            const std::string_view name = bpf_program__name(program);
            const auto known = std::find_if(programs.begin(), programs.end(),
                                            [name](const ProgramInfo& one) { return one.name == name; });
            const bool wanted =
                known == programs.end() || (known->wanted(request.options) && !left_out_.contains(name));
            if (is_at_function(program) || !wanted) (void)bpf_program__set_autoload(program, false);
        }
        auto loaded = load_object(**part);
        if (loaded) return part;
        const std::string name = refused_program();
        const auto found = std::find_if(programs.begin(), programs.end(),
                                        [&name](const ProgramInfo& one) { return one.name == name; });
        if (found == programs.end() || !left_out_.insert(found->name).second)
            return about(std::move(loaded).error(), name);
        refused_.push_back(fmt::format("{}: {} ({})", name, found->cost, loaded.error().what));
    }
}

Status KernelPrograms::load(const KernelOptions& options, const PodHierarchy& pods) {
    clear_libbpf_log();
    const Request request{options, pods,
                          libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_get_attach_cookie, nullptr) == 1};
    const auto maps = make_maps(request);
    if (!maps) return maps.error();
    std::optional<Result<Skeleton>> probes;
    std::thread other;
    if (options.tls) other = std::thread([&] { probes.emplace(load_probes(request, *maps)); });
    auto calls = load_calls(request, *maps);
    if (other.joinable()) other.join();
    if (!calls) return std::move(calls).error();
    if (probes && !*probes) return std::move(*probes).error();
    calls_ = std::move(*calls);
    if (probes) probes_ = std::move(**probes);
    return Done{};
}

Status KernelPrograms::attach() {
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, calls_->obj) {
        if (!bpf_program__autoload(program)) continue;
        clear_libbpf_log();
        Link link(bpf_program__attach(program));
        if (!link)
            return Error::from_errno(
                errno, fmt::format("attach {} to {}", bpf_program__name(program), bpf_program__section_name(program)));
        links_.push_back(std::move(link));
    }
    return Done{};
}

}  // namespace apiarist::capture
