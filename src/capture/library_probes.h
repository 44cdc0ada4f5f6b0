// SPDX-License-Identifier: Apache-2.0
#pragma once
// The TLS programs at the TLS stacks in libraries and programs: once per file, ahead of use where the file is a library
// in a usual place, else when a traced process maps it; again when its contents change (probed_files.h). What was found
// is told as ap_library records.
//
// Threads: a thread of its own attaches; the methods may be called from any.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/handles.h"
#include "base/result.h"
#include "bpf/abi.h"
#include "capture/candidates.h"
#include "capture/early_grace.h"
#include "capture/mount_namespaces.h"
#include "capture/probed_files.h"
#include "capture/tls_findings.h"
#include "capture/tls_stack.h"
#include "capture/uprobes.h"

namespace apiarist::capture {

class LibraryProbes {
  public:
    using OnFact = std::function<void(std::span<const std::byte>)>;
    using OnTrouble = std::function<void(const std::string&)>;
    // A process that maps a file with this stack, the first to do so.
    using OnFound = std::function<void(std::uint32_t pid, const events::FoundStack& stack)>;

    // `uprobes`: its programs are loaded and outlive this. `known_files`: the map of files that were reported,
    // `processes` that of those that are traced. `return_probes`: allowed; else returns are probed at their
    // instructions. `on_fact` is called from any thread, and `on_trouble` and `on_found` too; they may be empty.
    LibraryProbes(Uprobes uprobes, int known_files, int processes, bool return_probes, OnFact on_fact,
                  OnTrouble on_trouble, OnFound on_found);
    ~LibraryProbes();

    void attach_usual(const std::string& root);
    // A program that is going to be run.
    void attach_program(const std::string& path);
    // From now on look_at() and on_mapped() have an effect.
    void start();
    // All files that a process has mapped.
    void look_at(std::uint32_t pid);
    // The libraries in the usual places of its root, when that or its mount namespace is a new one.
    void look_at_root(std::uint32_t pid);
    void on_mapped(const ap_mapped& mapped);
    [[nodiscard]] TlsFindings& findings() { return findings_; }
    // Removes all probes; none is made any more, and a file that is being judged is left.
    void detach();

  private:
    // A program without a stack that is told by its functions.
    struct Unexplained {
        FileCandidate candidate;
        ElfFile elf;
    };

    void look(const Candidate& candidate);
    void attach(const FileCandidate& candidate);
    void attach_process(std::uint32_t pid);
    void attach_root(std::uint32_t pid);
    void set_aside(const FileCandidate& candidate, const ElfFile& elf);
    // Its texts may tell of a stack that is not read. Slow, so it waits until nothing else is to be done.
    void read_texts(const Unexplained& program);
    void run();
    // Leaves the files of mount namespaces that are over, but for what a traced process still maps.
    void sweep();
    void keep_mapped(const std::map<FileKey, ShownFile>& leaving);
    void judge(const FileCandidate& candidate, const ElfFile& elf);
    // Adds to `links`. False: the kernel refused its probes, and another time it may not.
    bool attach_plan(const FileCandidate& candidate, const ElfFile& elf, const ProbePlan& plan,
                     std::vector<ProbeLink>& links);
    // `why`: empty: it is probed.
    void tell(const FileCandidate& candidate, const ElfFile& elf, const ProbePlan& plan, const std::string& why);
    void complain(const std::string& file, const ProbePlan& plan, const std::string& why);
    // So that its next mapping is reported.
    void forget(const ap_file_id& reported) const;
    void on_former(FormerFile file);
    void enqueue(FileCandidate candidate);

    Uprobes uprobes_;
    int known_files_;
    int processes_;
    bool return_probes_;
    OnFact on_fact_;
    OnTrouble on_trouble_;
    OnFound on_found_;
    TlsFindings findings_;
    // Of attach(), which one thread at a time is in.
    std::set<ElfFile::Contents> judged_;                                          // without a stack that can be read
    std::map<std::pair<MountNamespace, RootFolder::Identity>, BootTicks> roots_;  // looked at, and when
    NamespaceWatch namespaces_;
    const MountNamespace own_namespace_ = own_mount_namespace();
    std::deque<Unexplained> unexplained_;
    std::set<std::string> complained_;  // libraries by name
    std::uint32_t libraries_ = 0;
    ProbedFiles files_;
    EarlyGrace early_grace_;
    Candidates candidates_{1024};
    std::atomic<bool> too_many_told_{false};
    std::stop_source stop_;
    std::thread thread_;
};

}  // namespace apiarist::capture
