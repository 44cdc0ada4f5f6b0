/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/*
 * Go's crypto/tls. The caller is the goroutine, which may change its thread between a call's entry and its return, and whose
 * stack may move: places in it count from its end. A tls.Conn is freed without a word, so its session ends at Close or with
 * its socket (session__socket_ended). The entry may be passed twice: the check of the stack's room begins a call again.
 */

#define GO_STACK_HI 8 /* in runtime.g: the stack's two bounds stand first */

struct go_call {
    struct ap_tls_caller caller;
    u64 stack_end;
    u64 sp; /* from the stack's end */
};

/* Of those that live; not 0. */
static __always_inline u32 go__number(u64 g)
{
    return (u32)(g >> 3) | 1U << 31;
}

static __always_inline bool go__call(struct pt_regs *ctx, u64 tgid, struct go_call *out)
{
    u64 g = go__g(ctx);
    if (!g || bpf_probe_read_user(&out->stack_end, sizeof(out->stack_end), (void *)(g + GO_STACK_HI)))
        return false;
    out->caller.owner = caller__goroutine(g);
    out->caller.tgid = tgid;
    out->sp = user__sp(ctx) - out->stack_end;
    return true;
}

static __noinline int go__enter(struct pt_regs *ctx, u32 kind)
{
    u64 tgid = bpf_get_current_pid_tgid() >> 32;
    struct ap_process *process = scope__current((u32)tgid);
    struct go_call call = {};
    if (!process || !go__call(ctx, tgid, &call))
        return 0;
    if (!(process->flags & AP_PROCESS_GO))
        process->flags |= AP_PROCESS_GO;
    struct ap_tls_key key = {.ssl = go__arg0(ctx), .tgid = tgid};
    u32 library = option_cookies ? (u32)bpf_get_attach_cookie(ctx) : 0;
    struct ap_tls_session *session = session__of(&key, library, AP_SESSION_GO);
    if (!session)
        return 0;
    if (kind & WINDOW_HANDSHAKE && !session->conn.sock) {
        if (session->bytes[AP_READ].passed + session->bytes[AP_WRITE].passed) /* of another object at this address */
            session__begin_again(&key, session, AP_SESSION_FROM_START);
        session->flags |= AP_SESSION_FROM_START;
    }
    struct tls_frame frame = {.sp = call.sp, .ssl = key.ssl, .goroutine = go__number(go__g(ctx))};
    if (!(kind & WINDOW_HANDSHAKE)) {
        frame.buffer = go__arg1(ctx);
        if (frame.buffer < call.stack_end && frame.buffer >= user__sp(ctx)) /* the caller's part of the stack */
            frame.buffer -= call.stack_end;
        u64 length = go__arg2(ctx);
        if (kind == AP_WRITE && length && length <= 0x7fffffff)
            frame.length = (u32)length;
    }
    if (window__open(&call.caller, &frame, kind) == WINDOW_OPENED)
        __sync_fetch_and_add(&session->open, 1);
    return 0;
}

/* Once, although its calls may return at the same time: who makes the entry in tls_ending ends it. */
static __noinline int go__end(struct ap_tls_key *key)
{
    u32 one = 1;
    if (bpf_map_update_elem(&tls_ending, key, &one, BPF_NOEXIST))
        return 0;
    u32 tgid = (u32)key->tgid;
    struct ap_process *process = bpf_map_lookup_elem(&processes, &tgid);
    struct ap_tls_session *session = bpf_map_lookup_elem(&tls_sessions, key);
    if (session && process) /* no process: user space sweeps */
        session__end(key, session, process);
    bpf_map_delete_elem(&tls_ending, key);
    return 0;
}

/* The object, or its socket, is closed. A call on it that returns later may still tell of bytes that were moved before. */
static __always_inline void go__close(struct ap_tls_key *key, struct ap_tls_session *session)
{
    session->flags |= AP_SESSION_CLOSED;
    if ((s32)session->open <= 0)
        go__end(key);
}

/* Of an object that no socket call and no data ever showed: a call on one that was closed before. */
static __always_inline void go__forget_empty(struct ap_tls_key *key, struct ap_tls_session *session)
{
    if ((s32)session->open > 0 || session->conn.sock || session->bytes[AP_READ].passed + session->bytes[AP_WRITE].passed)
        return;
    u32 tgid = (u32)key->tgid;
    struct ap_process *process = bpf_map_lookup_elem(&processes, &tgid);
    if (!bpf_map_delete_elem(&tls_sessions, key) && process)
        __sync_fetch_and_add(&process->sessions, (u32)-1);
}

/* 0 is an end only when the socket's was read, or the peer told of it: deadlines and closed files give it too. */
static __noinline int go__result(struct ap_tls_key *key, struct tls_frame *frame, s64 returned)
{
    struct ap_tls_session *session = bpf_map_lookup_elem(&tls_sessions, key);
    if (!session)
        return 0;
    bool told = frame->direction == AP_WRITE && frame->sent && !frame->length;
    if (frame->data && returned > 0 && returned <= 0x7fffffff && !told)
        session__data(key, session, frame, (u32)returned);
    u8 end = returned > 0 ? SOCKET_EOF : SOCKET_EOF | SOCKET_ENDED;
    if (frame->data && frame->direction == AP_READ && frame->socket & end)
        session__side_end(session, AP_READ);
    __sync_fetch_and_add(&session->open, (u32)-1);
    if (session->flags & AP_SESSION_CLOSED)
        go__close(key, session);
    else
        go__forget_empty(key, session);
    return 0;
}

/* `error`: the second word of what a call returns as its error. io.EOF: a string of these letters, as no other that reading
 * gives; it comes without the end of the socket where the peer said close_notify. */
static __noinline bool go__is_eof(u64 error)
{
    struct {
        u64 address, length;
    } text;
    u32 letters = 0;
    return error && !bpf_probe_read_user(&text, sizeof(text), (void *)error) && text.length == 3 &&
           !bpf_probe_read_user(&letters, 3, (void *)text.address) && letters == 0x464f45;
}

/* At each return instruction. What was moved before an error counts. */
SEC("uprobe")
int go_return(struct pt_regs *ctx)
{
    u64 tgid = bpf_get_current_pid_tgid() >> 32;
    u32 process = (u32)tgid;
    struct go_call call = {};
    if (!bpf_map_lookup_elem(&processes, &process) || !go__call(ctx, tgid, &call))
        return 0;
    struct tls_frame frame = {};
    if (!window__leave(&call.caller, call.sp, &frame))
        return 0;
    struct tls_window *window = bpf_map_lookup_elem(&tls_windows, &call.caller);
    if (window && !window->depth)
        bpf_map_delete_elem(&tls_windows, &call.caller);
    if ((s64)frame.buffer < 0)
        frame.buffer += call.stack_end;
    struct ap_tls_key key = {.ssl = frame.ssl, .tgid = tgid};
    s64 returned = (s64)go__returned(ctx);
    if (go__is_eof(go__arg2(ctx)))
        frame.socket |= SOCKET_EOF;
    return go__result(&key, &frame, returned);
}

/*
 * A socket call of this goroutine sent ciphertext. When there is more of it than plaintext, the call that wrote it has sent
 * all, and is told of now: its goroutine may wait for its turn before it returns, and an answer comes before.
 */
static __noinline int go__sent(u64 owner, u32 size)
{
    struct ap_tls_caller caller = {.owner = owner, .tgid = bpf_get_current_pid_tgid() >> 32};
    struct tls_window *window = bpf_map_lookup_elem(&tls_windows, &caller);
    u32 top = window ? window->depth - 1 : WINDOW_FRAMES;
    if (top >= WINDOW_FRAMES)
        return 0;
    struct tls_frame *frame = &window->frames[top];
    u32 length = frame->length;
    if (!length)
        return 0;
    frame->sent += size;
    if (frame->sent <= length)
        return 0;
    struct ap_tls_key key = {.ssl = frame->ssl, .tgid = caller.tgid};
    struct ap_tls_session *session = bpf_map_lookup_elem(&tls_sessions, &key);
    u64 stack_end = 0;
    if (!session)
        return 0;
    if ((s64)frame->buffer < 0) {
        if (bpf_probe_read_user(&stack_end, sizeof(stack_end), (void *)((owner & ~AP_CALLER_GO) + GO_STACK_HI)))
            return 0;
        frame->buffer += stack_end;
    }
    frame->length = 0;
    return session__data(&key, session, frame, length);
}

SEC("uprobe")
int go_read_enter(struct pt_regs *ctx)
{
    return go__enter(ctx, AP_READ);
}

SEC("uprobe")
int go_write_enter(struct pt_regs *ctx)
{
    return go__enter(ctx, AP_WRITE);
}

SEC("uprobe")
int go_handshake_enter(struct pt_regs *ctx)
{
    return go__enter(ctx, WINDOW_HANDSHAKE);
}

SEC("uprobe")
int go_close_enter(struct pt_regs *ctx)
{
    struct ap_process *process;
    struct ap_tls_key key = {};
    struct ap_tls_session *session = session__of_call(go__arg0(ctx), &key, &process);
    if (session)
        go__close(&key, session);
    return 0;
}

/* The session that was tied to this socket last, if it is one of Go and is tied to it still. */
static __noinline int session__socket_ended(struct ap_connection *conn, u64 sock)
{
    if (!conn->tied.ssl)
        return 0;
    struct ap_tls_key key = conn->tied;
    struct ap_tls_session *session = bpf_map_lookup_elem(&tls_sessions, &key);
    if (!session || !(session->flags & AP_SESSION_GO) || session->conn.sock != sock || session->conn.inode != conn->inode)
        return 0;
    go__close(&key, session);
    return 0;
}
