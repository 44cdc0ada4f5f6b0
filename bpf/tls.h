/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/*
 * TLS plaintext. The window between entry and return of a TLS call on a thread names the SSL object; a socket call
 * inside it ties the object to the socket. The tie is kept for reads that the library serves from its own buffer, and
 * checked again at each window that makes a call.
 */

/* Unique in a run: two sessions made in the same nanosecond differ in the object's address. */
static __always_inline u64 session__new_id(u64 now, u64 ssl)
{
    return now ^ (ssl << 40);
}

/* The object's session, made if need be; its process is in scope. Not inlined: what it makes would lie on the stack below the
 * check of the scope, which is deep. */
static __noinline struct ap_tls_session *session__of(struct ap_tls_key *key, u32 library, u32 flags)
{
    struct ap_tls_session *session = bpf_map_lookup_elem(&tls_sessions, key);
    if (session)
        return session;
    u32 tgid = (u32)key->tgid;
    struct ap_process *process = bpf_map_lookup_elem(&processes, &tgid);
    if (!process)
        return 0;
    u64 now = bpf_ktime_get_ns();
    struct ap_tls_session fresh = {.id = session__new_id(now, key->ssl), .created_ns = now, .ring = process->ring, .library = library, .flags = flags};
    if (bpf_map_update_elem(&tls_sessions, key, &fresh, BPF_ANY)) {
        loss__add(AP_LOSS_TLS_TABLE_FULL, 1);
        return 0;
    }
    __sync_fetch_and_add(&process->sessions, 1);
    return bpf_map_lookup_elem(&tls_sessions, key);
}

/* False: no room. */
static __noinline int session__send_end(struct ap_tls_session *session, u32 tgid)
{
    void *ring = ring__of(session->ring);
    if (!ring)
        return 0;
    u64 wake = ring__wake_flags(session->ring);
    struct ap_tls_end *end = bpf_ringbuf_reserve(ring, sizeof(*end), 0);
    if (!end) {
        loss__add(AP_LOSS_RING_FULL_RECORDS, 1);
        return 0;
    }
    ring__header(&end->header, AP_EVENT_TLS_END, sizeof(*end));
    end->session = session->id;
    end->flags = session->shed_until_ns ? AP_END_SHED : 0;
    end->tgid = tgid;
    end->read = session->bytes[AP_READ];
    end->write = session->bytes[AP_WRITE];
    bpf_ringbuf_submit(end, wake);
    u64 id = session->id;
    bpf_map_delete_elem(&marks, &id);
    return 1;
}

static __always_inline void session__end(struct ap_tls_key *key, struct ap_tls_session *session,
                                         struct ap_process *process)
{
    if (!session__send_end(session, (u32)key->tgid)) {
        session->flags |= AP_SESSION_ENDED;
        return;
    }
    bpf_map_delete_elem(&tls_sessions, key);
    __sync_fetch_and_add(&process->sessions, (u32)-1);
}

/* Its end found no room and its object goes on: a copy stays under its number instead of the object's address, for user
 * space to sweep. False: no room. */
static __noinline int session__set_aside(struct ap_tls_session *session, u32 tgid)
{
    struct ap_tls_key key = {.ssl = session->id, .tgid = tgid};
    struct ap_process *process = bpf_map_lookup_elem(&processes, &tgid);
    session->flags |= AP_SESSION_ENDED;
    if (!process || bpf_map_update_elem(&tls_sessions, &key, session, BPF_NOEXIST))
        return 0;
    __sync_fetch_and_add(&process->sessions, 1);
    return 1;
}

/* The object goes on as another session: in place, because a value of this size does not fit on the stack here. */
static __noinline int session__begin_again(struct ap_tls_key *key, struct ap_tls_session *session, u32 flags)
{
    u64 now = bpf_ktime_get_ns();
    u32 tgid = (u32)key->tgid;
    bool passed = session->bytes[AP_READ].passed + session->bytes[AP_WRITE].passed != 0;
    bool told = !passed || session__send_end(session, tgid) || session__set_aside(session, tgid);
    session->id = session__new_id(now, key->ssl);
    session->created_ns = now;
    session->flags = flags | (session->flags & AP_SESSION_GO);
    session->conn.sock = session->conn.inode = 0;
    __builtin_memset(&session->classifier, 0, sizeof(session->classifier));
    session->shed_until_ns = 0;
    session->position[AP_READ] = session->position[AP_WRITE] = 0;
    if (told) /* else the next end tells of these bytes too */
        __builtin_memset(session->bytes, 0, sizeof(session->bytes));
    return 0;
}

static __noinline int session__side_end(struct ap_tls_session *session, u32 direction)
{
    struct ap_side_end end = {.session = session->id, .direction = direction};
    if (!(session->flags & AP_SESSION_ANNOUNCED) || session->shed_until_ns)
        return 0;
    end.position = session->position[direction & 1];
    ring__header(&end.header, AP_EVENT_SIDE_END, sizeof(end));
    ring__send(session->ring, &end, sizeof(end));
    return 0;
}

#define RECORD_OVERHEAD 64 /* more than the head, padding and tag of one record; less than those of two and a request */

/* What no probe explained of the connection is what the session has had of it: one that is older than the run read a
 * request before it wrote what ties it. */
static __noinline int session__had_all(struct ap_tls_session *session, struct ap_connection *conn)
{
#pragma unroll
    for (u32 direction = 0; direction < 2; direction++) {
        u64 opaque = conn->bytes[direction].opaque;
        u64 plain = session->bytes[direction].passed;
        if (opaque && (!plain || opaque < plain || opaque - plain > RECORD_OVERHEAD))
            return 0;
    }
    return 1;
}

/* A socket call on `sk` (not counted yet) ran inside a window of `key`. */
static __noinline int session__tie(struct ap_tls_key *key, struct ap_connection *conn, struct sock *sk)
{
    struct ap_tls_session *session = bpf_map_lookup_elem(&tls_sessions, key);
    if (!session)
        return 0;
    if (session->conn.sock == (u64)sk && session->conn.inode == conn->inode)
        return 0;
    if (session->conn.sock) /* the object moved to another socket without SSL_clear, or is another at the same address */
        session__begin_again(key, session, 0);
    /* Nothing passed before this call, or only it: then no application data can have. */
    if (conn->bytes[AP_READ].passed + conn->bytes[AP_WRITE].passed == 0 && conn->flags & AP_STATE_PLAIN_TCP &&
        (sock__passed(sk, AP_READ) <= 1 || sock__passed(sk, AP_WRITE) <= 1))
        session->flags |= AP_SESSION_FROM_START;
    sock__endpoints(sk, &session->endpoints);
    session->conn.sock = (u64)sk;
    session->conn.inode = conn->inode;
    if (session->flags & AP_SESSION_ANNOUNCED) /* older than the run: what knows it reads the ring that it has */
        session->flags |= AP_SESSION_TIED_LATE;
    else
        session->ring = conn->ring;
    conn->tied = *key;
    connection__explain(conn, session->flags & AP_SESSION_FROM_START || session__had_all(session, conn));
    return 0;
}

/* Of one that was announced before: AP_TLS_RESUMED, or 0 where only its socket is new. */
static __noinline int session__announce(struct ap_tls_key *key, struct ap_tls_session *session, u32 again)
{
    struct ap_tls_open open = {.session = session->id, .ssl = key->ssl, .tgid = (u32)key->tgid};
    open.conn = session->conn;
    open.library = session->library;
    open.flags = (session->flags & AP_SESSION_FROM_START ? AP_TLS_FROM_START : 0) |
                 (session->flags & AP_SESSION_ANNOUNCED ? again : 0) |
                 (session->classifier.protocol == AP_CLASS_HTTP2 ? AP_TLS_HTTP2 : 0);
    open.ends = session->endpoints;
    open.read_position = session->position[AP_READ];
    open.write_position = session->position[AP_WRITE];
    ring__header(&open.header, AP_EVENT_TLS_OPEN, sizeof(open));
    if (!ring__send(session->ring, &open, sizeof(open)))
        return 0;
    session->flags |= AP_SESSION_ANNOUNCED;
    session->flags &= ~AP_SESSION_TIED_LATE;
    return 1;
}

static __always_inline struct ap_tls_caller caller__thread(u64 id)
{
    struct ap_tls_caller caller = {.owner = (u32)id, .tgid = id >> 32};
    return caller;
}

static __always_inline u64 caller__goroutine(u64 g)
{
    return AP_CALLER_GO | g;
}

/* The caller's window, made if need be. */
static __noinline struct tls_window *window__of(struct ap_tls_caller *caller)
{
    struct tls_window *window = bpf_map_lookup_elem(&tls_windows, caller);
    if (window)
        return window;
    if (bpf_map_update_elem(&tls_windows, caller, &empty_window, BPF_ANY))
        loss__add(AP_LOSS_TLS_TABLE_FULL, 1);
    window = bpf_map_lookup_elem(&tls_windows, caller);
    if (window)
        window->opened_ns = bpf_ktime_get_ns();
    return window;
}

#define WINDOW_OPENED 1
#define WINDOW_OPENED_AGAIN 2 /* the same call was seen to begin before */

/* Opens a frame of the call; `wanted` but for its flags, which `kind` tells. 0: no room. */
static __noinline int window__open(struct ap_tls_caller *caller, struct tls_frame *wanted, u32 kind)
{
    struct tls_window *window = window__of(caller);
    if (!window)
        return 0;
    u64 sp = wanted->sp;
    u32 depth = window->depth;
    int opened = WINDOW_OPENED;
#pragma unroll
    for (u32 i = WINDOW_FRAMES; i > 0; i--) /* frames at or below this one were left without a return */
        if (depth == i && window->frames[i - 1].sp <= sp) {
            if (window->frames[i - 1].sp == sp && window->frames[i - 1].ssl == wanted->ssl)
                opened = WINDOW_OPENED_AGAIN;
            depth = i - 1;
        }
    if (depth >= WINDOW_FRAMES) {
        loss__add(AP_LOSS_NESTED_TLS, 1);
        return 0;
    }
    struct tls_frame *frame = &window->frames[depth];
    frame->sp = sp;
    frame->ssl = wanted->ssl;
    frame->buffer = wanted->buffer;
    frame->length_address = wanted->length_address;
    frame->direction = kind & 1;
    frame->data = kind & WINDOW_HANDSHAKE ? 0 : 1;
    frame->not_seen = kind & WINDOW_SENDFILE || !wanted->buffer ? 1 : 0;
    frame->nested = depth ? 1 : 0;
    frame->socket = 0;
    frame->goroutine = wanted->goroutine;
    frame->length = wanted->length;
    frame->sent = 0;
    window->depth = depth + 1;
    return opened;
}

static __noinline int window__enter(struct pt_regs *ctx, u64 ssl, u64 buffer, u64 length_address, u32 kind)
{
    u64 id = bpf_get_current_pid_tgid();
    if (!scope__current((u32)(id >> 32)))
        return 0;
    struct ap_tls_key key = {.ssl = ssl, .tgid = id >> 32};
    u32 library = option_cookies ? (u32)bpf_get_attach_cookie(ctx) : 0;
    if (kind & WINDOW_KNOWN) {
        if (!bpf_map_lookup_elem(&tls_sessions, &key))
            return 0;
    } else if (!session__of(&key, library, kind & WINDOW_HANDSHAKE ? AP_SESSION_FROM_START : 0)) {
        return 0;
    }
    struct ap_tls_caller caller = caller__thread(id);
    struct tls_frame frame = {.sp = user__sp(ctx), .ssl = ssl, .buffer = buffer, .length_address = length_address};
    window__open(&caller, &frame, kind);
    return 0;
}

/* Takes the frame of the call that returns here off the stack: of those that do not lie above the stack pointer here, the
 * outermost; deeper ones were left without a return. */
static __always_inline bool window__leave(struct ap_tls_caller *caller, u64 sp, struct tls_frame *out)
{
    struct tls_window *window = bpf_map_lookup_elem(&tls_windows, caller);
    if (!window)
        return false;
    bool found = false;
    u32 depth = window->depth;
#pragma unroll
    for (u32 i = WINDOW_FRAMES; i > 0; i--)
        if (depth == i && window->frames[i - 1].sp <= sp) {
            *out = window->frames[i - 1];
            depth = i - 1;
            found = true;
        }
    window->depth = depth;
    return found;
}

/* SHED_*; `turn`: the call before went in the other direction. */
static __noinline int session__shed(struct ap_tls_session *session, const struct tls_frame *frame, u32 size, bool turn)
{
    if (session->classifier.protocol == AP_CLASS_HTTP2)
        return shed__whole(&session->shed_until_ns, session->ring, session->flags & AP_SESSION_ANNOUNCED);
    if (!turn || frame->direction + 1 != session->classifier.request_direction)
        return session->shed_until_ns ? SHED_YES : SHED_NO;
    struct shed_call at = {.name = session->id, .address = frame->buffer, .size = size, .ring = session->ring};
    return shed__at_turn(&session->shed_until_ns, &at);
}

/* The bytes of an array of buffers; `frame` has the first from here on. How many bytes that one holds. */
static __noinline u32 session__front(struct tls_frame *frame, struct buffers *from, u32 size)
{
    struct user_iovec front = {};
    from->iov = frame->buffer;
    from->count = frame->sent;
    from->base = 0;
    if (bpf_probe_read_user(&front, sizeof(front), (void *)from->iov))
        front.len = 0;
    frame->buffer = front.base;
    return front.len < size ? (u32)front.len : size;
}

/* Not inlined, as session__shed: what it needs would lie on the stack below the copying. */
static __noinline int session__look(struct ap_tls_session *session, u32 direction, u64 address, u32 len)
{
    classifier__look(&session->classifier, direction, address, len);
    return 0;
}

static __noinline int session__data(struct ap_tls_key *key, struct ap_tls_session *session, struct tls_frame *frame, u32 size)
{
    u32 direction = frame->direction & 1;
    struct ap_byte_counts *bytes = &session->bytes[direction];
    u64 position = session->position[direction];

    struct buffers from = {.base = frame->buffer};
    u32 front = size;
    if (frame->vector)
        front = session__front(frame, &from, size);

    count__add(&bytes->passed, size);
    bool turn = classifier__turn(&session->classifier, direction);
    if (turn)
        session__look(session, direction, frame->buffer, front);
    bool counted = classifier__count(&session->classifier, bytes, size, frame->nested);
    int shed = counted ? SHED_NO : session__shed(session, frame, size, turn);
    if (shed == SHED_YES) {
        count__add(&bytes->shed, size);
        counted = true;
    }
    bool known = session->flags & AP_SESSION_ANNOUNCED && shed != SHED_OVER;
    if (known && session->flags & AP_SESSION_TIED_LATE)
        session__announce(key, session, 0);
    bool announced = counted || known || session__announce(key, session, AP_TLS_RESUMED);
    session->position[direction] = position + size; /* after the announcement, which names the position before */
    if (counted)
        return 0;
    if (!announced) {
        count__add(&bytes->lost, size);
        return 0;
    }
    u32 flags = AP_DATA_CALL_START | (frame->not_seen ? AP_DATA_NOT_SEEN : 0);
    u64 meta = COPY_TLS | COPY_FLAGS(flags) | (direction == AP_WRITE ? COPY_WRITE : 0) | frame->goroutine;
    return copy__call(key->ssl, position, meta, &from, size);
}

#define RESULT_SSL 0       /* SSL_read: what is not more than 0 is an end, or is to be tried again */
#define RESULT_ZERO_ENDS 1 /* 0 is an end, and this error of GnuTLS */
#define GNUTLS_E_PREMATURE_TERMINATION -110

/* A library fails at an end and when it is to be called again. SSL_read says 0 at an end alone. SSL_read_ex says 0 for both:
 * there it is an end when the call read from the socket and was not told to wait; on memory when the socket has ended. */
static __always_inline bool result__is_end(const struct ap_tls_session *session, const struct tls_frame *frame, s32 returned,
                                           u32 results)
{
    if (frame->direction != AP_READ)
        return false;
    if (results == RESULT_ZERO_ENDS)
        return returned == 0 || returned == GNUTLS_E_PREMATURE_TERMINATION;
    if (frame->socket & SOCKET_ENDED || session->flags & AP_SESSION_SOCKET_ENDED)
        return true;
    return returned == 0 && !(frame->socket & SOCKET_WOULD_BLOCK) && (!frame->length_address || frame->socket & SOCKET_READ);
}

static __noinline int window__return(struct pt_regs *ctx, u32 results)
{
    u64 id = bpf_get_current_pid_tgid();
    u32 tgid = (u32)(id >> 32);
    struct ap_process *process = bpf_map_lookup_elem(&processes, &tgid);
    if (!process)
        return 0;
    struct tls_frame frame = {};
    struct ap_tls_caller caller = caller__thread(id);
    if (!window__leave(&caller, user__sp(ctx), &frame) || !frame.data)
        return 0;
    struct ap_tls_key key = {.ssl = frame.ssl, .tgid = tgid};
    struct ap_tls_session *session = bpf_map_lookup_elem(&tls_sessions, &key);
    if (!session)
        return 0;
    s32 returned = (s32)user__result(ctx);
    if (returned <= 0) {
        if (result__is_end(session, &frame, returned, results))
            session__side_end(session, AP_READ);
        return 0;
    }
    u64 size = (u32)returned;
    if (frame.length_address) { /* *_ex: 1 is success, the length is behind the pointer */
        if (bpf_probe_read_user(&size, sizeof(size), (void *)frame.length_address)) {
            loss__add(AP_LOSS_COPY_FAULT_BYTES, 1);
            return 0;
        }
    }
    if (!size || size > 0x7fffffff)
        return 0;
    session__data(&key, session, &frame, (u32)size);
    return 0;
}

SEC("uprobe")
int tls_read_enter(struct pt_regs *ctx)
{
    return window__enter(ctx, user__arg0(ctx), user__arg1(ctx), 0, AP_READ);
}

SEC("uprobe")
int tls_write_enter(struct pt_regs *ctx)
{
    return window__enter(ctx, user__arg0(ctx), user__arg1(ctx), 0, AP_WRITE);
}

SEC("uprobe")
int tls_read_ex_enter(struct pt_regs *ctx)
{
    return window__enter(ctx, user__arg0(ctx), user__arg1(ctx), user__arg3(ctx), AP_READ);
}

SEC("uprobe")
int tls_write_ex_enter(struct pt_regs *ctx)
{
    return window__enter(ctx, user__arg0(ctx), user__arg1(ctx), user__arg3(ctx), AP_WRITE);
}

SEC("uprobe")
int tls_handshake_enter(struct pt_regs *ctx)
{
    return window__enter(ctx, user__arg0(ctx), 0, 0, WINDOW_HANDSHAKE);
}

/* SSL_sendfile */
SEC("uprobe")
int tls_sendfile_enter(struct pt_regs *ctx)
{
    return window__enter(ctx, user__arg0(ctx), 0, 0, AP_WRITE | WINDOW_SENDFILE);
}

SEC("uprobe")
int tls_known_read_enter(struct pt_regs *ctx)
{
    return window__enter(ctx, user__arg0(ctx), user__arg1(ctx), 0, AP_READ | WINDOW_KNOWN);
}

#define PR_MSG_PEEK 2

/* PR_Recv: what is only looked at is read by a later call. */
SEC("uprobe")
int tls_known_receive_enter(struct pt_regs *ctx)
{
    u32 kind = user__arg3(ctx) & PR_MSG_PEEK ? WINDOW_HANDSHAKE : AP_READ;
    return window__enter(ctx, user__arg0(ctx), user__arg1(ctx), 0, kind | WINDOW_KNOWN);
}

SEC("uprobe")
int tls_known_write_enter(struct pt_regs *ctx)
{
    return window__enter(ctx, user__arg0(ctx), user__arg1(ctx), 0, AP_WRITE | WINDOW_KNOWN);
}

/* PR_Writev: a length without bytes */
SEC("uprobe")
int tls_known_vector_enter(struct pt_regs *ctx)
{
    return window__enter(ctx, user__arg0(ctx), 0, 0, AP_WRITE | WINDOW_KNOWN | WINDOW_SENDFILE);
}

SEC("uretprobe")
int tls_return(struct pt_regs *ctx)
{
    return window__return(ctx, RESULT_SSL);
}

SEC("uretprobe")
int tls_zero_ends_return(struct pt_regs *ctx)
{
    return window__return(ctx, RESULT_ZERO_ENDS);
}

static __always_inline struct ap_tls_session *session__of_call(u64 ssl, struct ap_tls_key *key,
                                                               struct ap_process **process)
{
    u32 tgid = (u32)(bpf_get_current_pid_tgid() >> 32);
    *process = bpf_map_lookup_elem(&processes, &tgid);
    if (!*process)
        return 0;
    key->ssl = ssl;
    key->tgid = tgid;
    return bpf_map_lookup_elem(&tls_sessions, key);
}

/* A session of this object begins, and nothing passed before. */
static __noinline int session__start(struct pt_regs *ctx, u64 ssl)
{
    u64 id = bpf_get_current_pid_tgid();
    if (!scope__current((u32)(id >> 32)))
        return 0;
    struct ap_tls_key key = {.ssl = ssl, .tgid = id >> 32};
    u32 library = option_cookies ? (u32)bpf_get_attach_cookie(ctx) : 0;
    struct ap_tls_session *session = session__of(&key, library, AP_SESSION_FROM_START);
    if (session && session->bytes[AP_READ].passed + session->bytes[AP_WRITE].passed)
        session__begin_again(&key, session, AP_SESSION_FROM_START);
    return 0;
}

/* The object's role is set. */
SEC("uprobe")
int tls_start_enter(struct pt_regs *ctx)
{
    return session__start(ctx, user__arg0(ctx));
}

/* SSL_ImportFD of NSS: TLS is put on top of the second argument, which stays the name of both. */
SEC("uprobe")
int tls_nss_import_enter(struct pt_regs *ctx)
{
    return session__start(ctx, user__arg1(ctx));
}

SEC("uprobe")
int tls_free_enter(struct pt_regs *ctx)
{
    struct ap_process *process;
    struct ap_tls_key key = {};
    struct ap_tls_session *session = session__of_call(user__arg0(ctx), &key, &process);
    if (session)
        session__end(&key, session, process);
    return 0;
}

/* Also called by the library itself when a handshake begins, inside the call that it belongs to. */
SEC("uprobe")
int tls_clear_enter(struct pt_regs *ctx)
{
    struct ap_process *process;
    struct ap_tls_key key = {};
    struct ap_tls_session *session = session__of_call(user__arg0(ctx), &key, &process);
    if (session)
        session__begin_again(&key, session, AP_SESSION_FROM_START);
    return 0;
}

SEC("uprobe")
int tls_shutdown_enter(struct pt_regs *ctx)
{
    struct ap_process *process;
    struct ap_tls_key key = {};
    struct ap_tls_session *session = session__of_call(user__arg0(ctx), &key, &process);
    if (session)
        session__side_end(session, AP_WRITE);
    return 0;
}
