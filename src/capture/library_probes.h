// SPDX-License-Identifier: Apache-2.0
#pragma once
// The TLS programs at the TLS stacks in libraries and programs: once per file, ahead of use where the file is a library
// in a usual place, else when a traced process maps it. What was found is told as ap_library records.
//
// Threads: a thread of its own attaches; the methods may be called from any.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/handles.h"
#include "base/queue.h"
#include "base/result.h"
#include "bpf/abi.h"
#include "capture/tls_findings.h"
#include "capture/tls_stack.h"

struct bpf_link;
struct bpf_object;

namespace apiarist::capture {

struct ProbeOptions {
    bool cookies = false;        // the kernel hands programs the library's number
    bool return_probes = false;  // allowed; else returns are probed at their instructions
};

class LibraryProbes {
  public:
    using OnFact = std::function<void(std::span<const std::byte>)>;
    using OnTrouble = std::function<void(const std::string&)>;
    // A process that maps a file with this stack, the first to do so.
    using OnFound = std::function<void(std::uint32_t pid, const events::FoundStack& stack)>;

    // `programs`: loaded; outlives this. `known_files`: the map of files that were reported. `on_fact` is called from
    // any thread.
    // `on_trouble` too; it may be empty. `on_found` too.
    LibraryProbes(bpf_object* programs, int known_files, ProbeOptions options, OnFact on_fact, OnTrouble on_trouble,
                  OnFound on_found);
    ~LibraryProbes();

    void attach_usual(const std::string& root);
    // From now on look_at() and on_mapped() have an effect.
    void start();
    // All files that a process has mapped.
    void look_at(std::uint32_t pid);
    void on_mapped(const ap_mapped& mapped);
    [[nodiscard]] TlsFindings& findings() { return findings_; }
    // Removes all probes; none is made any more.
    void detach();

  private:
    struct Unlink {
        void operator()(bpf_link* link) const;
    };
    using Link = std::unique_ptr<bpf_link, Unlink>;
    struct Candidate {
        std::string path{};      // to be opened
        std::string name{};      // to be shown
        ap_file_id reported{};   // as the kernel program keyed it; zero: found ahead
        std::uint32_t pid = 0;   // not 0: all files of this process instead
        std::uint32_t user = 0;  // the process that mapped it; 0: found ahead
    };

    void attach(const Candidate& candidate);
    void attach_plan(const Candidate& candidate, const ElfFile& elf, const ProbePlan& plan);
    // `why`: empty: it is probed.
    void tell(const Candidate& candidate, const ElfFile& elf, const ProbePlan& plan, const std::string& why);
    void complain(const std::string& file, const ProbePlan& plan, const std::string& why);
    // So that its next mapping is reported.
    void forget(const Candidate& candidate) const;
    void enqueue(Candidate candidate);
    [[nodiscard]] Result<Link> probe(const std::string& path, const ProbePoint& point, std::uint32_t library);
    [[nodiscard]] Result<std::vector<Link>> probe_all(const std::string& path, const ProbePlan& plan,
                                                      std::uint32_t library);

    bpf_object* programs_;
    int known_files_;
    ProbeOptions options_;
    OnFact on_fact_;
    OnTrouble on_trouble_;
    OnFound on_found_;
    TlsFindings findings_;
    std::mutex mutex_;
    std::vector<Link> links_;                                   // guarded by mutex_
    std::set<std::pair<std::uint64_t, std::uint64_t>> probed_;  // guarded by mutex_: (device, inode)
    std::set<std::string> complained_;                          // guarded by mutex_: libraries by name
    std::uint32_t libraries_ = 0;                               // guarded by mutex_
    BoundedQueue<Candidate> candidates_{1024};
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

}  // namespace apiarist::capture
