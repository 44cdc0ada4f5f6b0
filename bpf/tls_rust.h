/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/*
 * rustls. A connection of it is a value that Rust moves about in memory, so its address names it only for a while: the
 * session is named by the socket. Plaintext and the socket meet inside one call of what drives both (tokio-rustls,
 * rustls::Stream): the outermost of these calls on a thread. What is written is told when the socket is known; what is read
 * comes after the socket was read. The session ends with the socket.
 */

#define RUST_RECORD_MOST 16384 /* plaintext of one record; RFC 8446 §5.1 */
#define RUST_BORROWED (1ULL << 63)

static const struct rust_call empty_rust_call = {};
static const struct ap_tls_session empty_session = {}; /* as empty_window */

static __always_inline struct rust_call *rust__current(void)
{
    u64 id = bpf_get_current_pid_tgid();
    return bpf_map_lookup_elem(&rust_calls, &id);
}

/* The call under way on this thread, begun if there is none. What lies at or below the stack pointer was left without a
 * return. */
static __noinline struct rust_call *rust__enter(struct pt_regs *ctx)
{
    u64 id = bpf_get_current_pid_tgid();
    struct ap_process *process = scope__current((u32)(id >> 32));
    if (!process)
        return 0;
    if (!(process->flags & AP_PROCESS_RUST))
        process->flags |= AP_PROCESS_RUST;
    struct rust_call *call = bpf_map_lookup_elem(&rust_calls, &id);
    if (call && call->sp > user__sp(ctx))
        return call;
    if (bpf_map_update_elem(&rust_calls, &id, &empty_rust_call, BPF_ANY)) {
        loss__add(AP_LOSS_TLS_TABLE_FULL, 1);
        return 0;
    }
    call = bpf_map_lookup_elem(&rust_calls, &id);
    if (!call)
        return 0;
    call->sp = user__sp(ctx);
    call->library = option_cookies ? (u32)bpf_get_attach_cookie(ctx) : 0;
    return call;
}

static __noinline struct ap_tls_session *rust__open(struct ap_tls_key *key, u32 library, u32 flags)
{
    u32 tgid = (u32)key->tgid;
    struct ap_process *process = bpf_map_lookup_elem(&processes, &tgid);
    if (!process)
        return 0;
    if (bpf_map_update_elem(&tls_sessions, key, &empty_session, BPF_NOEXIST)) {
        loss__add(AP_LOSS_TLS_TABLE_FULL, 1);
        return 0;
    }
    __sync_fetch_and_add(&process->sessions, 1);
    struct ap_tls_session *session = bpf_map_lookup_elem(&tls_sessions, key);
    if (!session)
        return 0;
    session->created_ns = bpf_ktime_get_ns();
    session->id = session__new_id(session->created_ns, key->ssl);
    session->ring = process->ring;
    session->library = library;
    session->flags = AP_SESSION_GO | flags;
    return session;
}

/* The session of a socket, tied to it. 0: none, or no room. */
static __noinline struct ap_tls_session *rust__session(struct rust_call *call, u32 flags)
{
    u64 sock = call->socket.sock;
    struct ap_connection *conn = bpf_map_lookup_elem(&connections, &sock);
    if (!conn || conn->inode != call->socket.inode)
        return 0;
    struct ap_tls_key key = {.ssl = sock, .tgid = bpf_get_current_pid_tgid() >> 32};
    struct ap_tls_session *session = bpf_map_lookup_elem(&tls_sessions, &key);
    if (!session)
        session = rust__open(&key, call->library, flags);
    if (!session)
        return 0;
    session__tie(&key, conn, (struct sock *)sock);
    return session;
}

/* The socket that this connection was seen with before, while it did not move. */
static __noinline int rust__recall(struct rust_call *call)
{
    struct ap_tls_key key = {.ssl = call->connection, .tgid = bpf_get_current_pid_tgid() >> 32};
    struct ap_conn_id *known = bpf_map_lookup_elem(&rust_sockets, &key);
    if (known)
        call->socket = *known;
    return 0;
}

/* What the call has written is told of. */
static __noinline int rust__tell(struct rust_call *call)
{
    u32 length = call->length;
    call->length = 0;
    if (!length)
        return 0;
    if (!call->socket.sock)
        rust__recall(call);
    struct ap_tls_session *session = call->socket.sock ? rust__session(call, 0) : 0;
    if (!session) {
        loss__add(AP_LOSS_UNREAD_CALLS, 1);
        return 0;
    }
    struct ap_tls_key key = {.ssl = call->socket.sock, .tgid = bpf_get_current_pid_tgid() >> 32};
    struct tls_frame frame = {.buffer = call->buffer, .direction = AP_WRITE, .data = 1, .sent = call->iovecs};
    frame.vector = call->iovecs ? 1 : 0;
    return session__data(&key, session, &frame, length);
}

/* The connection is at this address now, and has this socket. */
static __noinline int rust__learn(struct rust_call *call)
{
    struct ap_tls_key key = {.ssl = call->connection, .tgid = bpf_get_current_pid_tgid() >> 32};
    if (key.ssl && call->socket.sock)
        bpf_map_update_elem(&rust_sockets, &key, &call->socket, BPF_ANY);
    key.ssl = call->socket.sock;
    struct ap_tls_session *session = call->ended ? bpf_map_lookup_elem(&tls_sessions, &key) : 0;
    return session ? session__side_end(session, AP_READ) : 0;
}

/* Only the outermost call ends it. */
static __always_inline void rust__leave(struct pt_regs *ctx, struct rust_call *call)
{
    if (user__sp(ctx) <= call->sp)
        return;
    rust__tell(call);
    rust__learn(call);
    u64 id = bpf_get_current_pid_tgid();
    bpf_map_delete_elem(&rust_calls, &id);
}

SEC("uprobe")
int rust_call_enter(struct pt_regs *ctx)
{
    rust__enter(ctx);
    return 0;
}

/* ConnectionCommon::complete_io: its result takes the first register, the connection the second. */
SEC("uprobe")
int rust_complete_enter(struct pt_regs *ctx)
{
    struct rust_call *call = rust__enter(ctx);
    if (call && !call->connection)
        call->connection = user__arg1(ctx);
    return 0;
}

SEC("uretprobe")
int rust_call_return(struct pt_regs *ctx)
{
    struct rust_call *call = rust__current();
    if (call)
        rust__leave(ctx, call);
    return 0;
}

static __always_inline int rust__write(struct pt_regs *ctx, bool vector)
{
    struct rust_call *call = rust__enter(ctx);
    if (!call)
        return 0;
    if (call->length)
        rust__tell(call);
    /* Writer holds a reference to a trait object: the object's address first. */
    if (bpf_probe_read_user(&call->connection, sizeof(call->connection), (void *)user__arg0(ctx)))
        return 0;
    call->buffer = user__arg1(ctx);
    call->iovecs = vector ? (u32)user__arg2(ctx) : 0;
    return 0;
}

/* <rustls::conn::Writer as std::io::Write>::write */
SEC("uprobe")
int rust_writer_enter(struct pt_regs *ctx)
{
    return rust__write(ctx, false);
}

/* write_vectored: std::io::IoSlice is an iovec */
SEC("uprobe")
int rust_writer_vector_enter(struct pt_regs *ctx)
{
    return rust__write(ctx, true);
}

/* io::Result<usize> is two registers: 0 for Ok, and the length. */
SEC("uretprobe")
int rust_writer_return(struct pt_regs *ctx)
{
    struct rust_call *call = rust__current();
    if (!call)
        return 0;
    u64 written = user__result1(ctx);
    if (!user__result(ctx) && written && written <= 0x7fffffff)
        call->length = (u32)written;
    rust__leave(ctx, call);
    return 0;
}

/* The first message of the peer, which a handshake begins with: nothing passed before. */
SEC("uprobe")
int rust_hello_enter(struct pt_regs *ctx __attribute__((unused)))
{
    struct rust_call *call = rust__current();
    if (call && call->socket.sock)
        rust__session(call, AP_SESSION_FROM_START);
    return 0;
}

/*
 * CommonState::take_received_plaintext: the plaintext of one record. Payload is a Vec, or what is borrowed, told by the
 * capacity; a program in which the words stand in another order is counted as unread.
 */
SEC("uprobe")
int rust_received_enter(struct pt_regs *ctx)
{
    u32 tgid = (u32)(bpf_get_current_pid_tgid() >> 32);
    if (!scope__current(tgid))
        return 0;
    struct {
        u64 capacity, address, length;
    } payload;
    struct rust_call *call = rust__current();
    if (!call || !call->socket.sock || bpf_probe_read_user(&payload, sizeof(payload), (void *)user__arg1(ctx)) ||
        payload.length > RUST_RECORD_MOST || (payload.capacity != RUST_BORROWED && payload.capacity < payload.length) ||
        (payload.capacity != RUST_BORROWED && payload.capacity > 4 * RUST_RECORD_MOST)) {
        loss__add(AP_LOSS_UNREAD_CALLS, 1);
        return 0;
    }
    if (!payload.length)
        return 0;
    struct ap_tls_session *session = rust__session(call, 0);
    if (!session) {
        loss__add(AP_LOSS_UNREAD_CALLS, 1);
        return 0;
    }
    struct ap_tls_key key = {.ssl = call->socket.sock, .tgid = tgid};
    struct tls_frame frame = {.buffer = payload.address, .direction = AP_READ, .data = 1};
    return session__data(&key, session, &frame, (u32)payload.length);
}

/* A socket call moved bytes, or found the end, inside a call of rustls. */
static __noinline int rust__socket(struct ap_connection *conn, u64 sock, u32 size)
{
    struct rust_call *call = rust__current();
    if (!call)
        return 0;
    call->socket.sock = sock;
    call->socket.inode = conn->inode;
    if (!size)
        call->ended = 1;
    return 0;
}
