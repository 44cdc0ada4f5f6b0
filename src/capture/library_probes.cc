// SPDX-License-Identifier: Apache-2.0
#include "capture/library_probes.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "capture/elf_function.h"
#include "capture/libbpf_log.h"
#include "capture/probe_site.h"
#include "capture/proc.h"
#include "events/event.h"

namespace apiarist::capture {
namespace {

constexpr std::size_t kComplaints = 100;  // names are somebody else's choice, and a log is not to be filled with them

}  // namespace

void LibraryProbes::Unlink::operator()(bpf_link* link) const {
    bpf_link__destroy(link);
}

LibraryProbes::LibraryProbes(bpf_object* programs, int known_files, ProbeOptions options, OnFact on_fact,
                             OnTrouble on_trouble)
    : programs_(programs),
      known_files_(known_files),
      options_(options),
      on_fact_(std::move(on_fact)),
      on_trouble_(std::move(on_trouble)) {}

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
    links_.clear();
}

void LibraryProbes::attach_usual(const std::string& root) {
    for (const std::string& path : usual_tls_libraries(root))
        attach({path, path, {}});
}

void LibraryProbes::look_at(const std::string& open_path, const std::string& shown_name) {
    if (names_tls_library(shown_name)) enqueue({open_path, shown_name, {}});
}

void LibraryProbes::enqueue(Candidate candidate) {
    const Candidate kept = candidate;
    if (!candidates_.push(std::move(candidate))) forget(kept);
}

void LibraryProbes::forget(const Candidate& candidate) const {
    bpf_map_delete_elem(known_files_, &candidate.reported);
}

void LibraryProbes::on_mapped(const ap_mapped& mapped) {
    if (!names_tls_library(mapped.name)) return;
    const auto page = static_cast<std::uint64_t>(::getpagesize());
    const std::uint64_t end = (mapped.address + mapped.length + page - 1) & ~(page - 1);
    enqueue({fmt::format("/proc/{}/map_files/{:x}-{:x}", mapped.tgid, mapped.address, end),
             mapped.name,
             {mapped.inode, mapped.device}});
}

Result<LibraryProbes::Link> LibraryProbes::probe(const char* name, const std::string& path, const Place& place) {
    bpf_program* program = bpf_object__find_program_by_name(programs_, name);
    bpf_uprobe_opts options{};
    options.sz = sizeof(options);
    options.bpf_cookie = options_.cookies ? place.library : 0;
    options.retprobe = place.return_probe;
    clear_libbpf_log();
    Link link(bpf_program__attach_uprobe_opts(program, -1, path.c_str(), place.file_offset, &options));
    if (link) return link;
    const int error = errno;
    if (error == EACCES || error == EPERM)
        return Error::from_errno(error, "no leave to set uprobes (kernels of late 2025 on want CAP_SYS_ADMIN for it)");
    return Error::from_errno(error, fmt::format("probe by {} ({})", name, last_libbpf_line()));
}

// At the function's cheap sites where its code allows (probe_site.h); else at its entry and by a return probe, or,
// where return probes are not allowed, at each of its return instructions. With a return probe the entry is the first
// instruction, because the kernel puts a breakpoint there for the return anyway.
Status LibraryProbes::probe_function(const std::string& path, const TlsFunction& function, std::uint32_t library,
                                     std::vector<Link>& made) {
    auto code = read_elf_function(path, function.symbol);
    if (!code) return std::move(code).error();
    const ProbeSites sites = find_probe_sites(code->code, function.arguments);
    const bool by_return_probe = function.at_return != nullptr && !sites.result && options_.return_probes;
    std::vector<std::uint64_t> returns;
    if (function.at_return != nullptr && !by_return_probe)
        returns = sites.result ? std::vector{*sites.result} : sites.returns;
    if (function.at_return != nullptr && !by_return_probe && returns.empty())
        return Error{std::errc::not_supported,
                     fmt::format("{}: its returns cannot be told from its code, and return probes are not used on this "
                                 "kernel (--return-probes)",
                                 function.symbol)};
    const std::uint64_t begin = code->file_offset;
    const std::uint64_t entry = by_return_probe ? 0 : sites.entry.value_or(0);
    std::vector<std::pair<const char*, Place>> wanted{{function.program, {library, begin + entry, false}}};
    if (by_return_probe) wanted.push_back({function.at_return, {library, begin, true}});
    for (const std::uint64_t at : returns)
        wanted.push_back({function.at_return, {library, begin + at, false}});
    for (const auto& [program, place] : wanted) {
        auto link = probe(program, path, place);
        if (!link) return std::move(link).error();
        made.push_back(std::move(*link));
    }
    return Done{};
}

Result<std::vector<LibraryProbes::Link>> LibraryProbes::probe_functions(const std::string& path,
                                                                        std::uint32_t library) {
    std::vector<Link> made;
    for (const TlsFunction& function : tls_functions()) {
        if (stop_.load()) return Error{std::errc::operation_canceled, "the run ends"};
        const std::size_t before = made.size();
        auto done = probe_function(path, function, library, made);
        if (done) continue;
        if (function.required) return std::move(done).error();
        made.resize(before);  // all of its probes or none
    }
    return made;
}

void LibraryProbes::attach(const Candidate& candidate) {
    struct stat info {};
    if (::stat(candidate.path.c_str(), &info) != 0) return forget(candidate);  // whoever mapped it is gone
    // Anybody may give a file this name.
    constexpr off_t kLargest = 64 << 20;
    if (!S_ISREG(info.st_mode) || info.st_size > kLargest) return;
    const std::string version = tls_library_version(candidate.path);
    const std::scoped_lock lock(mutex_);
    if (!probed_.emplace(info.st_dev, info.st_ino).second) return;
    ap_library record{};
    record.header = events::header_of<ap_library>(AP_EVENT_LIBRARY, monotonic_ns());
    record.library = ++libraries_;
    record.device = info.st_dev;
    record.inode = info.st_ino;
    events::copy_text(record.version, version);
    events::copy_text(record.path, candidate.name);
    auto made = probe_functions(candidate.path, record.library);
    if (made) {
        record.state = AP_LIBRARY_PROBED;
        for (Link& link : *made)
            links_.push_back(std::move(link));
    } else {
        record.state = AP_LIBRARY_FAILED;
        events::copy_text(record.reason, made.error().what);
        if (!stop_.load() && on_trouble_ && complained_.size() < kComplaints &&
            complained_.insert(candidate.name).second)
            on_trouble_(fmt::format("TLS library {} ({}) is not read, its traffic counts as ciphertext: {}",
                                    candidate.name, record.version, made.error().what));
        // Never black-listed: the next mapping is reported and tried again.
        probed_.erase({info.st_dev, info.st_ino});
        forget(candidate);
    }
    on_fact_(events::bytes_of(record));
}

}  // namespace apiarist::capture
