// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the main thread does while a run goes on: it waits for its end and watches the collector's own CPU time.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "app/child.h"
#include "app/governor.h"
#include "app/log.h"
#include "app/memory_watch.h"
#include "base/handles.h"
#include "capture/kernel_source.h"

namespace apiarist::app {

using Clock = std::chrono::steady_clock;

// Once a second asks the governor and tells the kernel programs its answer.
class CpuWatch {
  public:
    using OnDetach = std::function<void(const std::string& why)>;
    // Borrows `kernel`. `on_detach` is called once at most, after the programs are detached.
    CpuWatch(const GovernorOptions& options, capture::KernelSource& kernel, OnDetach on_detach);
    // When tick() is wanted next; nothing: never.
    [[nodiscard]] std::optional<Clock::time_point> next() const { return next_; }
    void tick(Clock::time_point now);

  private:
    double limit_;
    Governor governor_;
    capture::KernelSource& kernel_;
    OnDetach on_detach_;
    Clock::time_point last_;
    double used_ = 0;  // CPU seconds until then
    std::optional<Clock::time_point> next_;
};

struct Wait {
    const Log& log;
    const Fd& signals;
    Child* child = nullptr;  // may be null
    std::optional<Clock::time_point> deadline;
    CpuWatch& cpu;
    MemoryWatch& memory;
    // Asked once a second: why the run has no purpose any more, if so. May be empty.
    std::function<std::optional<std::string>()> over;
};

struct Ending {
    bool by_command = false;
    int status = 0;
    bool over_memory = false;  // above the hard limit
};

// Returns when the command ended, a signal came, the time is over, or the run has no purpose any more. A command that
// still runs then is asked to end, and waited for a little.
Ending wait_for_end(Wait wait);

}  // namespace apiarist::app
