// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tells of the first change of a file's contents, as inotify does. A file that is mapped to be written is told of when
// its writer is done.
//
// Threads: any.

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

    // Those that changed; each is told of once and is watched no more.
    using Changes = std::vector<int>;
    // Waits for a change or wake(). Nothing: stop() was called.
    [[nodiscard]] std::optional<Changes> wait() const;
    void wake() const;
    void stop() const;

  private:
    FileWatch(Fd inotify, Fd wake, Fd stop);
    [[nodiscard]] Changes read() const;

    Fd inotify_;
    Fd wake_;
    Fd stop_;
};

}  // namespace apiarist::capture
