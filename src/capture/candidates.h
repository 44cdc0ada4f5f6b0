// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is to be looked at for TLS stacks. Files wait in a bounded queue: one that finds no room is reported again by
// its next mapping. Processes are told of once only, so none of them is dropped: they wait in a set, with what is
// wanted of each, which is no larger than the kernel's table of processes.
//
// Threads: any.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <variant>

#include "base/handles.h"
#include "bpf/abi.h"
#include "capture/mount_namespaces.h"

namespace apiarist::capture {

struct FileCandidate {
    std::string path{};           // to be opened
    std::string name{};           // to be shown
    ap_file_id reported{};        // as the kernel program keyed it; zero: found ahead
    HeldNamespaces namespaces{};  // as in FormerFile
    std::uint32_t user = 0;       // the process that mapped it; 0: found ahead
    bool program = false;         // `user` executes it
    Fd place{};                   // what `path` names, where that needs to be held
};

struct ProcessCandidate {
    std::uint32_t pid = 0;
    bool files = false;  // all that it has mapped
    bool root = false;   // the usual places in its root
};

using Candidate = std::variant<ProcessCandidate, FileCandidate>;

class Candidates {
  public:
    explicit Candidates(std::size_t most_files) : most_files_(most_files) {}

    enum class Added : std::uint8_t { kYes, kFull, kClosed };
    // kFull, kClosed: the file is gone.
    [[nodiscard]] Added add(FileCandidate file);
    // Joined with what is wanted of it already.
    void add(const ProcessCandidate& process);

    // A process and a file in turn, where both wait. pop() waits for one; nothing: closed and empty, or it is late.
    [[nodiscard]] std::optional<Candidate> pop();
    [[nodiscard]] std::optional<Candidate> pop(std::chrono::steady_clock::time_point until);
    // Does not wait.
    [[nodiscard]] std::optional<Candidate> try_pop();
    void close();
    [[nodiscard]] bool closed() const;

  private:
    [[nodiscard]] std::optional<Candidate> take();

    const std::size_t most_files_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<FileCandidate> files_;                      // guarded by mutex_
    std::map<std::uint32_t, ProcessCandidate> processes_;  // guarded by mutex_
    std::deque<std::uint32_t> order_;                      // guarded by mutex_: of processes_
    bool process_next_ = true;                             // guarded by mutex_
    bool closed_ = false;                                  // guarded by mutex_
};

}  // namespace apiarist::capture
