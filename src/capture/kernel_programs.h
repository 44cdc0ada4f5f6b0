// SPDX-License-Identifier: Apache-2.0
#pragma once
// The kernel programs and their maps, loaded. Nearly all that a start takes is the kernel's verifier, which looks at
// one program at a time for whoever loads it; so the programs at functions of files and those at system calls and the
// like are loaded by two threads, out of two objects with the same maps.
//
// Threads: one at a time.

#include <bpf/libbpf.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/handles.h"
#include "base/result.h"
#include "capture/kernel_source.h"
#include "capture/uprobes.h"
#include "programs.skel.h"

namespace apiarist::capture {

// The cgroups that pods are in.
struct PodHierarchy {
    std::uint32_t number = 0;      // of the hierarchy; 0: that of version 2
    std::uint32_t controller = 0;  // else the kernel's number of its controller
};

[[nodiscard]] std::size_t ring_size(std::size_t wanted);
[[nodiscard]] bool selects_cgroups(const KernelOptions& options);

class KernelPrograms {
  public:
    // Without programs that this kernel refuses and that can be done without, and without those at functions of files
    // when no TLS is to be read.
    Status load(const KernelOptions& options, const PodHierarchy& pods);
    // Those that are not at functions of files.
    Status attach();
    void detach() { links_.clear(); }

    [[nodiscard]] const auto& maps() const { return calls_->maps; }
    // At functions of files. Not without TLS. Not to outlive this.
    [[nodiscard]] const Uprobes& uprobes() const { return *uprobes_; }
    // What was left out, and what that costs.
    [[nodiscard]] const std::vector<std::string>& refused() const { return refused_; }

  private:
    using Skeleton = std::unique_ptr<::programs, Destroy<::programs::destroy>>;
    using Link = std::unique_ptr<bpf_link, Destroy<bpf_link__destroy>>;
    struct Request {
        const KernelOptions& options;
        const PodHierarchy& pods;
        bool cookies = false;
    };

    static Result<Skeleton> open(const Request& request);
    static Result<Skeleton> make_maps(const Request& request);
    Result<Skeleton> load_probes(const Request& request, const Skeleton& maps);
    Result<Skeleton> load_calls(const Request& request, const Skeleton& maps);

    Skeleton probes_;
    Skeleton calls_;
    std::optional<Uprobes> uprobes_;
    std::set<std::string_view> left_out_;
    std::vector<std::string> refused_;
    std::vector<Link> links_;  // gone before the programs
};

}  // namespace apiarist::capture
