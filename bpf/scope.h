/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/* Who is traced. Every hook asks here before it reads anything of a process. */

static __always_inline u64 task__cgroup_id(struct task_struct *task)
{
    return BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
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
