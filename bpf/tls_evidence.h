/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/*
 * A library that writes into memory (OpenSSL's memory BIOs and BIO pairs, Node's own) says nothing of the socket. What it
 * wrote does: a record's beginning holds bytes that no other record has, the random of a hello or ciphertext, and the call
 * that later sends them names the socket. Never a thread's last socket, which is a guess.
 */

#define TLS_HANDSHAKE 22
#define TLS_APPLICATION_DATA 23
#define TLS_RECORD_HEADER 5
#define TLS_HELLO_RANDOM 11 /* after the record's header, type, length and version; RFC 8446 §4.1.2 */
#define EVIDENCE_BYTES 32
#define EVIDENCE_LEAST 17 /* what a record of one byte has in TLS 1.3, its tag included */
#define HELLO_RETRY 0x74ad21cf /* the random of HelloRetryRequest begins so and is always the same; RFC 8446 §4.1.3 */

/* False: the bytes are not the beginning of such a record. */
static __noinline int evidence__read(u64 address, u32 len, struct tls_evidence *out)
{
    u8 head[8] = {};
    if (len < TLS_RECORD_HEADER + EVIDENCE_LEAST || bpf_probe_read_user(head, sizeof(head), (void *)address))
        return 0;
    u32 payload = ((u32)head[3] << 8) | head[4];
    if (head[1] != 3)
        return 0;
    u32 first = TLS_RECORD_HEADER;
    u32 size = payload < EVIDENCE_BYTES ? payload : EVIDENCE_BYTES;
    if (head[0] == TLS_HANDSHAKE) {
        if (head[5] != 1 && head[5] != 2) /* client hello, server hello: the others may be the same in every session */
            return 0;
        first = TLS_HELLO_RANDOM;
        size = EVIDENCE_BYTES;
    } else if (head[0] != TLS_APPLICATION_DATA) {
        return 0;
    }
    if (size < EVIDENCE_LEAST || len < first + size)
        return 0;
    if (bpf_probe_read_user(out->bytes, 16, (void *)(address + first)) ||
        bpf_probe_read_user(out->bytes + 16, 16, (void *)(address + first + size - 16)))
        return 0;
    return head[0] != TLS_HANDSHAKE || *(u32 *)out->bytes != HELLO_RETRY;
}

/* The SSL object that wrote these bytes; 0: none that is known. */
static __noinline u64 evidence__find_writer(u64 address, u32 len, u32 tgid)
{
    struct tls_evidence evidence = {.tgid = tgid};
    if (!evidence__read(address, len, &evidence))
        return 0;
    struct tls_writer *writer = bpf_map_lookup_elem(&tls_written, &evidence);
    if (!writer)
        return 0;
    struct ap_tls_key key = {.ssl = writer->ssl, .tgid = tgid};
    u64 number = writer->session;
    bpf_map_delete_elem(&tls_written, &evidence);
    struct ap_tls_session *session = bpf_map_lookup_elem(&tls_sessions, &key);
    return session && session->id == number ? key.ssl : 0;
}

/* The socket has nothing more to read; what its session holds is read by the calls that follow. */
static __noinline int evidence__socket_ended(u64 sock)
{
    struct ap_tls_key *key = bpf_map_lookup_elem(&tls_memory_sockets, &sock);
    if (!key)
        return 0;
    struct ap_tls_key copy = *key;
    struct ap_tls_session *session = bpf_map_lookup_elem(&tls_sessions, &copy);
    if (session && session->conn.sock == sock)
        session->flags |= AP_SESSION_SOCKET_ENDED;
    return 0;
}

/* A BIO that is memory takes what the innermost TLS call of this thread writes. */
SEC("uprobe")
int tls_memory_write(struct pt_regs *ctx)
{
    u64 id = bpf_get_current_pid_tgid();
    u32 tgid = (u32)(id >> 32);
    struct ap_process *process = bpf_map_lookup_elem(&processes, &tgid);
    if (!process || !process->sessions)
        return 0;
    struct ap_tls_caller caller = caller__thread(id);
    struct tls_window *window = bpf_map_lookup_elem(&tls_windows, &caller);
    if (!window || !window->depth)
        return 0;
    u32 top = window->depth - 1;
    if (top >= WINDOW_FRAMES)
        return 0;
    struct ap_tls_key key = {.ssl = window->frames[top].ssl, .tgid = tgid};
    struct ap_tls_session *session = bpf_map_lookup_elem(&tls_sessions, &key);
    if (!session || session->conn.sock)
        return 0;
    struct tls_evidence evidence = {.tgid = tgid};
    if (!evidence__read(user__arg1(ctx), (u32)user__arg2(ctx), &evidence)) /* a transcript is kept in such memory too */
        return 0;
    session->flags |= AP_SESSION_MEMORY;
    process->flags |= AP_PROCESS_MEMORY;
    struct tls_writer writer = {.ssl = key.ssl, .session = session->id};
    bpf_map_update_elem(&tls_written, &evidence, &writer, BPF_ANY);
    return 0;
}
