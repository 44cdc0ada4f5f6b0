/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/* Options, maps and the values in them. Each map says: from what to what; who writes, who deletes; what when full. */
#include "bpf/abi.h"

/* Set by user space before load. */
const volatile ap_u32 option_self_tgid = 0;   /* the collector: never traced */
const volatile ap_u32 option_all = 0;         /* trace every process */
const volatile ap_u32 option_cgroups = 0;     /* traced_cgroups is in use */
const volatile ap_u32 option_pods = 0;        /* cgroups that are named as pods' join it when they are made */
const volatile ap_u32 option_cgroup_hierarchy = 0;  /* whose cgroups are meant, as in /proc/PID/cgroup; 0: v2 */
const volatile ap_u32 option_cgroup_controller = 0; /* of a v1 hierarchy: one of its controllers, as the kernel counts them */
const volatile ap_u32 option_rings = 1;       /* how many rings are in use, 1 to AP_MAX_RINGS */
const volatile ap_u32 option_call_bytes = 1U << 20; /* bytes of one call that are copied */
const volatile ap_u32 option_capture_clear = 1;     /* copy clear HTTP from sockets */
const volatile ap_u32 option_http2 = 1;             /* copy HTTP/2 */
const volatile ap_u64 option_budget_bytes = 0;      /* of each ring and second; 0: no limit */
const volatile ap_u64 option_shed_waiting = ~0ULL;  /* bytes waiting in a ring above which exchanges are left out */
const volatile ap_u32 option_cookies = 0;           /* the kernel gives uprobe programs a cookie: the library's number */

/* tgid → its ring: being here is being traced. Written by user space (selection), fork and the cgroup check; deleted at
 * the exit of the process. Full: the process is not traced, counted. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 32768);
    __type(key, u32);
    __type(value, struct ap_process);
} processes SEC(".maps");

static const struct ap_udp empty_udp = {}; /* as empty_window */

/* tgid → bytes on its UDP sockets. Written at its first call on one, deleted when it ends. Full: not counted. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 32768);
    __type(key, u32);
    __type(value, struct ap_udp);
} udp_traffic SEC(".maps");

/* cgroup id → 1, of the hierarchy that the options name. Written by user space and by cgroup_mkdir; deleted by cgroup_rmdir. Full:
 * the processes in it are not traced, counted with those that find no room in `processes`. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16384);
    __type(key, u64);
    __type(value, u32);
} traced_cgroups SEC(".maps");

/* (SSL object, process) → session. Written at the first TLS call; deleted at SSL_free and SSL_clear, by user space when
 * the process ended or exec'ed with sessions left. One whose end found no room when its object went on stands under its number
 * until then. Full: the call is not captured, counted. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 65536);
    __type(key, struct ap_tls_key);
    __type(value, struct ap_tls_session);
} tls_sessions SEC(".maps");

#define SOCKET_WOULD_BLOCK 1 /* the last call found nothing to read */
#define SOCKET_READ 2        /* one read something */
#define SOCKET_ENDED 4       /* one found the end */
#define SOCKET_EOF 8         /* the call says that there will be no more */
#define WINDOW_FRAMES 4
#define WINDOW_HANDSHAKE 2 /* a window without data; else AP_READ or AP_WRITE */
#define WINDOW_SENDFILE 4  /* what is written is a file's: a length without bytes */
#define WINDOW_KNOWN 8     /* only if the object is known: others of its kind carry no TLS */

struct tls_frame {
    u64 sp; /* frames are ordered by the stack: an inner one lies lower. Of a goroutine from its stack's end, because it may move */
    u64 ssl;
    u64 buffer; /* of a goroutine, when it lies in its stack: from the stack's end, which makes it negative */
    u64 length_address; /* *_ex: where the length is written; 0: it is the return value */
    u32 length;    /* of a goroutine's Write: what it was given; 0: it is known to be sent, or told by the return value */
    u32 sent;      /* ciphertext of that */
    u32 goroutine; /* its number, as records name it; 0: a thread's */
    u8 direction;
    u8 data;     /* 0: only a window (handshake) */
    u8 not_seen : 1; /* sendfile */
    u8 nested : 1;   /* inside another TLS call, whose records it carries */
    u8 vector : 1;   /* `buffer` is an array of `sent` iovecs */
    u8 socket;   /* SOCKET_*: what the socket calls inside it found */
};

struct tls_window {
    u64 opened_ns; /* first, where user space reads it */
    u32 depth;
    u32 pad;
    struct tls_frame frames[WINDOW_FRAMES];
};

static const struct tls_window empty_window = {}; /* the stack has no room for one */

/* sock → the session on memory whose bytes it carries. Written when that is found; deleted with the connection. Full: the end of
 * what such a session reads is not told. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16384);
    __type(key, u64);
    __type(value, struct ap_tls_key);
} tls_memory_sockets SEC(".maps");

/* caller → its open TLS calls. Written and deleted by the caller itself, so no lock; at a thread's exit the rest, at a
 * process's those of its goroutines, by user space. As many as sessions, because a goroutine that waits for a request is in a
 * call. Full: the call is not captured, counted. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 65536);
    __type(key, struct ap_tls_caller);
    __type(value, struct tls_window);
} tls_windows SEC(".maps");

#define RUST_WAITS 1
#define RUST_WAITS_IN_VAIN 2

/* A call on a thread that drives a connection of rustls, and its socket. */
struct rust_call {
    u64 sp;
    u64 connection; /* that was written to */
    u64 buffer;     /* of what was written */
    u32 iovecs;     /* not 0: `buffer` is an array of so many */
    u32 length;     /* written and not told yet */
    struct ap_conn_id socket; /* that it read or wrote */
    u32 library;
    u16 ended;   /* the socket's end was read */
    u8 not_seen; /* the bytes are gone */
    u8 waiting; /* RUST_WAITS: a write that nothing encloses, for the call that writes the socket, which follows at once */
    u64 type;    /* of the connection: its functions' table */
    u64 ends[4]; /* the first and the last bytes at `buffer`, when it began to wait */
    u64 told_sp; /* the plaintext that was told of last */
    u64 told_address;
    u32 told_length; /* 0: none since the socket was used */
    u32 teller;      /* `library` of the probes that told */
};

/* (table of functions of a connection, process) → from the connection to its buffer of records, bytes: the least that was
 * seen, since what is further belongs to a neighbour. Written when a write is told; makes room by age. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 1024);
    __type(key, struct ap_tls_key);
    __type(value, u64);
} rust_layouts SEC(".maps");

/* thread → its call of rustls. Written and deleted by the thread itself; at its exit what is left. Full: the call is not
 * captured, counted. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 32768);
    __type(key, u64);
    __type(value, struct rust_call);
} rust_calls SEC(".maps");

/* (connection of rustls, process) → the socket that it was seen with. Written when both are known; makes room by age: then a
 * write that finds the socket busy is not captured, counted. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 8192);
    __type(key, struct ap_tls_key);
    __type(value, struct ap_conn_id);
} rust_sockets SEC(".maps");

/* (tls.Conn of Go, process) → 1: its session is being ended. Written and deleted by whoever ends it. Full: it ends with its
 * process. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, struct ap_tls_key);
    __type(value, u32);
} tls_ending SEC(".maps");

/* The beginning of a TLS record that a session wrote into memory, by bytes that no other record has (tls_evidence.h). */
struct tls_evidence {
    u8 bytes[32];
    u64 tgid;
};

struct tls_writer {
    u64 ssl;
    u64 session; /* its number: the object's address comes back */
};

/* evidence → the session that wrote it. Written when the library hands the record out; deleted when it is found at a
 * socket; the rest makes room by age: a session that finds no socket by one record does by the next. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 8192);
    __type(key, struct tls_evidence);
    __type(value, struct tls_writer);
} tls_written SEC(".maps");

/* sock → connection. Written at the first data call of a traced process; deleted at tcp_destroy_sock. Full: the call is
 * not captured, counted. No LRU: a busy connection must not push out another. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 131072);
    __type(key, u64);
    __type(value, struct ap_connection);
} connections SEC(".maps");

/* sock or TLS session → user space's word on it. Written by user space; deleted with the connection or session.
 * Full: the word is not heard and more is copied than is needed. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16384);
    __type(key, u64);
    __type(value, struct ap_mark);
} marks SEC(".maps");

struct inner_ring {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
};

/* number → ring. Written by user space before attach. Full ring: the record is lost, its bytes counted on the
 * connection, so that the gap has a size. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, AP_MAX_RINGS);
    __type(key, u32);
    __type(value, u32);
    __array(values, struct inner_ring);
} rings SEC(".maps");

/* ring number → is its worker asleep. Shared memory with user space. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, AP_MAX_RINGS);
    __uint(map_flags, BPF_F_MMAPABLE);
    __type(key, u32);
    __type(value, struct ap_ring_control);
} ring_controls SEC(".maps");

/* AP_LOSS_* → count, per CPU. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, AP_LOSS_COUNT);
    __type(key, u32);
    __type(value, u64);
} losses SEC(".maps");

/* file → which one it was (an inode's number comes back, and contents change): reported as mapped executable. Written
 * here, deleted by user space to have it reported again; full: those not asked for longest are reported again. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 16384);
    __type(key, struct ap_file_id);
    __type(value, u64);
} known_files SEC(".maps");

static __always_inline void loss__add(u32 cause, u64 n)
{
    u64 *value = bpf_map_lookup_elem(&losses, &cause);
    if (value)
        *value += n; /* per CPU; a torn count by preemption is a count short by one, not a wrong record */
}

static __always_inline void count__add(u64 *counter, u64 n)
{
    __sync_fetch_and_add(counter, n);
}
