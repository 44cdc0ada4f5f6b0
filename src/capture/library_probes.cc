// SPDX-License-Identifier: Apache-2.0
#include "capture/library_probes.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "capture/map_entries.h"
#include "capture/proc.h"
#include "events/event.h"

namespace apiarist::capture {
namespace {

constexpr std::size_t kComplaints = 100;    // names are somebody else's choice, and a log is not to be filled with them
constexpr std::size_t kMostJudged = 16384;  // then all are judged again
constexpr std::size_t kMostRoots = 4096;    // then all are looked at again
constexpr std::size_t kMostUnexplained = 64;
constexpr std::chrono::seconds kBetweenSweeps{10};
constexpr std::uint64_t kLarge = 8 << 20;  // bytes of a file that takes longer to judge than a grace period

std::uint64_t open_files_allowed() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

}  // namespace

LibraryProbes::LibraryProbes(Uprobes uprobes, int known_files, int processes, bool return_probes, OnFact on_fact,
                             OnTrouble on_trouble, OnFound on_found)
    : uprobes_(uprobes),
      known_files_(known_files),
      processes_(processes),
      return_probes_(return_probes),
      on_fact_(std::move(on_fact)),
      on_trouble_(std::move(on_trouble)),
      on_found_(std::move(on_found)),
      files_(most_probed_files(open_files_allowed()), [this](FormerFile file) { on_former(std::move(file)); }),
      early_grace_(uprobes) {}

LibraryProbes::~LibraryProbes() {
    detach();
}

void LibraryProbes::start() {
    if (!files_.watches() && on_trouble_)
        on_trouble_("no inotify: a TLS library that is written over in place is not noticed");
    files_.start();
    thread_ = std::thread([this] { run(); });
}

void LibraryProbes::run() {
    auto next_sweep = std::chrono::steady_clock::now() + kBetweenSweeps;
    for (;;) {
        const auto candidate = unexplained_.empty() ? candidates_.pop(next_sweep) : candidates_.try_pop();
        if (const auto now = std::chrono::steady_clock::now(); now >= next_sweep) {
            sweep();
            next_sweep = now + kBetweenSweeps;
        }
        if (candidate) {
            if (!stop_.stop_requested()) look(*candidate);
        } else if (!unexplained_.empty()) {
            if (!stop_.stop_requested()) read_texts(unexplained_.front());
            unexplained_.pop_front();
        } else if (candidates_.closed()) {
            return;
        }
    }
}

void LibraryProbes::sweep() {
    HeldNamespaces held = files_.namespaces();
    for (const auto& [root, seen] : roots_)
        held.insert({root.first, seen});
    std::erase_if(held, [this](const HeldNamespace& one) { return one.number == own_namespace_; });
    const auto oldest = held.empty() || stop_.stop_requested() ? std::nullopt : oldest_processes(held);
    if (!oldest) return namespaces_.reset();
    const HeldNamespaces over = namespaces_.over(held, *oldest);
    if (over.empty()) return;
    std::erase_if(roots_, [&over](const auto& root) { return over.contains({root.first.first, root.second}); });
    if (const auto leaving = files_.only_in(over); !leaving.empty()) keep_mapped(leaving);
    files_.leave(over);
}

// A process may have gone to another namespace with what it has mapped.
void LibraryProbes::keep_mapped(const std::map<FileKey, ShownFile>& leaving) {
    std::vector<std::uint32_t> traced;
    for_each_entry<std::uint32_t, ap_process>(
        processes_, [&traced](std::uint32_t pid, const ap_process&) { traced.push_back(pid); });
    for (const std::uint32_t pid : traced) {
        if (stop_.stop_requested()) return;
        std::optional<HeldNamespace> where;
        for (const MappedFile& file : mapped_files(pid))
            for (const auto& [key, shown] : leaving) {
                if (!shown.is(file.device, file.inode)) continue;
                if (!where) where = {mount_namespace_of(pid), boot_ticks()};
                files_.add(key, *where);
            }
    }
}

void LibraryProbes::set_aside(const FileCandidate& candidate, const ElfFile& elf) {
    if (unexplained_.size() >= kMostUnexplained || !TlsFindings::worth_reading(elf.size())) return;
    auto held = ElfFile::from(Fd(::fcntl(elf.fd(), F_DUPFD_CLOEXEC, 3)), elf.stop());
    if (!held) return;
    unexplained_.push_back(
        {{.path = candidate.path, .name = candidate.name, .user = candidate.user}, std::move(*held)});
}

void LibraryProbes::read_texts(const Unexplained& program) {
    const auto plans = tls_plans_by_texts(program.elf, program.candidate.path);
    for (const ProbePlan& plan : plans)
        if (!stop_.stop_requested()) tell(program.candidate, program.elf, plan, plan.unfit);
}

void LibraryProbes::detach() {
    stop_.request_stop();
    candidates_.close();
    if (thread_.joinable()) thread_.join();
    files_.stop();
}

void LibraryProbes::attach_usual(const std::string& root) {
    for (const std::string& path : usual_tls_libraries(root))
        attach({.path = path, .name = path});
}

void LibraryProbes::attach_program(const std::string& path) {
    attach({.path = path, .name = path});
}

void LibraryProbes::look_at(std::uint32_t pid) {
    candidates_.add({.pid = pid, .files = true});
}

void LibraryProbes::look_at_root(std::uint32_t pid) {
    candidates_.add({.pid = pid, .root = true});
}

void LibraryProbes::enqueue(FileCandidate candidate) {
    const ap_file_id reported = candidate.reported;
    const auto added = candidates_.add(std::move(candidate));
    if (added == Candidates::Added::kYes) return;
    forget(reported);
    if (added == Candidates::Added::kFull && on_trouble_ && !too_many_told_.exchange(true))
        on_trouble_("more files are mapped than can be looked at for TLS; the others are when they are mapped again");
}

void LibraryProbes::forget(const ap_file_id& reported) const {
    bpf_map_delete_elem(known_files_, &reported);
}

void LibraryProbes::on_former(FormerFile file) {
    findings_.remove(file.key);
    for (const ap_file_id& reported : file.reported)
        forget(reported);
    if (!file.again || !file.place) return;
    const std::string path = fmt::format("/proc/self/fd/{}", file.place.get());
    enqueue(
        {.path = path, .name = file.name, .namespaces = std::move(file.namespaces), .place = std::move(file.place)});
}

void LibraryProbes::on_mapped(const ap_mapped& mapped) {
    const auto page = static_cast<std::uint64_t>(::getpagesize());
    const std::uint64_t end = (mapped.address + mapped.length + page - 1) & ~(page - 1);
    enqueue({.path = mapped.address == 0
                         ? fmt::format("/proc/{}/exe", mapped.tgid)
                         : fmt::format("/proc/{}/map_files/{:x}-{:x}", mapped.tgid, mapped.address, end),
             .name = mapped.name,
             .reported = {mapped.inode, mapped.device, mapped.mounts},
             .namespaces = {{mapped.mounts, boot_ticks()}},
             .user = mapped.tgid,
             .program = mapped.address == 0});
}

bool LibraryProbes::attach_plan(const FileCandidate& candidate, const ElfFile& elf, const ProbePlan& plan,
                                std::vector<ProbeLink>& links) {
    if (plan.unsupported) {
        complain(candidate.name, plan, plan.unfit);
        tell(candidate, elf, plan, plan.unfit);
        return true;
    }
    ap_library record{};
    record.header = events::header_of<ap_library>(AP_EVENT_LIBRARY, monotonic_ns());
    record.library = plan.part ? 0 : ++libraries_;
    record.device = elf.device();
    record.inode = elf.inode();
    events::copy_text(record.version, plan.version);
    events::copy_text(record.path, candidate.name);
    Result<std::vector<ProbeLink>> made = Error{std::errc::not_supported, plan.unfit};
    if (plan.unfit.empty())
        made = uprobes_.attach(fmt::format("/proc/self/fd/{}", elf.fd()), plan.points, record.library);
    record.header.ts_ns = monotonic_ns();
    if (made) {
        record.state = AP_LIBRARY_PROBED;
        for (ProbeLink& link : *made)
            links.push_back(std::move(link));
    } else {
        record.state = AP_LIBRARY_FAILED;
        events::copy_text(record.reason, made.error().what);
        complain(candidate.name, plan, made.error().what);
        // What the kernel refused it may not refuse the next mapping; what a file lacks it will always lack.
        if (plan.unfit.empty()) forget(candidate.reported);
    }
    tell(candidate, elf, plan, made ? std::string() : made.error().what);
    if (made && !plan.part) findings_.add_number(record.library, {plan.stack, plan.version, candidate.name, {}});
    if (!plan.part) on_fact_(events::bytes_of(record));
    return made.has_value() || !plan.unfit.empty();
}

void LibraryProbes::complain(const std::string& file, const ProbePlan& plan, const std::string& why) {
    if (plan.idle || stop_.stop_requested() || !on_trouble_ || complained_.size() >= kComplaints) return;
    if (complained_.insert(file).second)
        on_trouble_(
            fmt::format("TLS library {} ({}) is not read, its traffic counts as opaque: {}", file, plan.version, why));
}

void LibraryProbes::tell(const FileCandidate& candidate, const ElfFile& elf, const ProbePlan& plan,
                         const std::string& why) {
    if (plan.part) return;
    const events::FoundStack stack{plan.stack, plan.version, candidate.name, why};
    findings_.add(elf, stack);
    if (candidate.user != 0) on_found_(candidate.user, stack);
}

void LibraryProbes::attach_process(std::uint32_t pid) {
    const MountNamespace mounts = mount_namespace_of(pid);
    if (mounts == 0) return;  // it is gone
    for (const MappedFile& file : mapped_files(pid))
        if (!stop_.stop_requested())
            attach({.path = file.open_path, .name = file.path, .namespaces = {{mounts, boot_ticks()}}, .user = pid});
}

void LibraryProbes::attach_root(std::uint32_t pid) {
    struct stat program {};
    // Its file may be known, and is not reported again.
    if (::stat(fmt::format("/proc/{}/exe", pid).c_str(), &program) == 0)
        for (const events::FoundStack& stack : findings_.of_file({program.st_dev, program.st_ino}))
            on_found_(pid, stack);
    const auto root = RootFolder::open(fmt::format("/proc/{}/root", pid));
    const MountNamespace mounts = mount_namespace_of(pid);
    if (!root || mounts == 0) return;
    if (roots_.size() >= kMostRoots) roots_.clear();
    if (!roots_.try_emplace({mounts, root->identity()}, boot_ticks()).second) return;
    for (const std::string& path : usual_tls_libraries(*root))
        if (const auto place = root->place(path); place && !stop_.stop_requested())
            attach({.path = fmt::format("/proc/self/fd/{}", place->get()),
                    .name = "/" + path,
                    .namespaces = {{mounts, boot_ticks()}}});
}

void LibraryProbes::look(const Candidate& candidate) {
    if (const auto* file = std::get_if<FileCandidate>(&candidate)) {
        attach(*file);
        return;
    }
    const auto& process = std::get<ProcessCandidate>(candidate);
    if (process.files) attach_process(process.pid);
    if (process.root) attach_root(process.pid);
}

void LibraryProbes::attach(const FileCandidate& candidate) {
    auto elf = ElfFile::open(candidate.path, stop_.get_token());
    if (!elf) {
        // Whoever mapped it is gone: its next mapping is to be reported. What is no program does not become one.
        if (elf.error().code != std::errc::executable_format_error) forget(candidate.reported);
        return;
    }
    if (judged_.contains(elf->contents()) ||
        files_.begin(*elf, candidate.reported, candidate.namespaces, candidate.name) != ProbedFiles::Begun::kNew)
        return;
    if (elf->changed()) {  // before it was held: what was read of it is not what is there
        auto again = ElfFile::from(Fd(::fcntl(elf->fd(), F_DUPFD_CLOEXEC, 3)), elf->stop());
        if (!again) {
            files_.drop({elf->device(), elf->inode()});
            forget(candidate.reported);
            return;
        }
        elf = std::move(*again);
    }
    judge(candidate, *elf);
}

void LibraryProbes::judge(const FileCandidate& candidate, const ElfFile& elf) {
    if (elf.size() >= kLarge) early_grace_.begin();
    std::vector<ProbeLink> links;
    bool failed = false;
    const auto plans = tls_plans(elf, candidate.path, return_probes_);
    const FileKey key{elf.device(), elf.inode()};
    if (stop_.stop_requested()) {  // what was read may be half
        files_.drop(key);
        return;
    }
    for (const ProbePlan& plan : plans)
        failed |= !attach_plan(candidate, elf, plan, links);
    if (plans.empty() && candidate.program) set_aside(candidate, elf);
    if (!links.empty()) {
        files_.keep(key, std::move(links));
        return;
    }
    files_.drop(key);
    if (failed) return;
    if (judged_.size() >= kMostJudged) judged_.clear();
    judged_.insert(elf.contents());
}

}  // namespace apiarist::capture
