// SPDX-License-Identifier: Apache-2.0
#pragma once
// The command of `apiarist run -- COMMAND`: forked at once, so that it can be selected by its number before it runs,
// and let go when everything is attached.

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/handles.h"
#include "base/result.h"

namespace apiarist::app {

// The file that execvp() takes for this name; empty: none.
[[nodiscard]] std::string program_of(const std::string& name);

class Child {
  public:
    // Forks; the child waits. Call before any thread is started.
    // `output_apart`: what it writes to standard output goes to standard error, because records go there.
    static Result<Child> make(const std::vector<std::string>& command, bool output_apart = false);
    Child(Child&&) = default;
    Child& operator=(Child&&) = delete;
    // A child that was not let go ends by itself, because its pipe closes.
    ~Child() = default;

    [[nodiscard]] pid_t pid() const { return pid_; }
    // Lets it exec; an error when that failed.
    Status let_go();
    void signal(int number) const;
    // Its exit status as a shell shows it, once it has ended.
    [[nodiscard]] std::optional<int> ended();

  private:
    Child(pid_t pid, Fd go, Fd failure, std::string name)
        : pid_(pid), go_(std::move(go)), failure_(std::move(failure)), name_(std::move(name)) {}
    pid_t pid_;
    Fd go_;
    Fd failure_;
    std::string name_;
    std::optional<int> status_;
};

}  // namespace apiarist::app
