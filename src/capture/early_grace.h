// SPDX-License-Identifier: Apache-2.0
#pragma once
// The kernel lets the first uprobe of a burst wait for a grace period of RCU, 10 to 40 ms (dup_mmap_sem, which forks
// read; those that follow at once do not wait: kernel/rcu/sync.c). begin() has that time pass while a large file is
// read: a probe is set and removed at a place that nobody runs.
//
// Threads: one of its own sets the probe; begin() may be called from any.

#include <thread>

#include "base/handles.h"
#include "base/queue.h"
#include "capture/uprobes.h"

namespace apiarist::capture {

class EarlyGrace {
  public:
    // `uprobes`: its programs are loaded and outlive this.
    explicit EarlyGrace(Uprobes uprobes);
    ~EarlyGrace();

    // Does not wait. What cannot be done is left out: the probes that count will wait themselves.
    void begin() { (void)asked_.push(true); }

  private:
    void run() const;

    Uprobes uprobes_;
    Fd place_;
    BoundedQueue<bool> asked_{1};
    std::thread thread_;
};

}  // namespace apiarist::capture
