// SPDX-License-Identifier: Apache-2.0
#include "app/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string_view>

namespace apiarist::app {
namespace {

[[noreturn]] void run_child(const std::vector<std::string>& command, int go, int failure) {
    char byte = 0;
    if (::read(go, &byte, 1) != 1) ::_exit(127);  // the collector gave up
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (const std::string& argument : command)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    const int error = errno;
    (void)!::write(failure, &error, sizeof(error));
    ::_exit(127);
}

}  // namespace

std::string program_of(const std::string& name) {
    if (name.find('/') != std::string::npos) return name;
    const char* path = std::getenv("PATH");
    std::string_view folders = path != nullptr ? path : "/bin:/usr/bin";
    while (!folders.empty()) {
        const std::size_t end = std::min(folders.find(':'), folders.size());
        std::string file = fmt::format("{}/{}", end == 0 ? "." : folders.substr(0, end), name);
        if (::access(file.c_str(), X_OK) == 0) return file;
        folders.remove_prefix(std::min(end + 1, folders.size()));
    }
    return {};
}

Result<Child> Child::make(const std::vector<std::string>& command, bool output_apart) {
    int go[2];
    int failure[2];
    if (::pipe2(go, O_CLOEXEC) != 0) return Error::from_errno(errno, "pipe");
    Fd go_read(go[0]);
    Fd go_write(go[1]);
    if (::pipe2(failure, O_CLOEXEC) != 0) return Error::from_errno(errno, "pipe");
    Fd failure_read(failure[0]);
    Fd failure_write(failure[1]);
    const pid_t pid = ::fork();
    if (pid < 0) return Error::from_errno(errno, "fork");
    if (pid == 0) {
        go_write.reset();
        if (output_apart) ::dup2(STDERR_FILENO, STDOUT_FILENO);
        run_child(command, go_read.get(), failure_write.get());
    }
    return Child(pid, std::move(go_write), std::move(failure_read), command.front());
}

Status Child::let_go() {
    const char byte = 1;
    if (::write(go_.get(), &byte, 1) != 1) return Error::from_errno(errno, "start " + name_);
    go_.reset();
    int error = 0;
    // Closed by a successful exec.
    if (::read(failure_.get(), &error, sizeof(error)) == static_cast<ssize_t>(sizeof(error)))
        return Error::from_errno(error, name_);
    failure_.reset();
    return Done{};
}

void Child::signal(int number) const {
    if (!status_) ::kill(pid_, number);
}

std::optional<int> Child::ended() {
    if (status_) return status_;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return status_;
}

}  // namespace apiarist::app
