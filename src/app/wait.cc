// SPDX-License-Identifier: Apache-2.0
#include "app/wait.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "base/cpu_time.h"

namespace apiarist::app {
namespace {

constexpr auto kPeriod = std::chrono::seconds(1);

// Milliseconds until the first of them, rounded up; -1: for ever.
int timeout_until(std::initializer_list<std::optional<Clock::time_point>> times) {
    std::optional<Clock::time_point> first;
    for (const auto& time : times)
        if (time && (!first || *time < *first)) first = time;
    if (!first) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*first - Clock::now()).count();
    return static_cast<int>(std::clamp<long long>(left, 0, 1'000'000));
}

enum class Told { kNothing, kRelayed, kEnd };

// A command gets the signal. What it makes of SIGINT is its own affair, as at a shell; at the others it should end.
Told read_signals(const Wait& wait) {
    Told told = Told::kNothing;
    signalfd_siginfo info{};
    while (::read(wait.signals.get(), &info, sizeof(info)) == static_cast<ssize_t>(sizeof(info))) {
        if (info.ssi_signo == SIGCHLD) continue;
        if (wait.child == nullptr) return Told::kEnd;
        wait.child->signal(static_cast<int>(info.ssi_signo));
        if (info.ssi_signo != SIGINT) told = Told::kRelayed;
    }
    return told;
}

}  // namespace

CpuWatch::CpuWatch(const GovernorOptions& options, capture::KernelSource& kernel, OnDetach on_detach)
    : limit_(options.limit),
      governor_(options),
      kernel_(kernel),
      on_detach_(std::move(on_detach)),
      last_(Clock::now()),
      used_(process_cpu_seconds()) {
    if (limit_ > 0) next_ = last_ + kPeriod;
}

void CpuWatch::tick(Clock::time_point now) {
    const double used = process_cpu_seconds();
    const double seconds = std::chrono::duration<double>(now - last_).count();
    const auto verdict = governor_.step((used - used_) / seconds);
    used_ = used;
    last_ = now;
    next_ = now + kPeriod;
    switch (verdict) {
        case Governor::Verdict::kKeep:
            return;
        case Governor::Verdict::kChanged:
            kernel_.set_shed_share(governor_.shed_share());
            return;
        case Governor::Verdict::kDetach:
            next_.reset();
            kernel_.detach();
            const std::string why = fmt::format(
                "detached: above the CPU limit of {:.0f} % although every exchange was left out", limit_ * 100);
            on_detach_(why);
            return;
    }
}

Ending wait_for_end(Wait wait) {
    constexpr auto kPatience = std::chrono::seconds(5);
    bool told = false;     // by us, to end
    bool relayed = false;  // by somebody else, through us
    bool over_memory = false;
    std::optional<Clock::time_point> look;
    if (wait.over) look = Clock::now() + kPeriod;
    for (;;) {
        if (wait.child != nullptr)
            if (const auto status = wait.child->ended()) return {!told, told ? 0 : *status, over_memory};
        const auto now = Clock::now();
        if (look && *look <= now) {
            look = now + kPeriod;
            if (const auto why = wait.over()) {
                wait.log.info(*why);
                wait.deadline = now;
                look.reset();
            }
        }
        if (wait.memory.next() && *wait.memory.next() <= now)
            if (const auto why = wait.memory.tick(now)) {
                wait.log.error(*why);
                over_memory = true;
                wait.deadline = now;
            }
        if (wait.deadline && *wait.deadline <= now) {
            const Ending by_us{false, 0, over_memory};
            if (wait.child == nullptr) return by_us;
            if (told || relayed) {
                wait.log.warn("the command does not end when asked to; it goes on by itself");
                return by_us;
            }
            told = true;  // the command is part of the run
            wait.child->signal(SIGTERM);
            wait.deadline = now + kPatience;
        }
        if (wait.cpu.next() && *wait.cpu.next() <= now) wait.cpu.tick(now);
        pollfd ready{.fd = wait.signals.get(), .events = POLLIN, .revents = 0};
        (void)::poll(&ready, 1, timeout_until({wait.deadline, wait.cpu.next(), wait.memory.next(), look}));
        const Told heard = read_signals(wait);
        if (heard == Told::kEnd) return {};
        if (heard == Told::kRelayed && !told && !std::exchange(relayed, true)) wait.deadline = Clock::now() + kPatience;
    }
}

}  // namespace apiarist::app
