// SPDX-License-Identifier: Apache-2.0
#pragma once
// The kernel programs at places of a file: all places of a program by one link where the kernel has such links (6.6 and
// later, "uprobe_multi"), else one by one. Their end is what matters: the kernel waits at the end of each link until
// nobody is in its program, a tenth of a second and more, and single ones wait one after the other.
//
// Threads: prepare() before the load; attach() from one thread at a time; remove() from any.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/handles.h"
#include "base/result.h"
#include "capture/tls_stack.h"

struct bpf_link;
struct bpf_object;

namespace apiarist::capture {

// Without those that would run a program twice at a place: a function may have several names.
[[nodiscard]] std::vector<ProbePoint> without_repeats(std::span<const ProbePoint> points);

// The probes are there as long as this.
class ProbeLink {
  public:
    explicit ProbeLink(bpf_link* link);
    explicit ProbeLink(Fd fd);
    ProbeLink(ProbeLink&&) noexcept;
    ProbeLink& operator=(ProbeLink&&) noexcept;
    ~ProbeLink();

  private:
    struct Destroy {
        void operator()(bpf_link* link) const;
    };
    std::unique_ptr<bpf_link, Destroy> link_;
    Fd fd_;
};

class Uprobes {
  public:
    // `programs`: opened, not loaded. `cookies`: the kernel hands programs a number.
    static Uprobes prepare(bpf_object* programs, bool cookies);

    // All points or none. `library`: what the programs are told by their cookie.
    [[nodiscard]] Result<std::vector<ProbeLink>> attach(const std::string& path, std::span<const ProbePoint> points,
                                                        std::uint32_t library) const;
    static void remove(std::vector<ProbeLink> links);

  private:
    Uprobes(bpf_object* programs, bool cookies, bool multi) : programs_(programs), cookies_(cookies), multi_(multi) {}
    [[nodiscard]] Result<ProbeLink> attach_one(const std::string& path, const ProbePoint& point,
                                               std::uint32_t library) const;
    [[nodiscard]] Result<ProbeLink> attach_together(const std::string& path, std::span<const ProbePoint> points,
                                                    std::uint32_t library) const;

    bpf_object* programs_;
    bool cookies_;
    bool multi_;
};

}  // namespace apiarist::capture
