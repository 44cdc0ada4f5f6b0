// SPDX-License-Identifier: Apache-2.0
#include "capture/uprobes.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <map>
#include <set>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>

#include "capture/libbpf_log.h"

namespace apiarist::capture {
namespace {

// include/uapi/linux/bpf.h of 6.6, which the headers of this build may not have.
constexpr auto kUprobeMulti = static_cast<bpf_attach_type>(48);  // BPF_TRACE_UPROBE_MULTI
constexpr std::uint32_t kMultiReturn = 1;                        // BPF_F_UPROBE_MULTI_RETURN

struct LinkCreate {  // the part of union bpf_attr for BPF_LINK_CREATE
    std::uint32_t program;
    std::uint32_t target;
    std::uint32_t attach_type;
    std::uint32_t flags;
    std::uint64_t path;
    std::uint64_t offsets;
    std::uint64_t reference_counters;
    std::uint64_t cookies;
    std::uint32_t count;
    std::uint32_t multi_flags;
    std::uint32_t pid;
    std::uint32_t pad;
};
static_assert(sizeof(LinkCreate) == 64);

int create_link(LinkCreate& attributes) {
    return static_cast<int>(::syscall(SYS_bpf, BPF_LINK_CREATE, &attributes, sizeof(attributes)));
}

// Asked with a path that is no file: EBADF where such links are known, EINVAL where not.
bool kernel_has_multi() {
    const std::array<bpf_insn, 2> nothing{{
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .src_reg = 0, .off = 0, .imm = 0},
        {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
    }};
    bpf_prog_load_opts options{};
    options.sz = sizeof(options);
    options.expected_attach_type = kUprobeMulti;
    const Fd program(bpf_prog_load(BPF_PROG_TYPE_KPROBE, nullptr, "GPL", nothing.data(), nothing.size(), &options));
    if (!program) return false;
    const std::uint64_t offset = 1;
    LinkCreate attributes{};
    attributes.program = static_cast<std::uint32_t>(program.get());
    attributes.attach_type = kUprobeMulti;
    attributes.path = reinterpret_cast<std::uint64_t>("/");
    attributes.offsets = reinterpret_cast<std::uint64_t>(&offset);
    attributes.count = 1;
    return create_link(attributes) < 0 && errno == EBADF;
}

Error error_of(int error, const char* program) {
    if (error == EACCES || error == EPERM)
        return Error::from_errno(error, "no leave to set uprobes (kernels of late 2025 on want CAP_SYS_ADMIN for it)");
    return Error::from_errno(error, fmt::format("probe by {}", program));
}

// Whoever uses the file meanwhile is seen from the moment when his session begins to be known: by then all that tells
// of its data must be there, and a return before its entry.
using Turn = std::tuple<bool, bool, std::string_view, bool>;

Turn turn_of(const ProbePoint& point) {
    const std::string_view program = point.program;
    const bool begins = program.find("handshake_enter") != std::string_view::npos ||
                        program.find("start_enter") != std::string_view::npos ||
                        program.find("import_enter") != std::string_view::npos;
    return {begins, program.ends_with("_enter"), program, point.return_probe};
}

bool is_uprobe(const bpf_program* program) {
    const std::string_view section = bpf_program__section_name(program);
    return section == "uprobe" || section == "uretprobe";
}

}  // namespace

std::vector<ProbePoint> without_repeats(std::span<const ProbePoint> points) {
    std::set<std::tuple<std::string_view, std::uint64_t, bool>> seen;
    std::vector<ProbePoint> kept;
    for (const ProbePoint& point : points)
        if (seen.emplace(point.program, point.file_offset, point.return_probe).second) kept.push_back(point);
    return kept;
}

void ProbeLink::Destroy::operator()(bpf_link* link) const {
    bpf_link__destroy(link);
}

ProbeLink::ProbeLink(bpf_link* link) : link_(link) {}
ProbeLink::ProbeLink(Fd fd) : fd_(std::move(fd)) {}
ProbeLink::ProbeLink(ProbeLink&&) noexcept = default;
ProbeLink& ProbeLink::operator=(ProbeLink&&) noexcept = default;
ProbeLink::~ProbeLink() = default;

Uprobes Uprobes::prepare(bpf_object* programs, bool cookies) {
    const bool multi = cookies && kernel_has_multi();
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, programs) {
        if (multi && is_uprobe(program)) (void)bpf_program__set_expected_attach_type(program, kUprobeMulti);
    }
    return {programs, cookies, multi};
}

Result<ProbeLink> Uprobes::attach_one(const std::string& path, const ProbePoint& point, std::uint32_t library) const {
    bpf_uprobe_opts options{};
    options.sz = sizeof(options);
    options.bpf_cookie = cookies_ ? library : 0;
    options.retprobe = point.return_probe;
    clear_libbpf_log();
    bpf_link* link =
        bpf_program__attach_uprobe_opts(bpf_object__find_program_by_name(programs_, point.program), -1, path.c_str(),
                                        static_cast<std::size_t>(point.file_offset), &options);
    if (link != nullptr) return ProbeLink(link);
    const int error = errno;
    return error_of(error, point.program).context(last_libbpf_line());
}

Result<ProbeLink> Uprobes::attach_together(const std::string& path, std::span<const ProbePoint> points,
                                           std::uint32_t library) const {
    std::vector<std::uint64_t> offsets;
    for (const ProbePoint& point : points)
        offsets.push_back(point.file_offset);
    const std::vector<std::uint64_t> cookies(points.size(), library);
    const bpf_program* program = bpf_object__find_program_by_name(programs_, points.front().program);
    LinkCreate attributes{};
    attributes.program = static_cast<std::uint32_t>(bpf_program__fd(program));
    attributes.attach_type = kUprobeMulti;
    attributes.path = reinterpret_cast<std::uint64_t>(path.c_str());
    attributes.offsets = reinterpret_cast<std::uint64_t>(offsets.data());
    attributes.cookies = reinterpret_cast<std::uint64_t>(cookies.data());
    attributes.count = static_cast<std::uint32_t>(offsets.size());
    attributes.multi_flags = points.front().return_probe ? kMultiReturn : 0;
    const int fd = create_link(attributes);
    if (fd < 0) return error_of(errno, points.front().program);
    return ProbeLink(Fd(fd));
}

Result<std::vector<ProbeLink>> Uprobes::attach(const std::string& path, std::span<const ProbePoint> points,
                                               std::uint32_t library) const {
    std::map<Turn, std::vector<ProbePoint>> by_program;
    for (const ProbePoint& point : without_repeats(points))
        by_program[turn_of(point)].push_back(point);
    std::vector<ProbeLink> links;
    for (const auto& [turn, group] : by_program) {
        const std::size_t at_once = multi_ ? group.size() : 1;
        for (std::size_t at = 0; at < group.size(); at += at_once) {
            auto link = multi_ ? attach_together(path, group, library) : attach_one(path, group[at], library);
            if (!link) return std::move(link).error();
            links.push_back(std::move(*link));
        }
    }
    return links;
}

// Those that wait at the same time wait together.
void Uprobes::remove(std::vector<ProbeLink> links) {
    constexpr std::size_t kMostThreads = 64;
    std::vector<std::thread> threads;
    std::atomic<std::size_t> next{0};
    for (std::size_t i = 0; i < std::min(links.size(), kMostThreads); ++i)
        threads.emplace_back([&links, &next] {
            for (std::size_t at = next++; at < links.size(); at = next++)
                const ProbeLink ended = std::move(links[at]);
        });
    for (std::thread& thread : threads)
        thread.join();
}

}  // namespace apiarist::capture
