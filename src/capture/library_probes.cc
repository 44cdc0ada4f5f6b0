// SPDX-License-Identifier: Apache-2.0
#include "capture/library_probes.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "capture/proc.h"
#include "events/event.h"

namespace apiarist::capture {
namespace {

constexpr std::size_t kComplaints = 100;  // names are somebody else's choice, and a log is not to be filled with them

}  // namespace

LibraryProbes::LibraryProbes(Uprobes uprobes, int known_files, bool return_probes, OnFact on_fact, OnTrouble on_trouble,
                             OnFound on_found)
    : uprobes_(uprobes),
      known_files_(known_files),
      return_probes_(return_probes),
      on_fact_(std::move(on_fact)),
      on_trouble_(std::move(on_trouble)),
      on_found_(std::move(on_found)) {}

LibraryProbes::~LibraryProbes() {
    detach();
}

void LibraryProbes::start() {
    thread_ = std::thread([this] {
        while (auto candidate = candidates_.pop())
            if (!stop_.load()) attach(*candidate);
    });
}

void LibraryProbes::detach() {
    stop_.store(true);
    candidates_.close();
    if (thread_.joinable()) thread_.join();
    const std::scoped_lock lock(mutex_);
    Uprobes::remove(std::move(links_));
    links_.clear();
}

void LibraryProbes::attach_usual(const std::string& root) {
    for (const std::string& path : usual_tls_libraries(root))
        attach({.path = path, .name = path});
}

void LibraryProbes::look_at(std::uint32_t pid) {
    enqueue({.pid = pid});
}

void LibraryProbes::enqueue(Candidate candidate) {
    const Candidate kept = candidate;
    if (!candidates_.push(std::move(candidate))) forget(kept);
}

void LibraryProbes::forget(const Candidate& candidate) const {
    bpf_map_delete_elem(known_files_, &candidate.reported);
}

void LibraryProbes::on_mapped(const ap_mapped& mapped) {
    const auto page = static_cast<std::uint64_t>(::getpagesize());
    const std::uint64_t end = (mapped.address + mapped.length + page - 1) & ~(page - 1);
    enqueue({.path = mapped.address == 0
                         ? fmt::format("/proc/{}/exe", mapped.tgid)
                         : fmt::format("/proc/{}/map_files/{:x}-{:x}", mapped.tgid, mapped.address, end),
             .name = mapped.name,
             .reported = {mapped.inode, mapped.device},
             .user = mapped.tgid});
}

void LibraryProbes::attach_plan(const Candidate& candidate, const ElfFile& elf, const ProbePlan& plan) {
    if (plan.unsupported) {  // and never will be: its next mapping is no news
        complain(candidate.name, plan, plan.unfit);
        tell(candidate, elf, plan, plan.unfit);
        return;
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
            links_.push_back(std::move(link));
    } else {
        record.state = AP_LIBRARY_FAILED;
        events::copy_text(record.reason, made.error().what);
        complain(candidate.name, plan, made.error().what);
        // Never black-listed: the next mapping is reported and tried again.
        probed_.erase({elf.device(), elf.inode()});
        forget(candidate);
    }
    tell(candidate, elf, plan, made ? std::string() : made.error().what);
    if (made && !plan.part) findings_.add_number(record.library, {plan.stack, plan.version, candidate.name, {}});
    if (!plan.part) on_fact_(events::bytes_of(record));
}

void LibraryProbes::complain(const std::string& file, const ProbePlan& plan, const std::string& why) {
    if (plan.idle || stop_.load() || !on_trouble_ || complained_.size() >= kComplaints) return;
    if (complained_.insert(file).second)
        on_trouble_(
            fmt::format("TLS library {} ({}) is not read, its traffic counts as opaque: {}", file, plan.version, why));
}

void LibraryProbes::tell(const Candidate& candidate, const ElfFile& elf, const ProbePlan& plan,
                         const std::string& why) {
    if (plan.part) return;
    const events::FoundStack stack{plan.stack, plan.version, candidate.name, why};
    findings_.add(elf, stack);
    if (candidate.user != 0) on_found_(candidate.user, stack);
}

void LibraryProbes::attach(const Candidate& candidate) {
    if (candidate.pid != 0) {
        for (const MappedFile& file : mapped_files(candidate.pid))
            attach({.path = file.open_path, .name = file.path, .user = candidate.pid});
        return;
    }
    auto elf = ElfFile::open(candidate.path);
    if (!elf) {
        // Whoever mapped it is gone: its next mapping is to be reported. What is no program does not become one.
        if (elf.error().code != std::errc::executable_format_error) forget(candidate);
        return;
    }
    const std::scoped_lock lock(mutex_);
    if (!probed_.emplace(elf->device(), elf->inode()).second) return;
    for (const ProbePlan& plan : tls_plans(*elf, candidate.path, return_probes_))
        attach_plan(candidate, *elf, plan);
}

}  // namespace apiarist::capture
