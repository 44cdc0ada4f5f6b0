// SPDX-License-Identifier: Apache-2.0
#pragma once
// The kernel programs, loaded, attached and drained. Nothing is pinned: when this object or the process ends, in
// whatever way, the kernel takes back programs, maps and probes.
//
// Threads: make() and detach() on one; drain() and wait() on one thread per ring; the rest on any. A thread of its own
// looks for TLS libraries and attaches to them.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "capture/source.h"
#include "events/coverage.h"

namespace apiarist::capture {

struct KernelOptions {
    std::vector<std::uint32_t> pids;          // with their descendants at the time of the start
    std::vector<std::string> cgroups;         // paths under the cgroup v2 mount, with their descendants
    bool pods = false;                        // the pods of this node, those to come too
    std::string node_root = "/";              // where the node's root directory is seen
    bool all = false;                         // the whole node
    unsigned workers = 1;                     // rings; 1 to AP_MAX_RINGS
    std::size_t ring_bytes = 32u << 20;       // of each ring; rounded up to a power of two of pages
    std::uint32_t call_bytes = 2u << 20;      // bytes of one call that are copied; at most 2 MiB of one buffer
    std::uint32_t connection_table = 131072;  // connections at once
    std::uint64_t budget_bytes = 0;           // bytes that are copied in each ring and second; 0: no limit
    std::string program;                      // is going to be run: probed ahead
    bool clear = true;                        // clear HTTP from sockets
    bool http2 = true;
    bool tls = true;  // plaintext from TLS libraries
    // What the user should know while it runs. Any thread; may be empty.
    std::function<void(const std::string&)> on_trouble;
    bool return_probes = true;  // where a TLS function gives no better place; else its return instructions
};

class KernelSource final : public Source {
  public:
    // Loads and attaches all programs, and probes the TLS libraries that are in their usual places.
    static Result<std::unique_ptr<KernelSource>> make(const KernelOptions& options);
    ~KernelSource() override;

    // Traces a process from now on. Its children are traced by the kernel.
    Status add_process(std::uint32_t pid);
    // Of 256 exchanges that could begin, how many are left out. Any thread.
    void set_shed_share(unsigned share);
    // A process is traced, at this moment.
    [[nodiscard]] bool traces_any() const;
    // The programs that this kernel refused and that can be done without, each with what that costs.
    [[nodiscard]] const std::vector<std::string>& refused() const;
    // No event is made any more; a second call does nothing; what is in the rings can still be drained.
    void detach();
    // After the last drain: counts of what lives on, and the losses, as records.
    void final_records(const OnRecord& on_record);
    // Of every process that is or was traced. Reads /proc, and files that processes with unexplained TLS have mapped.
    [[nodiscard]] events::CoverageSnapshot coverage() const;
    // Before detach(): what lives is noted, so that coverage() can tell of it afterwards. Reads little.
    void note_living() const;
    // AP_LOSS_* so far.
    [[nodiscard]] std::vector<std::uint64_t> losses() const;

    [[nodiscard]] unsigned rings() const override;
    std::size_t drain(unsigned ring, const OnRecord& on_record) override;
    void wait(unsigned ring) override;
    [[nodiscard]] bool finished() const override;
    void mark(std::uint64_t key, const ap_mark& mark) override;
    [[nodiscard]] std::int64_t realtime_offset_ns() const override;

  private:
    struct State;
    explicit KernelSource(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace apiarist::capture
