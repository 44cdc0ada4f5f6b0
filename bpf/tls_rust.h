/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/*
 * rustls. A connection of it is a value that Rust moves about in memory, so its address names it only for a while: the
 * session is named by the socket. Plaintext and the socket meet inside one call of what drives both (tokio-rustls,
 * rustls::Stream): the outermost of these calls on a thread. What is written is told when the socket is known; what is read
 * comes after the socket was read. The session ends with the socket.
 *
 * A file that is seen through several mounts (an image's, in several containers) is one file to the kernel, with as many
 * sets of probes, and each instruction runs a program for each. So a program that runs again at the same place does nothing
 * more.
 */

#define RUST_RECORD_MOST 16384 /* plaintext of one record; RFC 8446 §5.1 */
#define RUST_BORROWED (1ULL << 63)
#define RUST_CONNECTION_MOST 4096 /* bytes of ConnectionCommon, from where Writer points to the records */

static const struct rust_call empty_rust_call = {};
static const struct ap_tls_session empty_session = {}; /* as empty_window */

static __always_inline struct rust_call *rust__of_thread(void)
{
    u64 id = bpf_get_current_pid_tgid();
    return bpf_map_lookup_elem(&rust_calls, &id);
}

/* At a probe, where the process need not be traced. */
static __always_inline struct rust_call *rust__current(void)
{
    u32 tgid = (u32)(bpf_get_current_pid_tgid() >> 32);
    return bpf_map_lookup_elem(&processes, &tgid) ? rust__of_thread() : 0;
}

static __always_inline u32 rust__library(struct pt_regs *ctx)
{
    return option_cookies ? (u32)bpf_get_attach_cookie(ctx) : 0;
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
    session->strays[AP_READ] = session->strays[AP_WRITE] = process->strays;
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

/* The first and the last bytes of what was written, or of its array: sizes that every verifier sees through. */
static __noinline int rust__ends(struct rust_call *call, u64 ends[4])
{
    u64 length = call->iovecs ? (u64)call->iovecs * sizeof(struct user_iovec) : call->length;
    u64 last = call->buffer + length;
    ends[0] = ends[1] = ends[2] = ends[3] = 0;
    if (length >= 16)
        return bpf_probe_read_user(ends, 16, (void *)call->buffer) || bpf_probe_read_user(ends + 2, 16, (void *)(last - 16));
    if (length >= 8)
        return bpf_probe_read_user(ends, 8, (void *)call->buffer) || bpf_probe_read_user(ends + 2, 8, (void *)(last - 8));
    return bpf_probe_read_user(ends, 1, (void *)call->buffer) || bpf_probe_read_user(ends + 2, 1, (void *)(last - 1));
}

/* From the end of Writer::write to the start of ChunkVecBuffer::write_to or complete_io of the same connection nothing
 * happens in what drives both: the thread uses no socket and no other connection, and the bytes stay where they are. */
static __noinline int rust__wait(struct rust_call *call)
{
    if (rust__ends(call, call->ends))
        return 0;
    call->waiting = RUST_WAITS;
    return 1;
}

static __noinline bool rust__is_there(struct rust_call *call)
{
    u64 ends[4];
    return !rust__ends(call, ends) && ends[0] == call->ends[0] && ends[1] == call->ends[1] && ends[2] == call->ends[2] &&
           ends[3] == call->ends[3];
}

/* `records`: a ChunkVecBuffer, inside the connection that was written to. */
static __noinline bool rust__has(struct rust_call *call, u64 records)
{
    u64 distance = records - call->connection;
    if (distance >= RUST_CONNECTION_MOST)
        return false;
    struct ap_tls_key type = {.ssl = call->type, .tgid = bpf_get_current_pid_tgid() >> 32};
    u64 *least = bpf_map_lookup_elem(&rust_layouts, &type);
    if (least && *least < distance)
        return false;
    if (!least || *least > distance)
        bpf_map_update_elem(&rust_layouts, &type, &distance, BPF_ANY);
    return true;
}

static __always_inline void rust__stray(struct ap_process *process)
{
    loss__add(AP_LOSS_UNREAD_CALLS, 1);
    __sync_fetch_and_add(&process->strays, 1);
}

/* What strayed may have been of any session of the process: each has a hole of unknown length then, told as one byte. */
static __always_inline bool rust__has_hole(struct ap_tls_session *session, struct ap_process *process, u32 direction)
{
    u32 strays = process->strays;
    if (session->strays[direction] == strays)
        return false;
    session->strays[direction] = strays;
    return true;
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
    u32 tgid = (u32)(bpf_get_current_pid_tgid() >> 32);
    struct ap_process *process = bpf_map_lookup_elem(&processes, &tgid);
    struct ap_tls_session *session = call->socket.sock ? rust__session(call, 0) : 0;
    if (!process)
        return 0;
    if (!session) {
        rust__stray(process);
        return 0;
    }
    struct ap_tls_key key = {.ssl = call->socket.sock, .tgid = tgid};
    struct tls_frame frame = {.direction = AP_WRITE, .data = 1};
    frame.not_seen = 1;
    if (rust__has_hole(session, process, AP_WRITE))
        session__data(&key, session, &frame, 1);
    frame.not_seen = call->not_seen;
    if (!call->not_seen) {
        frame.buffer = call->buffer;
        frame.sent = call->iovecs;
        frame.vector = call->iovecs ? 1 : 0;
    }
    return session__data(&key, session, &frame, length);
}

/* A write whose socket did not come: a hole in what the connection wrote, where that is known. */
static __always_inline void rust__drop(struct rust_call *call)
{
    call->waiting = 0;
    call->not_seen = 1;
    rust__tell(call);
    call->not_seen = 0;
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
    if (call && call->waiting)
        rust__drop(call);
    else if (call && call->sp > user__sp(ctx))
        return call;
    if (bpf_map_update_elem(&rust_calls, &id, &empty_rust_call, BPF_ANY)) {
        loss__add(AP_LOSS_TLS_TABLE_FULL, 1);
        return 0;
    }
    call = bpf_map_lookup_elem(&rust_calls, &id);
    if (!call)
        return 0;
    call->sp = user__sp(ctx);
    call->library = rust__library(ctx);
    return call;
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

static __always_inline void rust__resume(u64 sp, struct rust_call *call)
{
    call->waiting = 0;
    call->sp = sp;
}

/* Only the outermost call ends it. */
static __always_inline void rust__leave(u64 sp, struct rust_call *call)
{
    if (sp <= call->sp)
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
    u64 connection = user__arg1(ctx);
    u64 sp = user__sp(ctx);
    struct rust_call *call = rust__current();
    bool goes_on = call && (call->waiting == RUST_WAITS || (!call->waiting && call->length && call->sp == sp));
    if (goes_on && call->connection == connection && rust__is_there(call)) {
        rust__resume(sp, call);
        return 0;
    }
    call = rust__enter(ctx);
    if (call && !call->connection)
        call->connection = connection;
    return 0;
}

SEC("uretprobe")
int rust_call_return(struct pt_regs *ctx)
{
    struct rust_call *call = rust__current();
    if (call)
        rust__leave(user__sp(ctx), call);
    return 0;
}

static __always_inline int rust__write(struct pt_regs *ctx, bool vector)
{
    struct rust_call *call = rust__enter(ctx);
    if (!call)
        return 0;
    if (call->length)
        rust__tell(call);
    u64 object[2]; /* Writer holds a reference to a trait object: its address, and the table of its functions */
    if (bpf_probe_read_user(object, sizeof(object), (void *)user__arg0(ctx)))
        return 0;
    call->connection = object[0];
    call->type = object[1];
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
    u64 sp = user__sp(ctx);
    if (!user__result(ctx) && written && written <= 0x7fffffff)
        call->length = (u32)written;
    if (sp > call->sp && call->length && rust__wait(call))
        return 0;
    rust__leave(sp, call);
    return 0;
}

/* ChunkVecBuffer::write_to: hands records to what writes the socket. */
SEC("uprobe")
int rust_records_enter(struct pt_regs *ctx)
{
    u64 records = user__arg0(ctx);
    u64 sp = user__sp(ctx);
    struct rust_call *call = rust__current();
    if (!call || !call->waiting)
        return 0;
    if (call->waiting == RUST_WAITS && rust__is_there(call) && rust__has(call, records))
        rust__resume(sp, call);
    else
        rust__drop(call);
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

/* Whether another set of probes at this instruction has told of this plaintext: the same set sees each call once. Kernels without
 * cookies (before 5.15) cannot tell the sets apart. There, too, the next record would lie elsewhere, or in memory that was
 * filled from the socket meanwhile: what drives a connection reads no more while it has plaintext. */
static __always_inline bool rust__is_told(struct rust_call *call, struct pt_regs *ctx, u64 address, u32 length)
{
    u32 library = rust__library(ctx);
    u64 sp = user__sp(ctx);
    if (call->told_length == length && call->told_address == address && call->told_sp == sp &&
        (!option_cookies || call->teller != library))
        return true;
    call->told_length = length;
    call->told_address = address;
    call->told_sp = sp;
    call->teller = library;
    return false;
}

/*
 * CommonState::take_received_plaintext: the plaintext of one record. Payload is a Vec, or what is borrowed, told by the
 * capacity; a program in which the words stand in another order is counted as unread.
 */
SEC("uprobe")
int rust_received_enter(struct pt_regs *ctx)
{
    u32 tgid = (u32)(bpf_get_current_pid_tgid() >> 32);
    struct ap_process *process = scope__current(tgid);
    if (!process)
        return 0;
    struct {
        u64 capacity, address, length;
    } payload;
    struct rust_call *call = rust__of_thread();
    if (!call || !call->socket.sock || bpf_probe_read_user(&payload, sizeof(payload), (void *)user__arg1(ctx)) ||
        payload.length > RUST_RECORD_MOST || (payload.capacity != RUST_BORROWED && payload.capacity < payload.length) ||
        (payload.capacity != RUST_BORROWED && payload.capacity > 4 * RUST_RECORD_MOST)) {
        rust__stray(process);
        return 0;
    }
    if (!payload.length || rust__is_told(call, ctx, payload.address, (u32)payload.length))
        return 0;
    struct ap_tls_session *session = rust__session(call, 0);
    if (!session) {
        rust__stray(process);
        return 0;
    }
    struct ap_tls_key key = {.ssl = call->socket.sock, .tgid = tgid};
    struct tls_frame frame = {.direction = AP_READ, .data = 1, .not_seen = 1};
    if (rust__has_hole(session, process, AP_READ))
        session__data(&key, session, &frame, 1);
    frame.not_seen = 0;
    frame.buffer = payload.address;
    return session__data(&key, session, &frame, (u32)payload.length);
}

/* A socket call moved bytes, or found the end, inside a call of rustls. */
static __noinline int rust__socket(struct ap_connection *conn, u64 sock, u32 size)
{
    struct rust_call *call = rust__of_thread();
    if (!call)
        return 0;
    if (call->waiting) {
        call->waiting = RUST_WAITS_IN_VAIN;
        return 0;
    }
    call->socket.sock = sock;
    call->socket.inode = conn->inode;
    call->told_length = 0;
    if (!size)
        call->ended = 1;
    return 0;
}
