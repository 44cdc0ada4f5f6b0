/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/* The hook for the data: the exit of every system call that moves bytes. */

#define EAGAIN 11

struct call {
    struct ap_process *process;
    u64 goroutine; /* as a caller of TLS calls; 0: none */
    u32 fd;
    u32 direction;
    u32 size;  /* bytes that the call moved; 0 in a read: the end of that side */
    u32 flags; /* AP_DATA_* */
    u32 turn;  /* the call before went in the other direction */
    u32 messages; /* recvmmsg, sendmmsg: `from.iov` is an array of so many message headers */
    struct buffers from;
};

/* Inside TLS calls a socket's bytes are ciphertext, whatever they look like. */
static __noinline int call__tie(struct ap_connection *conn, struct call *call, struct sock *sk)
{
    u64 id = bpf_get_current_pid_tgid();
    struct ap_tls_caller caller = caller__thread(id);
    struct tls_window *window = 0;
    if (call->goroutine) {
        caller.owner = call->goroutine;
        window = bpf_map_lookup_elem(&tls_windows, &caller);
        caller.owner = (u32)id;
    }
    if (!window) /* also C libraries in a program of Go */
        window = bpf_map_lookup_elem(&tls_windows, &caller);
    if (!window || !window->depth)
        return 0;
#pragma unroll
    for (u32 i = 0; i < WINDOW_FRAMES; i++) {
        if (i >= window->depth)
            break;
        struct ap_tls_key key = {.ssl = window->frames[i].ssl, .tgid = id >> 32};
        session__tie(&key, conn, sk);
    }
    u32 top = window->depth - 1;
    if (top < WINDOW_FRAMES) {
        struct tls_frame *frame = &window->frames[top];
        frame->socket &= (u8)~SOCKET_WOULD_BLOCK;
        if (call->direction == AP_READ)
            frame->socket |= call->size ? SOCKET_READ : SOCKET_ENDED;
    }
    connection__explain(conn, false);
    return 1;
}

/* A socket call inside a TLS call found nothing to read: the TLS call will be tried again. */
static __noinline int call__would_block(struct ap_process *process)
{
    if (!process->sessions)
        return 0;
    struct ap_tls_caller caller = caller__thread(bpf_get_current_pid_tgid());
    struct tls_window *window = bpf_map_lookup_elem(&tls_windows, &caller);
    if (!window)
        return 0;
    u32 top = window->depth - 1;
    if (top < WINDOW_FRAMES)
        window->frames[top].socket |= SOCKET_WOULD_BLOCK;
    return 0;
}

/* The first bytes of the call; none when they cannot be told. */
static __always_inline struct user_iovec call__front(const struct call *call)
{
    struct user_iovec front = {.base = call->from.base, .len = call->size};
    if (call->flags & AP_DATA_NOT_SEEN) {
        front.len = 0;
    } else if (call->from.iov) {
        u64 iov = call->from.iov;
        if (call->messages &&
            bpf_probe_read_user(&iov, sizeof(iov), (void *)(iov + __builtin_offsetof(struct user_msghdr, iov))))
            iov = 0;
        if (bpf_probe_read_user(&front, sizeof(front), (void *)iov))
            front.len = 0;
        if (front.len > call->size)
            front.len = call->size;
    }
    return front;
}

static __noinline int call__look(struct ap_connection *conn, struct call *call)
{
    struct user_iovec front = call__front(call);
    u32 size = (u32)front.len;
    if (size && !classifier__pass_header(&conn->classifier, call->direction, &front.base, &size, call->size))
        classifier__look(&conn->classifier, call->direction, front.base, size);
    return 0;
}

/* What a session wrote into memory leaves by this socket: then it is the session's. */
static __noinline int call__tie_by_evidence(struct ap_connection *conn, struct call *call, struct sock *sk)
{
    struct user_iovec front = call__front(call);
    struct ap_tls_key key = {.tgid = bpf_get_current_pid_tgid() >> 32};
    key.ssl = evidence__find_writer(front.base, (u32)front.len, (u32)key.tgid);
    if (!key.ssl)
        return 0;
    session__tie(&key, conn, sk);
    connection__explain(conn, false);
    u64 sock = (u64)sk;
    bpf_map_update_elem(&tls_memory_sockets, &sock, &key, BPF_ANY);
    return 1;
}

/* SHED_* */
static __noinline int call__shed(struct ap_connection *conn, struct call *call, u64 sock)
{
    if (conn->classifier.protocol == AP_CLASS_HTTP2)
        return shed__whole(&conn->shed_until_ns, conn->ring, conn->flags & AP_STATE_ANNOUNCED);
    if (!call->turn || call->direction + 1 != conn->classifier.request_direction)
        return conn->shed_until_ns ? SHED_YES : SHED_NO;
    struct user_iovec front = call__front(call);
    struct shed_call at = {.name = sock, .inode = conn->inode, .address = front.base, .size = (u32)front.len, .ring = conn->ring};
    return shed__at_turn(&conn->shed_until_ns, &at);
}

static __noinline int call__copy(struct call *call, struct ap_connection *conn, struct sock *sk)
{
    u32 direction = call->direction & 1;
    struct ap_byte_counts *bytes = &conn->bytes[direction];
    u64 key = (u64)sk;
    u32 position = connection__position(conn, sk, direction, call->size);

    count__add(&bytes->passed, call->size);
    if (classifier__count(&conn->classifier, bytes, call->size, conn->flags & AP_STATE_TIED))
        return 0;
    if (!option_capture_clear) {
        count__add(&bytes->skipped, call->size);
        return 0;
    }
    int shed = call__shed(conn, call, key);
    if (shed == SHED_YES) {
        count__add(&bytes->shed, call->size);
        return 0;
    }
    bool known = conn->flags & AP_STATE_ANNOUNCED && shed != SHED_OVER;
    if (!known && !connection_announce(key, position, direction, call->size)) {
        count__add(&bytes->lost, call->size);
        return 0;
    }
    u64 meta = call->fd | COPY_FLAGS(call->flags | AP_DATA_CALL_START) | (direction == AP_WRITE ? COPY_WRITE : 0);
    if (call->messages && !(call->flags & AP_DATA_NOT_SEEN)) {
        u32 copied = copy__messages(key, position, meta, call->from.iov, call->messages);
        count__add(&bytes->passed, (u64)copied - call->size); /* lengths are read again, and another thread may write there */
        return 0;
    }
    return copy__call(key, position, meta, &call->from, call->size);
}

/* UDP is counted by process: a socket of it has no end that could be seen. */
static __noinline int call__datagram(struct call *call, struct socket_ref *ref)
{
    u32 tgid = (u32)(bpf_get_current_pid_tgid() >> 32);
    u32 direction = call->direction & 1;
    struct ap_udp *udp = bpf_map_lookup_elem(&udp_traffic, &tgid);
    if (!udp) {
        bpf_map_update_elem(&udp_traffic, &tgid, &empty_udp, BPF_NOEXIST);
        udp = bpf_map_lookup_elem(&udp_traffic, &tgid);
        if (!udp)
            return 1;
    }
    bool quic = sock__has_port(ref->sk, QUIC_PORT) || udp->quic_socket == ref->inode;
    if (!quic) {
        struct user_iovec front = call__front(call);
        quic = datagram__is_quic(front.base, (u32)front.len);
        if (quic)
            udp->quic_socket = ref->inode;
    }
    if (quic)
        count__add(&udp->bytes.quic[direction], call->size);
    else
        count__add(&udp->bytes.other[direction], call->size);
    return 1;
}

/* 1: the descriptor is a socket that we read. */
static __noinline int call__data(struct call *call)
{
    struct socket_ref ref = {};
    int found = socket__of((struct task_struct *)bpf_get_current_task(), call->fd, &ref);
    if (found == SOCKET_EMPTY)
        loss__add(AP_LOSS_EMPTY_SLOT_CALLS, 1);
    if (found != SOCKET_FOUND)
        return 0;
    if (sock__is_udp(ref.sk))
        return call__datagram(call, &ref);
    struct ap_connection *conn = connection__of(call->process, ref.sk, ref.inode);
    if (!conn) {
        loss__add(AP_LOSS_CONN_TABLE_FULL, 1);
        loss__add(AP_LOSS_CONN_TABLE_FULL_BYTES, call->size);
        return 1;
    }
    if (call->process->flags & AP_PROCESS_RUST)
        rust__socket(conn, (u64)ref.sk, call->size);
    if (!call->size) {
        if (conn->classifier.protocol == AP_CLASS_TLS)
            call__tie(conn, call, ref.sk);
        if (call->process->flags & AP_PROCESS_MEMORY && conn->flags & AP_STATE_TIED)
            evidence__socket_ended((u64)ref.sk);
        if (conn->flags & AP_STATE_ANNOUNCED && !conn->shed_until_ns)
            connection__side_end(conn, (u64)ref.sk, AP_READ,
                                 conn->flags & AP_STATE_PLAIN_TCP ? sock__position(ref.sk, AP_READ) : conn->count[AP_READ]);
        return 1;
    }
    if (call->messages > COPY_MESSAGES) { /* datagrams alone are counted whatever their number */
        loss__add(AP_LOSS_UNREAD_CALLS, 1);
        return 1;
    }
    connection__check_positions(conn, ref.sk);
    call->turn = classifier__turn(&conn->classifier, call->direction);
    if (!call->process->sessions || !call__tie(conn, call, ref.sk))
        if (call->turn)
            call__look(conn, call);
    if (call->process->flags & AP_PROCESS_MEMORY && call->direction == AP_WRITE && !(conn->flags & AP_STATE_TIED))
        call__tie_by_evidence(conn, call, ref.sk);
    call__copy(call, conn, ref.sk);
    return 1;
}

#define MESSAGES_MOST 1024 /* of one call: UIO_MAXIOV, where the kernel stops */

/* recvmmsg, sendmmsg: on a byte stream only a loop of recvmsg or sendmsg. The positions after the call are those of its
 * end, so its size is needed first. */
static __noinline int call__messages(struct call *call, u64 messages, u32 count)
{
    u32 total = 0;
    for (u32 i = 0; i < MESSAGES_MOST; i++) {
        if (i >= count)
            break;
        total += message__len(messages + i * sizeof(struct user_mmsghdr));
    }
    call->size = total;
    call->from.iov = messages;
    call->messages = count;
    return total != 0;
}

static __always_inline bool call__from_header(struct call *call, u64 address)
{
    u64 iov_and_count[2]; /* msg_iov, msg_iovlen: the stack has no room for the rest */
    if (bpf_probe_read_user(iov_and_count, sizeof(iov_and_count),
                            (void *)(address + __builtin_offsetof(struct user_msghdr, iov))))
        return false;
    call->from.iov = iov_and_count[0];
    call->from.count = iov_and_count[1];
    return true;
}

/* False: the call moved nothing that counts. The descriptor may still be a file's. */
static __always_inline bool call__read_arguments(struct call *call, struct pt_regs *regs, u32 nr)
{
    u64 flags = 0;
    switch (nr) {
    case SYS_write:
    case SYS_sendto:
    case SYS_writev:
    case SYS_pwritev2:
    case SYS_sendmsg:
    case SYS_sendmmsg:
    case SYS_sendfile:
        call->direction = AP_WRITE;
        if (!call->size)
            return false;
        break;
    default:
        call->direction = AP_READ;
    }
    switch (nr) {
    case SYS_read:
        if (!call->size && !syscall__arg2(regs)) /* asked for nothing */
            return false;
        call->from.base = syscall__arg1(regs);
        break;
    case SYS_write:
        call->from.base = syscall__arg1(regs);
        break;
    case SYS_recvfrom:
        if (!call->size && !syscall__arg2(regs))
            return false;
        call->from.base = syscall__arg1(regs);
        flags = syscall__arg3(regs);
        break;
    case SYS_sendto:
        call->from.base = syscall__arg1(regs);
        flags = syscall__arg3(regs) & ~(u64)MSG_TRUNC;
        break;
    case SYS_preadv2:
    case SYS_pwritev2:
        if ((s64)syscall__arg3(regs) != -1) /* an offset: not a stream */
            return false;
        call->from.iov = syscall__arg1(regs);
        call->from.count = syscall__arg2(regs);
        break;
    case SYS_readv:
    case SYS_writev:
        call->from.iov = syscall__arg1(regs);
        call->from.count = syscall__arg2(regs);
        break;
    case SYS_recvmsg:
    case SYS_sendmsg:
        flags = syscall__arg2(regs);
        if (nr == SYS_sendmsg)
            flags &= ~(u64)MSG_TRUNC;
        if (!call__from_header(call, syscall__arg1(regs)))
            call->flags |= AP_DATA_NOT_SEEN;
        break;
    case SYS_recvmmsg:
    case SYS_sendmmsg:
        if (syscall__arg3(regs) & NOT_DATA)
            return false;
        if (nr == SYS_recvmmsg && syscall__arg3(regs) & MSG_TRUNC) /* the buffers were not written */
            call->flags |= AP_DATA_NOT_SEEN;
        return call__messages(call, syscall__arg1(regs), call->size);
    case SYS_sendfile:
        call->flags |= AP_DATA_NOT_SEEN;
        break;
    default:
        return false;
    }
    if (flags & NOT_DATA)
        return false;
    if (flags & MSG_TRUNC)
        call->flags |= AP_DATA_NOT_SEEN;
    return true;
}

static __noinline int call__splice(struct call *call, struct pt_regs *regs)
{
    call->flags |= AP_DATA_NOT_SEEN;
    call->fd = (u32)syscall__arg0(regs);
    call->direction = AP_READ;
    if (call__data(call) || !call->size)
        return 0;
    call->fd = (u32)syscall__arg2(regs);
    call->direction = AP_WRITE;
    return call__data(call);
}

static __noinline int call__mapped(struct ap_process *process, struct task_struct *task, struct pt_regs *regs, u64 address)
{
    if (!(syscall__arg2(regs) & PROT_EXEC) || syscall__arg3(regs) & MAP_ANONYMOUS)
        return 0;
    struct file *file = file__of(task, (u32)syscall__arg4(regs));
    return file ? file__report(process, file, address, syscall__arg1(regs)) : 0;
}
SEC("tp_btf/sys_exit")
int on_sys_exit(u64 *ctx)
{
    struct pt_regs *regs = (struct pt_regs *)ctx[0];
    s64 returned = (s64)ctx[1];
    u32 nr = syscall__nr(regs);
    bool moves_bytes = syscall__moves_bytes(nr);
    if ((returned < 0 && returned != -EAGAIN) || (!moves_bytes && !syscall__moves_bytes_in_compat(nr)))
        return 0;
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();
    if (!moves_bytes && !task__in_compat_call(task))
        return 0;
    u64 id = bpf_get_current_pid_tgid();
    struct ap_process *process = scope__current((u32)(id >> 32));
    if (!process)
        return 0;
    if (task__in_compat_call(task)) { /* the number means another call */
        if (syscall__moves_bytes_in_compat(nr) && returned > 0)
            loss__add(AP_LOSS_COMPAT_CALLS, 1);
        return 0;
    }
    if (returned < 0)
        return call__would_block(process);
    if (nr == SYS_mmap)
        return call__mapped(process, task, regs, (u64)returned);
    struct call call = {.process = process};
    if (process->flags & AP_PROCESS_GO)
        call.goroutine = caller__goroutine(go__g(regs));
    call.size = (u32)returned;
    call.fd = (u32)syscall__arg0(regs);
    if (nr == SYS_splice)
        return call__splice(&call, regs);
    if (call__read_arguments(&call, regs, nr) && call__data(&call) && call.goroutine && call.direction == AP_WRITE)
        go__sent(call.goroutine, call.size);
    return 0;
}
