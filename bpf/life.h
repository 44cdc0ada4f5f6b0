/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/* Beginnings and ends: processes, sockets, cgroups. */

SEC("tp_btf/sched_process_fork")
int on_fork(u64 *ctx)
{
    struct task_struct *parent = (struct task_struct *)ctx[0];
    struct task_struct *child = (struct task_struct *)ctx[1];
    u32 parent_tgid = (u32)parent->tgid;
    u32 tgid = (u32)child->tgid;
    if (tgid == parent_tgid || tgid == option_self_tgid)
        return 0;
    if (!bpf_map_lookup_elem(&processes, &parent_tgid))
        return 0;
    if (process__add(tgid))
        process__announce(tgid, parent_tgid, AP_PROCESS_FORK, 0, child);
    return 0;
}

/* What user space is to sweep when its address space is gone. */
static __always_inline u32 process__left_behind(const struct ap_process *process)
{
    return process->sessions + (process->flags & AP_PROCESS_GO ? 1 : 0);
}

/* What a thread was in when its code ended. `thread`: as bpf_get_current_pid_tgid. */
static __always_inline void thread__forget_calls(u64 thread)
{
    struct ap_tls_caller caller = caller__thread(thread);
    bpf_map_delete_elem(&tls_windows, &caller);
    bpf_map_delete_elem(&rust_calls, &thread);
}

SEC("tp_btf/sched_process_exec")
int on_exec(u64 *ctx)
{
    struct task_struct *task = (struct task_struct *)ctx[0];
    u32 tgid = (u32)task->tgid;
    struct ap_process *process = scope__current(tgid);
    if (!process)
        return 0;
    u32 sessions = process__left_behind(process);
    process->sessions = 0;
    process->flags = 0;
    thread__forget_calls((u64)tgid << 32 | (u32)task->pid);
    process__announce(tgid, BPF_CORE_READ(task, real_parent, tgid), AP_PROCESS_EXEC, sessions, task);
    struct file *program = BPF_CORE_READ(task, mm, exe_file);
    return program ? file__report(process, program, 0, 0) : 0;
}

static __noinline int process__tell_datagrams(u32 tgid, u32 ring)
{
    struct ap_udp *udp = bpf_map_lookup_elem(&udp_traffic, &tgid);
    if (!udp)
        return 0;
    struct ap_datagrams told = {.tgid = tgid, .bytes = udp->bytes};
    ring__header(&told.header, AP_EVENT_DATAGRAMS, sizeof(told));
    ring__send(ring, &told, sizeof(told));
    bpf_map_delete_elem(&udp_traffic, &tgid);
    return 0;
}

SEC("tp_btf/sched_process_exit")
int on_exit(u64 *ctx)
{
    struct task_struct *task = (struct task_struct *)ctx[0];
    u32 tgid = (u32)task->tgid;
    struct ap_process *process = bpf_map_lookup_elem(&processes, &tgid);
    if (!process)
        return 0;
    thread__forget_calls((u64)tgid << 32 | (u32)task->pid);
    if (BPF_CORE_READ(task, signal, live.counter) > 0) /* other threads live on */
        return 0;
    process__announce(tgid, BPF_CORE_READ(task, real_parent, tgid), AP_PROCESS_EXIT, process__left_behind(process), task);
    process__tell_datagrams(tgid, process->ring);
    bpf_map_delete_elem(&processes, &tgid);
    return 0;
}

/* The socket is gone. TCP_CLOSE comes earlier, before the application has read the rest. */
SEC("tp_btf/tcp_destroy_sock")
int on_tcp_destroy(u64 *ctx)
{
    u64 sock = ctx[0];
    struct ap_connection *conn = bpf_map_lookup_elem(&connections, &sock);
    if (!conn)
        return 0;
    session__socket_ended(conn, sock);
    connection__end(sock, conn);
    return 0;
}

SEC("tp_btf/inet_sock_set_state")
int on_set_state(u64 *ctx)
{
    u64 sock = ctx[0];
    int state = (int)ctx[2];
    if (state != TCP_FIN_WAIT1 && state != TCP_LAST_ACK && state != TCP_CLOSE)
        return 0;
    struct ap_connection *conn = bpf_map_lookup_elem(&connections, &sock);
    if (!conn)
        return 0;
    if (state == TCP_CLOSE) {
        if (BPF_CORE_READ((struct sock *)sock, sk_protocol) != IPPROTO_TCP) /* no tcp_destroy_sock for these */
            connection__end(sock, conn);
    } else if (conn->flags & AP_STATE_ANNOUNCED && !conn->shed_until_ns) {
        u32 position = conn->flags & AP_STATE_PLAIN_TCP ? sock__position((struct sock *)sock, AP_WRITE) : conn->count[AP_WRITE];
        connection__side_end(conn, sock, AP_WRITE, position);
    }
    return 0;
}

SEC("tp_btf/cgroup_mkdir")
int on_cgroup_mkdir(u64 *ctx)
{
    if (!option_cgroups)
        return 0;
    struct cgroup *cgroup = (struct cgroup *)ctx[0];
    if ((u32)BPF_CORE_READ(cgroup, root, hierarchy_id) != option_cgroup_hierarchy) /* its numbers mean others */
        return 0;
    u64 parent = BPF_CORE_READ(cgroup, self.parent, cgroup, kn, id);
    int name = option_pods ? pod__judge_name(cgroup) : POD_NAME_OTHER;
    if (name == POD_NAME_MONITOR || (name == POD_NAME_OTHER && !bpf_map_lookup_elem(&traced_cgroups, &parent)))
        return 0;
    u64 id = BPF_CORE_READ(cgroup, kn, id);
    u32 one = 1;
    if (bpf_map_update_elem(&traced_cgroups, &id, &one, BPF_ANY))
        loss__add(AP_LOSS_PROCESS_TABLE_FULL, 1);
    return 0;
}

SEC("tp_btf/cgroup_rmdir")
int on_cgroup_rmdir(u64 *ctx)
{
    struct cgroup *cgroup = (struct cgroup *)ctx[0];
    if (!option_cgroups || (u32)BPF_CORE_READ(cgroup, root, hierarchy_id) != option_cgroup_hierarchy)
        return 0;
    u64 id = BPF_CORE_READ(cgroup, kn, id);
    bpf_map_delete_elem(&traced_cgroups, &id);
    return 0;
}
