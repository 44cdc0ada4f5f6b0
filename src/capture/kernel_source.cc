// SPDX-License-Identifier: Apache-2.0
#include "capture/kernel_source.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string_view>

#include "base/handles.h"
#include "capture/cgroups.h"
#include "capture/coverage_watch.h"
#include "capture/kernel_programs.h"
#include "capture/kernel_tables.h"
#include "capture/library_probes.h"
#include "capture/node_guard.h"
#include "capture/proc.h"
#include "events/event.h"

namespace apiarist::capture {
namespace {

using RingBuffer = std::unique_ptr<ring_buffer, Destroy<ring_buffer__free>>;

struct Ring {
    Fd map;
    Fd poll;
    RingBuffer buffer;
    const OnRecord* on_record = nullptr;  // during drain() only
    std::size_t drained = 0;
    unsigned idle_ticks = 0;
};

int on_ring_record(void* context, void* data, std::size_t size) {
    auto* ring = static_cast<Ring*>(context);
    ++ring->drained;
    (*ring->on_record)({static_cast<const std::byte*>(data), size});
    return 0;
}

}  // namespace

// Members are destroyed from the last to the first: rings before the programs.
struct KernelSource::State {
    NodeGuard guard;  // when the whole node is selected
    KernelPrograms programs;
    std::vector<std::unique_ptr<Ring>> rings;
    ap_ring_control* controls = nullptr;  // shared memory, AP_MAX_RINGS of them
    std::size_t controls_size = 0;
    Fd stop_event;  // readable: every wait() returns
    std::atomic<bool> detached{false};
    std::int64_t realtime_offset_ns = 0;

    std::mutex facts_mutex;
    std::vector<std::vector<std::vector<std::byte>>> facts;  // guarded by facts_mutex: records made here, by ring
    std::atomic<bool> facts_waiting{false};
    std::optional<KernelTables> tables;
    std::optional<LibraryProbes> libraries;  // not without TLS
    std::optional<CoverageWatch> coverage;   // ends before what it asks
    std::vector<std::string> refused;
    std::optional<CgroupHierarchy> hierarchy;  // of the pods, when they are selected
    PodHierarchy pods;

    ~State() {
        if (libraries) libraries->detach();
        coverage.reset();
        libraries.reset();
        if (controls != nullptr) ::munmap(controls, controls_size);
    }

    Status load(const KernelOptions& options);
    Status make_rings(const KernelOptions& options);
    Status choose_hierarchy(const KernelOptions& options);
    Status add_cgroups(const std::vector<Cgroup>& cgroups);
    Result<std::vector<Cgroup>> find_cgroups(const KernelOptions& options) const;
    Status select_cgroups(const KernelOptions& options);
    Status select(const KernelOptions& options);
    void make_coverage(const KernelOptions& options);
    void watch(std::span<const std::byte> record, unsigned ring, const OnRecord& on_record);
    void add_fact(std::span<const std::byte> record);
    void hand_on_facts(unsigned ring, const OnRecord& on_record);
    Status select_process(std::uint32_t pid);
};

Status KernelSource::State::load(const KernelOptions& options) {
    APIARIST_TRY(programs.load(options, pods));
    refused = programs.refused();
    const auto& maps = programs.maps();
    tables.emplace(OpenTables{.connections = bpf_map__fd(maps.connections),
                              .sessions = bpf_map__fd(maps.tls_sessions),
                              .windows = bpf_map__fd(maps.tls_windows),
                              .window_size = bpf_map__value_size(maps.tls_windows),
                              .marks = bpf_map__fd(maps.marks),
                              .udp = bpf_map__fd(maps.udp_traffic),
                              .losses = bpf_map__fd(maps.losses),
                              .rings = options.workers});
    return Done{};
}

Status KernelSource::State::make_rings(const KernelOptions& options) {
    controls_size = static_cast<std::size_t>(::getpagesize());
    void* shared = ::mmap(nullptr, controls_size, PROT_READ | PROT_WRITE, MAP_SHARED,
                          bpf_map__fd(programs.maps().ring_controls), 0);
    if (shared == MAP_FAILED) return Error::from_errno(errno, "map the ring controls");
    controls = static_cast<ap_ring_control*>(shared);
    stop_event = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!stop_event) return Error::from_errno(errno, "eventfd");
    for (std::uint32_t i = 0; i < options.workers; ++i) {
        auto ring = std::make_unique<Ring>();
        ring->map = Fd(bpf_map_create(BPF_MAP_TYPE_RINGBUF, "events", 0, 0,
                                      static_cast<std::uint32_t>(ring_size(options.ring_bytes)), nullptr));
        if (!ring->map) return Error::from_errno(errno, fmt::format("make a ring of {} bytes", options.ring_bytes));
        const int fd = ring->map.get();
        if (bpf_map_update_elem(bpf_map__fd(programs.maps().rings), &i, &fd, BPF_ANY) != 0)
            return Error::from_errno(errno, "set a ring");
        ring->buffer.reset(ring_buffer__new(fd, on_ring_record, ring.get(), nullptr));
        if (!ring->buffer) return Error::from_errno(errno, "map a ring");
        ring->poll = Fd(::epoll_create1(EPOLL_CLOEXEC));
        if (!ring->poll) return Error::from_errno(errno, "epoll");
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u32 = 0;
        if (::epoll_ctl(ring->poll.get(), EPOLL_CTL_ADD, ring_buffer__epoll_fd(ring->buffer.get()), &event) != 0 ||
            ::epoll_ctl(ring->poll.get(), EPOLL_CTL_ADD, stop_event.get(), &event) != 0)
            return Error::from_errno(errno, "epoll");
        rings.push_back(std::move(ring));
    }
    return Done{};
}

Status KernelSource::State::choose_hierarchy(const KernelOptions& options) {
    if (!options.pods) return Done{};
    hierarchy = pod_hierarchy(options.node_root, "/proc/self/cgroup");
    if (!hierarchy)
        return Error{std::errc::not_supported,
                     fmt::format("--pods: no cgroups are mounted at {}/sys/fs/cgroup (--node-root)",
                                 options.node_root == "/" ? "" : options.node_root)};
    pods.number = hierarchy->number;
    if (hierarchy->number == 0) return Done{};
    if (!options.cgroups.empty())
        return Error{std::errc::invalid_argument, "--cgroup (v2) does not go with --pods here, whose cgroups are v1"};
    auto number = controller_number(hierarchy->controller);
    if (!number) return std::move(number).error();
    pods.controller = *number;
    return Done{};
}

Status KernelSource::State::add_cgroups(const std::vector<Cgroup>& cgroups) {
    const std::uint32_t one = 1;
    for (const Cgroup& cgroup : cgroups)
        if (bpf_map_update_elem(bpf_map__fd(programs.maps().traced_cgroups), &cgroup.id, &one, BPF_ANY) != 0) {
            const int error = errno;
            // Anybody with a cgroup of his own may fill it; the others must not lose their collector for that.
            if (error != E2BIG) return Error::from_errno(error, "select cgroup " + cgroup.path);
            refused.push_back(
                fmt::format("more than 16384 cgroups: the processes in {} and others are not traced", cgroup.path));
            return Done{};
        }
    return Done{};
}

// What is selected by cgroup, as it is now.
Result<std::vector<Cgroup>> KernelSource::State::find_cgroups(const KernelOptions& options) const {
    std::vector<Cgroup> found;
    if (hierarchy) found = pod_cgroups(*hierarchy);
    for (const std::string& path : options.cgroups) {
        auto below = cgroups_below(path);
        if (!below) return std::move(below).error();
        found.insert(found.end(), below->begin(), below->end());
    }
    return found;
}

// A process of a cgroup selects itself at its next system call; its libraries were mapped before.
Status KernelSource::State::select_cgroups(const KernelOptions& options) {
    auto cgroups = find_cgroups(options);
    if (!cgroups) return std::move(cgroups).error();
    APIARIST_TRY(add_cgroups(*cgroups));
    if (!libraries) return Done{};
    for (const Cgroup& cgroup : *cgroups)
        for (const std::uint32_t pid : processes_in(cgroup))
            libraries->look_at(pid);
    return Done{};
}

// With the programs attached, so that no fork and no end is missed: a child of a selected process selects itself from
// then on, one that was made before is found by the second look, and one that ended before it was selected is taken
// out again.
Status KernelSource::State::select(const KernelOptions& options) {
    std::set<std::uint32_t> selected;
    constexpr int kLooks = 2;
    for (int look = 0; look < kLooks; ++look) {
        for (const std::uint32_t pid : options.pids)
            for (const std::uint32_t one : with_descendants(pid))
                if (selected.insert(one).second) APIARIST_TRY(select_process(one));
    }
    const int processes = bpf_map__fd(programs.maps().processes);
    for (const std::uint32_t pid : selected) {
        if (!process_exists(pid)) (void)bpf_map_delete_elem(processes, &pid);
        if (libraries) libraries->look_at(pid);
    }
    return Done{};
}

void KernelSource::State::add_fact(std::span<const std::byte> record) {
    const std::scoped_lock lock(facts_mutex);
    facts.resize(rings.size());
    for (auto& of_ring : facts)
        of_ring.emplace_back(record.begin(), record.end());
    facts_waiting.store(true, std::memory_order_release);
}

void KernelSource::State::hand_on_facts(unsigned ring, const OnRecord& on_record) {
    std::vector<std::vector<std::byte>> mine;
    {
        const std::scoped_lock lock(facts_mutex);
        if (ring < facts.size()) mine.swap(facts[ring]);
    }
    for (const auto& record : mine)
        on_record(record);
}

// As the kernel programs tell of processes that start later.
Status KernelSource::State::select_process(std::uint32_t pid) {
    ap_process fresh{};
    fresh.ring = pid % static_cast<ap_u32>(rings.size());
    const int added = bpf_map_update_elem(bpf_map__fd(programs.maps().processes), &pid, &fresh, BPF_NOEXIST);
    if (added != 0 && errno == EEXIST) return Done{};  // a child that selected itself
    if (added != 0) return Error::from_errno(errno, fmt::format("select process {}", pid));
    ap_process_event seen{};
    seen.header = events::header_of<ap_process_event>(AP_EVENT_PROCESS, monotonic_ns());
    seen.tgid = pid;
    seen.kind = AP_PROCESS_SEEN;
    events::copy_text(seen.comm, process_name(pid));
    coverage->on_selected(seen);
    add_fact(events::bytes_of(seen));
    return Done{};
}

// What else than the worker an event is for. `on_record`: of records that are made here.
void KernelSource::State::watch(std::span<const std::byte> record, unsigned ring, const OnRecord& on_record) {
    ap_header header;
    std::memcpy(&header, record.data(), sizeof(header));
    constexpr std::array kOfNoInterest{AP_EVENT_DATA, AP_EVENT_CONN_OPEN, AP_EVENT_SIDE_END};
    if (std::find(kOfNoInterest.begin(), kOfNoInterest.end(), header.type) != kOfNoInterest.end()) return;
    const auto event = events::decode(record);
    if (!event) return;
    coverage->on_event(*event, ring);
    if (const auto* mapped = std::get_if<ap_mapped>(&*event); mapped != nullptr && libraries)
        libraries->on_mapped(*mapped);
    const auto* process = std::get_if<ap_process_event>(&*event);
    if (process == nullptr) return;
    tables->sweep(*process, ring, [&](const events::Event& end, std::span<const std::byte> bytes) {
        coverage->on_event(end, ring);
        on_record(bytes);
    });
    if (!libraries || process->tgid % rings.size() != ring) return;  // every ring hears of it
    if (process->kind == AP_PROCESS_EXEC || process->kind == AP_PROCESS_SEEN) libraries->look_at_root(process->tgid);
    // It came into the scope by itself, and what it mapped before was not reported.
    if (process->kind == AP_PROCESS_SEEN) libraries->look_at(process->tgid);
}

KernelSource::KernelSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
KernelSource::~KernelSource() = default;

Result<std::unique_ptr<KernelSource>> KernelSource::make(const KernelOptions& options) {
    auto state = std::make_unique<State>();
    timespec realtime{};
    ::clock_gettime(CLOCK_REALTIME, &realtime);
    state->realtime_offset_ns = static_cast<std::int64_t>(realtime.tv_sec) * 1'000'000'000 + realtime.tv_nsec -
                                static_cast<std::int64_t>(monotonic_ns());
    APIARIST_TRY(state->choose_hierarchy(options));
    // Before anything is attached, so that a wrong path is an error then.
    if (const auto cgroups = state->find_cgroups(options); !cgroups) return cgroups.error();
    if (options.pods || options.all) {
        auto guard = NodeGuard::take();
        if (!guard) return std::move(guard).error();
        state->guard = std::move(*guard);
    }
    APIARIST_TRY(state->load(options));
    APIARIST_TRY(state->make_rings(options));
    State* raw = state.get();
    if (options.tls)
        raw->libraries.emplace(
            raw->programs.uprobes(), bpf_map__fd(raw->programs.maps().known_files),
            bpf_map__fd(raw->programs.maps().processes), options.return_probes,
            [raw](std::span<const std::byte> record) { raw->add_fact(record); }, options.on_trouble,
            [raw](std::uint32_t pid, const events::FoundStack& stack) { raw->coverage->on_found(pid, stack); });
    raw->make_coverage(options);
    APIARIST_TRY(state->programs.attach());
    APIARIST_TRY(state->select(options));
    APIARIST_TRY(state->select_cgroups(options));
    if (raw->libraries) {
        raw->libraries->attach_usual(options.node_root);
        if (!options.program.empty()) raw->libraries->attach_program(options.program);
        raw->libraries->start();
    }
    return std::unique_ptr<KernelSource>(new KernelSource(std::move(state)));
}

void KernelSource::State::make_coverage(const KernelOptions& options) {
    const CoverageMaps maps{.processes = bpf_map__fd(programs.maps().processes),
                            .connections = bpf_map__fd(programs.maps().connections),
                            .sessions = bpf_map__fd(programs.maps().tls_sessions),
                            .udp = bpf_map__fd(programs.maps().udp_traffic)};
    coverage.emplace(
        CoverageOptions{
            .maps = maps, .rings = static_cast<unsigned>(rings.size()), .clear = options.clear, .tls = options.tls},
        libraries ? &libraries->findings() : nullptr);
}

Status KernelSource::add_process(std::uint32_t pid) {
    return state_->select_process(pid);
}

void KernelSource::set_shed_share(unsigned share) {
    for (unsigned ring = 0; ring < rings(); ++ring)
        std::atomic_ref<ap_u32>(state_->controls[ring].shed_share)
            .store(std::min(share, 256U), std::memory_order_relaxed);
}

bool KernelSource::traces_any() const {
    std::uint32_t pid = 0;
    return bpf_map_get_next_key(bpf_map__fd(state_->programs.maps().processes), nullptr, &pid) == 0;
}

const std::vector<std::string>& KernelSource::refused() const {
    return state_->refused;
}

void KernelSource::detach() {
    if (finished()) return;
    if (state_->libraries) state_->libraries->detach();
    state_->programs.detach();
    state_->detached.store(true, std::memory_order_release);
    const std::uint64_t one = 1;
    (void)!::write(state_->stop_event.get(), &one, sizeof(one));
}

unsigned KernelSource::rings() const {
    return static_cast<unsigned>(state_->rings.size());
}
bool KernelSource::finished() const {
    return state_->detached.load(std::memory_order_acquire);
}
std::int64_t KernelSource::realtime_offset_ns() const {
    return state_->realtime_offset_ns;
}

std::size_t KernelSource::drain(unsigned number, const OnRecord& on_record) {
    Ring& ring = *state_->rings[number];
    if (state_->facts_waiting.load(std::memory_order_acquire)) state_->hand_on_facts(number, on_record);
    const OnRecord watch = [this, number, &on_record](std::span<const std::byte> record) {
        state_->watch(record, number, on_record);
        on_record(record);
    };
    ring.on_record = &watch;
    ring.drained = 0;
    ring_buffer__consume(ring.buffer.get());
    ring.on_record = nullptr;
    return ring.drained;
}

void KernelSource::wait(unsigned number) {
    constexpr int kTickMs = 5;     // under load: the worker looks by itself, nobody wakes it
    constexpr int kSleepMs = 250;  // asleep: the next submit wakes it
    constexpr unsigned kTicksBeforeSleep = 4;
    Ring& ring = *state_->rings[number];
    const std::atomic_ref<ap_u32> asleep(state_->controls[number].asleep);
    if (ring.drained != 0) {
        ring.idle_ticks = 0;
        asleep.store(0, std::memory_order_relaxed);
    }
    ++ring.idle_ticks;
    if (ring.idle_ticks < kTicksBeforeSleep) {
        pollfd stop{.fd = state_->stop_event.get(), .events = POLLIN, .revents = 0};
        (void)::poll(&stop, 1, kTickMs);
        return;
    }
    // First say that we sleep, then look once more (the caller drains), then sleep: a record submitted in between
    // either is found by that look or wakes us.
    if (ring.idle_ticks == kTicksBeforeSleep) {
        asleep.store(1, std::memory_order_seq_cst);
        return;
    }
    epoll_event event{};
    if (::epoll_wait(ring.poll.get(), &event, 1, kSleepMs) == 0) asleep.store(1, std::memory_order_seq_cst);
}

void KernelSource::mark(std::uint64_t key, const ap_mark& mark) {
    const int marks = bpf_map__fd(state_->programs.maps().marks);
    if (mark.not_http == 0 && mark.skipping[AP_READ] == 0 && mark.skipping[AP_WRITE] == 0)
        (void)bpf_map_delete_elem(marks, &key);  // says nothing
    else
        (void)bpf_map_update_elem(marks, &key, &mark, BPF_ANY);
}

std::vector<std::uint64_t> KernelSource::losses() const {
    return state_->tables->losses();
}

void KernelSource::final_records(const OnRecord& on_record) {
    const std::uint64_t now = monotonic_ns();
    state_->coverage->close_books();
    const auto tell = [this, &on_record](const events::Event& event, std::span<const std::byte> record) {
        state_->coverage->on_event(event, 0);
        on_record(record);
    };
    state_->tables->tell_connections(now, tell);
    state_->tables->tell_sessions(now, tell);
    state_->tables->tell_datagrams(now, tell);
    ap_loss loss{};
    loss.header = events::header_of<ap_loss>(AP_EVENT_LOSS, now);
    const auto counts = losses();
    std::copy(counts.begin(), counts.end(), loss.count);
    on_record(events::bytes_of(loss));
}

void KernelSource::note_living() const {
    state_->coverage->note_living();
}

events::CoverageSnapshot KernelSource::coverage() const {
    return state_->coverage->snapshot();
}

}  // namespace apiarist::capture
