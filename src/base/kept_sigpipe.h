// SPDX-License-Identifier: Apache-2.0
#pragma once
// Keeps what a process does at SIGPIPE while an HTTP server of cpp-httplib is made: its constructor ignores the signal
// for the whole process, which is not its own to change.

#include <signal.h>

namespace apiarist {

class KeptSigpipe {
  public:
    KeptSigpipe() { (void)::sigaction(SIGPIPE, nullptr, &before_); }
    ~KeptSigpipe() { (void)::sigaction(SIGPIPE, &before_, nullptr); }
    KeptSigpipe(const KeptSigpipe&) = delete;
    KeptSigpipe& operator=(const KeptSigpipe&) = delete;

  private:
    struct sigaction before_ {};
};

// For a thread that serves: who hangs up must not end the process.
inline void block_sigpipe() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGPIPE);
    (void)::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace apiarist
