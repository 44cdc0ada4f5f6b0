/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/* Who is traced. Every hook asks here before it reads anything of a process. */

/* In the hierarchy that the selection speaks of: v2, or that of one controller of v1. */
static __always_inline u64 task__cgroup_id(struct task_struct *task)
{
    if (!option_cgroup_hierarchy)
        return BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
    struct cgroup_subsys_state *state = 0;
    u64 slots = (u64)BPF_CORE_READ(task, cgroups) + bpf_core_field_offset(struct css_set, subsys);
    bpf_probe_read_kernel(&state, sizeof(state), (void *)(slots + option_cgroup_controller * sizeof(state)));
    return BPF_CORE_READ(state, cgroup, kn, id);
}

/* By its name: that of a pod's cgroup or of what holds all of them, under any runtime and cgroup driver ("kubepods",
 * "kubepods.slice", "kubelet-kubepods-burstable.slice", "kubepods-burstable-podUID.slice:cri-containerd:ID"). The
 * letters pass through one number, because the verifier knows constant places on the stack best. */
#define POD_NAME 48
#define EIGHT_LETTERS(a, b, c, d, e, f, g, h)                                                                         \
    ((u64)(a) << 56 | (u64)(b) << 48 | (u64)(c) << 40 | (u64)(d) << 32 | (u64)(e) << 24 | (u64)(f) << 16 | (u64)(g) << 8 | (h))

enum pod_name { POD_NAME_OTHER, POD_NAME_PODS, POD_NAME_MONITOR };

static __noinline int pod__judge_name(struct cgroup *cgroup)
{
    char name[POD_NAME] = {};
    u64 last = 0;
    bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(cgroup, kn, name));
#pragma unroll
    for (u32 i = 0; i < POD_NAME; i++) {
        last = last << 8 | (u8)name[i];
        if (i == 7 && last == EIGHT_LETTERS('c', 'r', 'i', 'o', '-', 'c', 'o', 'n')) /* crio-conmon-ID.scope */
            return POD_NAME_MONITOR;
        if (last == EIGHT_LETTERS('k', 'u', 'b', 'e', 'p', 'o', 'd', 's'))
            return POD_NAME_PODS; /* at once: the verifier follows every way through a loop */
    }
    return POD_NAME_OTHER;
}

/* Every ring hears of a process: a connection or SSL object that is shared may live in another process's ring. */
static __noinline int process__announce(u32 tgid, u32 parent, u32 kind, u32 sessions, struct task_struct *task)
{
    struct task_struct *leader = BPF_CORE_READ(task, group_leader);
    struct ap_process_event event = {.tgid = tgid, .parent = parent, .kind = kind, .sessions = sessions};
    event.cgroup = task__cgroup_id(task);
    bpf_probe_read_kernel(&event.comm, sizeof(event.comm), &leader->comm);
    ring__header(&event.header, AP_EVENT_PROCESS, sizeof(event));
    for (u32 i = 0; i < AP_MAX_RINGS; i++) {
        if (i >= option_rings)
            break;
        ring__send(i, &event, sizeof(event));
    }
    return 0;
}

static __always_inline struct ap_process *process__add(u32 tgid)
{
    struct ap_process fresh = {.ring = tgid % option_rings};
    if (bpf_map_update_elem(&processes, &tgid, &fresh, BPF_NOEXIST) == -7 /* E2BIG */)
        loss__add(AP_LOSS_PROCESS_TABLE_FULL, 1);
    return bpf_map_lookup_elem(&processes, &tgid);
}

static __noinline struct ap_process *process__by_scope(u32 tgid)
{
    if (tgid == option_self_tgid)
        return 0;
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();
    if (!option_all) {
        if (!option_cgroups)
            return 0;
        u64 cgroup = task__cgroup_id(task);
        if (!bpf_map_lookup_elem(&traced_cgroups, &cgroup))
            return 0;
    }
    struct ap_process *process = process__add(tgid);
    if (process)
        process__announce(tgid, BPF_CORE_READ(task, real_parent, tgid), AP_PROCESS_SEEN, 0, task);
    return process;
}

static __always_inline struct ap_process *scope__current(u32 tgid)
{
    struct ap_process *process = bpf_map_lookup_elem(&processes, &tgid);
    if (process)
        return process;
    if (!option_all && !option_cgroups)
        return 0;
    return process__by_scope(tgid);
}
