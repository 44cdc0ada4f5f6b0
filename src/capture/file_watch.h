// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tells of the first change of a file's contents, as inotify does. A file that is mapped to be written is told of when
// its writer is done. And holds writers back: while there is a lease on a file (fcntl(2), F_SETLEASE), whoever opens it
// to write waits, at most the 45 s of /proc/sys/fs/lease-break-time, and wait() says so.
//
// Threads: begin() and wait() are of one thread, which gets SIGIO and blocks it; the others may be called from any.

#include <optional>
#include <vector>

#include "base/handles.h"
#include "base/result.h"

namespace apiarist::capture {

class FileWatch {
  public:
    static Result<FileWatch> make();

    // A number for what `fd` refers to; nothing when there are too many watches on this host.
    [[nodiscard]] std::optional<int> add(int fd) const;
    void remove(int watch) const;

    // Nobody writes the file as long as this is open.
    struct Lease {
        Fd fd{};
        bool written = false;  // there is none, because it is open to be written now
    };
    // There are none before begin(), and on file systems that know none.
    [[nodiscard]] Lease lease(int fd) const;
    [[nodiscard]] static bool is_waited_for(const Fd& lease);

    // The calling thread is the one that waits.
    void begin();
    struct Changes {
        std::vector<int> watches;  // each is told of once and is watched no more
        bool writers = false;      // for a lease somebody waits
    };
    // Waits for a change or wake(). Nothing: stop() was called.
    [[nodiscard]] std::optional<Changes> wait() const;
    void wake() const;
    void stop() const;

  private:
    FileWatch(Fd inotify, Fd wake, Fd stop);
    [[nodiscard]] std::vector<int> read() const;

    int waiter_ = 0;  // its thread's number
    Fd signals_;
    Fd inotify_;
    Fd wake_;
    Fd stop_;
};

}  // namespace apiarist::capture
