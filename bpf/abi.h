/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/*
 * What the kernel programs and user space say to each other: the only header that both sides include.
 *
 * Rules: fixed-width integers only, natural alignment, padding spelled out, no bool, size_t, enum or long fields. Every
 * record begins with ap_header; `len` is the length that counts (a ring record may be longer: size classes). Numbers are
 * host byte order unless a field says network order. docs/event-abi.md draws the records and says when AP_ABI_VERSION
 * changes. The same records stand in recordings, so a change of meaning needs a new version.
 */
#ifdef __cplusplus
#include <cstdint>
#define AP_ASSERT static_assert
typedef std::uint8_t ap_u8;
typedef std::uint16_t ap_u16;
typedef std::uint32_t ap_u32;
typedef std::uint64_t ap_u64;
#else
#define AP_ASSERT _Static_assert
typedef unsigned char ap_u8;
typedef unsigned short ap_u16;
typedef unsigned int ap_u32;
typedef unsigned long long ap_u64;
#endif

#define AP_ABI_VERSION 4

#define AP_MAX_RINGS 4
#define AP_COMM_LEN 16
#define AP_NAME_LEN 64

/* ap_header.type */
#define AP_EVENT_DATA 1       /* ap_data: bytes of a socket call or a TLS call */
#define AP_EVENT_CONN_OPEN 2  /* ap_conn_open: a connection was recognised as HTTP/1 */
#define AP_EVENT_SIDE_END 3   /* ap_side_end: one direction ended */
#define AP_EVENT_CONN_END 4   /* ap_conn_end: the socket is gone (or: counts of a live one, AP_END_LIVE) */
#define AP_EVENT_TLS_OPEN 5   /* ap_tls_open: an SSL object was seen for the first time, or tied to a socket */
#define AP_EVENT_TLS_END 6    /* ap_tls_end */
#define AP_EVENT_PROCESS 7    /* ap_process_event */
#define AP_EVENT_MAPPED 8     /* ap_mapped: a traced process mapped a file executable for the first time */
#define AP_EVENT_LIBRARY 9    /* ap_library: user space's finding about a TLS library; never from the kernel */
#define AP_EVENT_LOSS 10      /* ap_loss: totals of what was lost, by cause; made by user space at the end */
#define AP_EVENT_DATAGRAMS 11 /* ap_datagrams: bytes on UDP sockets of a process that ended; of a live one by user space */

struct ap_header {
    ap_u16 type;
    ap_u16 version;
    ap_u32 len;   /* bytes of this record, header included */
    ap_u64 ts_ns; /* CLOCK_MONOTONIC, at the exit of the call */
};

/* The kernel's socket: the address alone comes back at once, the inode number does not. */
struct ap_conn_id {
    ap_u64 sock;
    ap_u64 inode;
};

/* ap_data.direction */
#define AP_READ 0
#define AP_WRITE 1

/* ap_data.flags */
#define AP_DATA_CALL_START 1 /* first byte of a call */
#define AP_DATA_NOT_SEEN 2   /* sendfile, splice, MSG_TRUNC: a length without bytes */
#define AP_DATA_SKIPPED 4    /* left out by a limit: a length without bytes */
#define AP_DATA_FAULT 8      /* the copy failed: a length without bytes, lost */

struct ap_data {
    struct ap_header header;
    struct ap_conn_id conn; /* zero: a TLS session whose socket is not known */
    ap_u64 session;         /* 0: socket bytes; else the TLS session whose plaintext this is */
    ap_u64 position;        /* of the first byte. Socket: TCP sequence number, low 32 bits. TLS: count of plaintext bytes before */
    ap_u32 size;            /* bytes that this record stands for */
    ap_u32 captured;        /* bytes that follow; 0 with NOT_SEEN, SKIPPED, FAULT */
    ap_u32 lost;            /* bytes of this direction that could not be sent so far (ring full), low 32 bits */
    ap_u32 tgid;
    ap_u32 tid; /* the thread; of Go the goroutine, whose numbers have the highest bit */
    ap_u32 fd;  /* socket calls only */
    ap_u8 direction;
    ap_u8 pad[3];
    ap_u32 flags;
    /* bytes follow */
};

struct ap_endpoints {
    ap_u16 family; /* AF_INET or AF_INET6; 0: not known */
    ap_u16 local_port;
    ap_u16 remote_port;
    ap_u16 pad;
    ap_u8 local_address[16]; /* network order; IPv4 in the first four */
    ap_u8 remote_address[16];
};

/* ap_conn_open.flags */
#define AP_CONN_COUNTED 1 /* positions are counts of the kernel program, not TCP's (MPTCP, kTLS) */
#define AP_CONN_FROM_START 2 /* what passed before was a PROXY header and nothing else */
#define AP_CONN_KTLS 8 /* the kernel encrypts and decrypts: what passes its calls is plaintext */
#define AP_CONN_HTTP2 16 /* it was recognised as HTTP/2, not HTTP/1 */
#define AP_CONN_RESUMED 4 /* exchanges before this position were shed: what was known of the connection is over */

struct ap_conn_open {
    struct ap_header header;
    struct ap_conn_id conn;
    ap_u32 tgid;
    ap_u32 flags;
    struct ap_endpoints ends;
    ap_u32 read_position;  /* position of the next byte in each direction */
    ap_u32 write_position;
    ap_u64 read_before;  /* bytes of the connection that passed before those positions */
    ap_u64 write_before;
};

struct ap_side_end {
    struct ap_header header;
    struct ap_conn_id conn;
    ap_u64 session;  /* 0: of the socket; else of this TLS session */
    ap_u64 position; /* one past the last byte */
    ap_u32 direction;
    ap_u32 pad;
};

/* Where the bytes of a direction went; they add up to `passed`. */
struct ap_byte_counts {
    ap_u64 passed;     /* returned by socket (or TLS) calls */
    ap_u64 copied;     /* in ap_data records that were submitted, with or without bytes */
    ap_u64 unknown;    /* while the connection was not recognised */
    ap_u64 not_http;   /* after it was recognised as something else */
    ap_u64 http2;      /* after it was recognised as HTTP/2 */
    ap_u64 ciphertext; /* after it was recognised as TLS, of a session that is known: its plaintext is counted there */
    ap_u64 opaque;     /* TLS that no probe explains */
    ap_u64 skipped;    /* by "skip to position", without a record */
    ap_u64 shed;       /* whole exchanges left out under overload, without a record */
    ap_u64 lost;       /* ring full */
};

/* ap_conn_end.flags, ap_tls_end.flags */
#define AP_END_LIVE 1 /* it lives on: only counts, made by user space when a run ends */
#define AP_END_SHED 2 /* it was being left out under overload: what came last was not sent */

struct ap_conn_end {
    struct ap_header header;
    struct ap_conn_id conn;
    ap_u32 flags;
    ap_u8 announced; /* an ap_conn_open went before */
    ap_u8 protocol;  /* AP_CLASS_* */
    ap_u8 pad[2];
    ap_u32 tgid; /* the first process that was seen to use it */
    ap_u32 pad2;
    struct ap_byte_counts read;
    struct ap_byte_counts write;
};

/* ap_tls_open.flags */
#define AP_TLS_FROM_START 1 /* no application data can have passed before */
#define AP_TLS_RESUMED 2    /* as AP_CONN_RESUMED */
#define AP_TLS_HTTP2 4      /* as AP_CONN_HTTP2 */

struct ap_tls_open {
    struct ap_header header;
    ap_u64 session; /* unique in a run */
    ap_u64 ssl;     /* address of the SSL object */
    struct ap_conn_id conn;
    ap_u32 tgid;
    ap_u32 library; /* number of the attached library, see ap_library */
    ap_u32 flags;
    ap_u32 pad;
    struct ap_endpoints ends;
    ap_u64 read_position; /* of the next plaintext byte in each direction */
    ap_u64 write_position;
};

struct ap_tls_end {
    struct ap_header header;
    ap_u64 session;
    ap_u32 flags;
    ap_u32 tgid;
    struct ap_byte_counts read;
    struct ap_byte_counts write;
};

/* ap_process_event.kind */
#define AP_PROCESS_SEEN 1
#define AP_PROCESS_FORK 2
#define AP_PROCESS_EXEC 3
#define AP_PROCESS_EXIT 4

struct ap_process_event {
    struct ap_header header;
    ap_u32 tgid;
    ap_u32 parent;
    ap_u32 kind;
    ap_u32 sessions; /* TLS sessions, and one more for windows of goroutines, that the process left behind (EXIT, EXEC) */
    ap_u64 cgroup;
    char comm[AP_COMM_LEN];
};

/* UDP is not read. What of it is QUIC, and so perhaps HTTP/3, is told by a port or by a packet's first bytes. */
struct ap_datagram_counts {
    ap_u64 quic[2]; /* bytes by direction */
    ap_u64 other[2];
};

struct ap_datagrams {
    struct ap_header header;
    ap_u32 tgid;
    ap_u32 flags; /* AP_END_LIVE */
    struct ap_datagram_counts bytes;
};

struct ap_mapped {
    struct ap_header header;
    ap_u64 address; /* start of the mapping: /proc/TGID/map_files; 0: the program itself, /proc/TGID/exe */
    ap_u64 length;
    ap_u64 inode;
    ap_u32 device;
    ap_u32 tgid;
    ap_u32 mounts; /* mount namespace of the process, as the inode number of /proc/TGID/ns/mnt */
    ap_u32 unused;
    char name[AP_NAME_LEN]; /* last part of the path, cut */
};

/* ap_library.state */
#define AP_LIBRARY_PROBED 1
#define AP_LIBRARY_FAILED 2

struct ap_library {
    struct ap_header header;
    ap_u32 library; /* number used in ap_tls_open */
    ap_u32 state;
    ap_u64 device;
    ap_u64 inode;
    char version[AP_NAME_LEN]; /* "OpenSSL 3.0.22" */
    char path[256];
    char reason[128]; /* when it failed */
};

/* Causes of loss that the kernel programs count; index into ap_loss.count. */
#define AP_LOSS_RING_FULL_RECORDS 0   /* records that found no room */
#define AP_LOSS_RING_FULL_BYTES 1     /* bytes of application data in them */
#define AP_LOSS_CONN_TABLE_FULL 2     /* calls on connections that found no room in the table */
#define AP_LOSS_PROCESS_TABLE_FULL 3  /* processes, or cgroups of pods, that found no room: not traced */
#define AP_LOSS_TLS_TABLE_FULL 4      /* TLS calls without room for their session or window */
#define AP_LOSS_COPY_FAULT_BYTES 5    /* user memory that was not resident */
#define AP_LOSS_COMPAT_CALLS 6        /* 32-bit system calls of traced processes: not read */
#define AP_LOSS_EMPTY_SLOT_CALLS 7    /* the descriptor was closed or replaced while the call ran */
#define AP_LOSS_NESTED_TLS 8          /* TLS windows nested deeper than the stack */
#define AP_LOSS_CONN_TABLE_FULL_BYTES 9
#define AP_LOSS_SHED 10               /* times that a connection's exchanges began to be left out under overload */
#define AP_LOSS_UNREAD_CALLS 11       /* recvmmsg, sendmmsg of more messages than are read: a gap in the stream */
#define AP_LOSS_COUNT 12

struct ap_loss {
    struct ap_header header;
    ap_u64 count[AP_LOSS_COUNT];
};

/* What a connection carries. Written by the kernel programs, and by user space through ap_mark. */
#define AP_CLASS_UNKNOWN 0
#define AP_CLASS_HTTP1 1
#define AP_CLASS_HTTP2 2
#define AP_CLASS_TLS 3
#define AP_CLASS_NOT_HTTP 4

/* User space's word on a connection (key: sock) or a TLS session (key: session). */
struct ap_mark {
    ap_u64 inode;          /* of the connection that is meant; 0 for a TLS session */
    ap_u64 skip_until[2];  /* by direction: bytes before this position are not needed */
    ap_u32 skipping[2];    /* 1: skip_until is set */
    ap_u32 not_http;       /* 1: the parsers say that it is not HTTP */
    ap_u32 pad;
};

/* One per ring, in memory shared with user space. */
struct ap_ring_control {
    ap_u32 asleep;     /* 1: the worker waits; the next submit wakes it and writes 0 */
    ap_u32 shed_share; /* of 256 exchanges that could begin, how many are to be left out; written by user space */
    ap_u64 second_ns;  /* the budget: begin of the second that is counted */
    ap_u64 spent;      /* bytes copied since then */
    ap_u32 pad[10];
};

/*
 * Values of maps that user space reads or writes. Their meaning stands with the maps in bpf/state.h.
 */
#define AP_STATE_ANNOUNCED 1 /* ap_conn_open was submitted */
#define AP_STATE_COUNTED 2   /* positions are our own counts */
#define AP_STATE_ENDED 4     /* gone, but ap_conn_end found no room: user space sweeps */
#define AP_STATE_PLAIN_TCP 8
#define AP_STATE_TIED 16 /* a TLS session is known whose ciphertext it carries */
#define AP_SESSION_FROM_START 1
#define AP_SESSION_ANNOUNCED 2
#define AP_SESSION_ENDED 4 /* gone, but ap_tls_end found no room: user space sweeps */
#define AP_SESSION_MEMORY 8 /* it reads and writes memory; another call moves that to and from the socket */
#define AP_SESSION_GO 16 /* a tls.Conn of Go: nobody tells when it is freed, so it ends with its socket at the latest */
#define AP_SESSION_CLOSED 32 /* closed, but calls on it are under way: the last one ends it */
#define AP_SESSION_SOCKET_ENDED 64 /* with AP_SESSION_MEMORY: its socket has nothing more to read */
#define AP_SESSION_TIED_LATE 128 /* after it was announced: its next data tells of the socket */
#define AP_PROCESS_MEMORY 1 /* has sessions of memory */
#define AP_PROCESS_GO 2 /* has sessions of Go, and windows of goroutines */
#define AP_PROCESS_RUST 4 /* has calls of rustls */

struct ap_process {
    ap_u32 ring;
    ap_u32 flags;
    ap_u32 sessions; /* TLS sessions in tls_sessions */
    ap_u32 strays;   /* reads from and writes to rustls of which the connection is not known */
};

struct ap_udp {
    ap_u64 quic_socket; /* inode number of the last one that a QUIC packet was seen on */
    struct ap_datagram_counts bytes;
};

struct ap_classifier {
    ap_u32 protocol;       /* AP_CLASS_* */
    ap_u32 looks;          /* turns of direction that were looked at without a result */
    ap_u16 header;         /* bytes of a PROXY header that came before all else in a call of its own */
    ap_u8 header_direction;
    ap_u8 last_direction;    /* of the last call; plus one; 0: none yet */
    ap_u8 request_direction; /* plus one; 0: not known */
    ap_u8 pad[3];
};

struct ap_tls_key {
    ap_u64 ssl;
    ap_u64 tgid;
};

struct ap_connection {
    ap_u64 inode;
    ap_u32 ring;
    ap_u32 flags;
    struct ap_classifier classifier;
    ap_u32 tgid;     /* as in ap_conn_end */
    ap_u32 pad;
    ap_u32 count[2]; /* bytes so far by direction: positions when CONN_COUNTED */
    ap_u64 shed_until_ns; /* not 0: its exchanges are left out, at least until then */
    struct ap_tls_key tied; /* the session that was tied last */
    struct ap_byte_counts bytes[2];
};

struct ap_tls_session {
    ap_u64 id;
    ap_u64 created_ns;
    struct ap_conn_id conn; /* the tie; zero: not known */
    ap_u32 ring;
    ap_u32 library;
    ap_u32 flags;
    ap_u32 open; /* of Go: calls under way */
    struct ap_classifier classifier;
    struct ap_endpoints endpoints;
    ap_u64 position[2];
    ap_u64 shed_until_ns; /* as in ap_connection */
    ap_u32 strays[2]; /* of rustls: the process's that each direction knows of */
    struct ap_byte_counts bytes[2];
};

/* Who makes TLS calls. */
struct ap_tls_caller {
    ap_u64 owner; /* a thread's number; or AP_CALLER_GO and the address of a goroutine */
    ap_u64 tgid;
};
#define AP_CALLER_GO (1ULL << 63)

/* A file, as a mount namespace has it. */
struct ap_file_id {
    ap_u64 inode;
    ap_u32 device;
    ap_u32 mounts;
};

AP_ASSERT(sizeof(struct ap_header) == 16, "abi");
AP_ASSERT(sizeof(struct ap_data) == 80, "abi");
AP_ASSERT(__builtin_offsetof(struct ap_data, flags) == 76, "abi");
AP_ASSERT(sizeof(struct ap_conn_open) == 104, "abi");
AP_ASSERT(sizeof(struct ap_side_end) == 56, "abi");
AP_ASSERT(sizeof(struct ap_byte_counts) == 80, "abi");
AP_ASSERT(sizeof(struct ap_conn_end) == 208, "abi");
AP_ASSERT(sizeof(struct ap_tls_open) == 120, "abi");
AP_ASSERT(sizeof(struct ap_tls_end) == 192, "abi");
AP_ASSERT(sizeof(struct ap_process_event) == 56, "abi");
AP_ASSERT(sizeof(struct ap_datagrams) == 56, "abi");
AP_ASSERT(sizeof(struct ap_mapped) == 120, "abi");
AP_ASSERT(sizeof(struct ap_library) == 488, "abi");
AP_ASSERT(sizeof(struct ap_mark) == 40, "abi");
AP_ASSERT(sizeof(struct ap_ring_control) == 64, "abi");
AP_ASSERT(sizeof(struct ap_classifier) == 16, "abi");
AP_ASSERT(sizeof(struct ap_udp) == 40, "abi");
AP_ASSERT(sizeof(struct ap_connection) == 232, "abi");
AP_ASSERT(sizeof(struct ap_tls_session) == 296, "abi");
