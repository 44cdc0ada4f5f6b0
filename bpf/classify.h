/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/* What a connection carries, by the first bytes of a call. User space's parsers have the last word (ap_mark.not_http). */

#define LOOK_BYTES 8

static __always_inline bool byte__in_method(u8 c)
{
    return (c >= 'A' && c <= 'Z') || c == '-';
}

/* One to eight bytes of a request line: upper-case letters, then a space. A shorter beginning counts: a sender may write
 * byte by byte. */
static __always_inline bool look__request(const u8 *b, u32 n)
{
    if (b[0] < 'A' || b[0] > 'Z')
        return false;
#pragma unroll
    for (u32 i = 1; i < LOOK_BYTES; i++) {
        if (i >= n)
            return true;
        if (b[i] == ' ')
            return i >= 3;
        if (!byte__in_method(b[i]))
            return false;
    }
    return true;
}

/* What begins like a frame of HTTP/2 (RFC 9113 §4.1) that may come first in a call: its first eight bytes, of the
 * stream's number all but the last. The parsers in user space look further. A global function: verified once by itself. */
__noinline int http2_frame(u64 first)
{
    u32 length = (u32)(first >> 8 & 0xff) << 8 | (u32)(first >> 16 & 0xff);
    u32 flags = (u32)(first >> 32 & 0xff);
    u32 stream = (u32)(first >> 40); /* 0: one of 0 to 255 */
    if (first & 0xff || length > 16384 || stream & 0x80)
        return 0;
    switch (first >> 24 & 0xff) {
    case 0: /* DATA */
        return !(flags & ~0x09U) && (length || flags & 1) && !(stream & 0xff);
    case 1: /* HEADERS */
        return !(flags & ~0x2dU) && length && !(stream & 0xff);
    case 3: /* RST_STREAM */
    case 8: /* WINDOW_UPDATE */
        return !flags && length == 4;
    case 4: /* SETTINGS */
        return flags <= 1 && length % 6 == 0 && !stream;
    case 6: /* PING */
        return flags <= 1 && length == 8 && !stream;
    case 7: /* GOAWAY */
        return !flags && length >= 8 && !stream;
    }
    return 0;
}

#define LOOK_RESPONSE 16 /* HTTP/1, and a response */

/* AP_CLASS_* or LOOK_RESPONSE. */
static __always_inline u32 look__class(u64 address, u32 len)
{
    u8 b[LOOK_BYTES] = {};
    u32 n = len < LOOK_BYTES ? len : LOOK_BYTES;
    if (len >= LOOK_BYTES) {
        if (bpf_probe_read_user(b, LOOK_BYTES, (void *)address))
            return AP_CLASS_UNKNOWN;
    } else {
#pragma unroll
        for (u32 i = 0; i < LOOK_BYTES - 1; i++)
            if (i < n)
                bpf_probe_read_user(&b[i], 1, (void *)(address + i));
    }
    if (b[0] == 'H' && n >= 5 && b[1] == 'T' && b[2] == 'T' && b[3] == 'P' && b[4] == '/')
        return LOOK_RESPONSE;
    if (n >= 6 && b[0] == 'P' && b[1] == 'R' && b[2] == 'I' && b[3] == ' ' && b[4] == '*' && b[5] == ' ')
        return AP_CLASS_HTTP2;
    /* RFC 8446 §5.1: type, legacy version 3.x, a length of at most 2^14 + 2048 */
    if (n >= 3 && b[0] >= 20 && b[0] <= 23 && b[1] == 3 && b[2] <= 4) {
        u32 record = ((u32)b[3] << 8) | b[4];
        if (n < 5 || (record > 0 && record <= 16384 + 2048))
            return AP_CLASS_TLS;
    }
    if (look__request(b, n))
        return AP_CLASS_HTTP1;
    u64 first = 0;
    __builtin_memcpy(&first, b, sizeof(first));
    return n == LOOK_BYTES && http2_frame(first) ? AP_CLASS_HTTP2 : AP_CLASS_UNKNOWN;
}

/*
 * The PROXY protocol's header, which a proxy may send before the first byte of a connection. What stands behind it says
 * what the connection carries; src/protocols/proxy_header.h sets it aside.
 */
#define PROXY_LINE 107  /* version 1: a line of at most so many bytes */
#define PROXY_FIXED 16  /* version 2: signature, command, family, length of the rest */
#define PROXY_REST 2048 /* that length is below it */
#define PROXY_CUT 0xffffffff

/* Bytes of the line, its end included; 0: it does not end here. A global function: verified once by itself, because each
 * byte is a step. One at a time, because a line on the stack has no room in a chain of calls. */
__noinline int proxy_line(u64 address, u32 len)
{
    u8 before = 0;
    for (u32 i = 0; i < PROXY_LINE; i++) {
        u8 c = 0;
        if (i >= len || bpf_probe_read_user(&c, 1, (void *)(address + i)))
            return 0;
        if (c == '\n')
            return before == '\r' ? (int)i + 1 : 0;
        before = c;
    }
    return 0;
}

/* "PROXY TCP4", "PROXY TCP6", "PROXY UNKNOWN"; not a method of that name. */
static __always_inline bool proxy__begins_line(const u8 *b)
{
    return b[0] == 'P' && b[1] == 'R' && b[2] == 'O' && b[3] == 'X' && b[4] == 'Y' && b[5] == ' ' &&
           ((b[6] == 'T' && b[7] == 'C') || (b[6] == 'U' && b[7] == 'N'));
}

/* Bytes of the header that stands at `address`; more than `len`: it is cut. 0: none, or a line without its end, which is
 * taken for a request's beginning and so goes to user space too. */
static __always_inline u32 proxy__header(u64 address, u32 len)
{
    u8 b[PROXY_FIXED] = {};
    if (len < LOOK_BYTES || bpf_probe_read_user(b, LOOK_BYTES, (void *)address))
        return 0;
    if (proxy__begins_line(b))
        return (u32)proxy_line(address, len);
    if (b[0] != '\r' || b[1] != '\n' || b[2] != '\r' || b[3] != '\n' || b[4] || b[5] != '\r' || b[6] != '\n' || b[7] != 'Q')
        return 0;
    if (len < PROXY_FIXED)
        return PROXY_CUT;
    if (bpf_probe_read_user(b + LOOK_BYTES, PROXY_FIXED - LOOK_BYTES, (void *)(address + LOOK_BYTES)))
        return 0;
    if (b[8] != 'U' || b[9] != 'I' || b[10] != 'T' || b[11] != '\n' || (b[12] & 0xfe) != 0x20 || b[14] >= PROXY_REST >> 8)
        return 0;
    return PROXY_FIXED + ((u32)b[14] << 8 | b[15]);
}

/* Takes a PROXY header off the first bytes of a connection. True: nothing is left to look at.
 * One that fills its call is remembered, and the next call is the first. One whose end is not seen goes to user space with
 * all that follows: its parser puts it together. */
static __always_inline bool classifier__pass_header(struct ap_classifier *c, u32 direction, u64 *address, u32 *len,
                                                    u32 total)
{
    if (c->protocol != AP_CLASS_UNKNOWN || c->looks || c->header)
        return false;
    u32 header = proxy__header(*address, *len);
    if (!header)
        return false;
    if (header == total) {
        c->header = (u16)header;
        c->header_direction = (u8)direction;
        c->last_direction = 0; /* the next call is a turn, whatever its direction */
        return true;
    }
    if (header >= *len) {
        c->protocol = AP_CLASS_HTTP1;
        c->request_direction = (u8)direction + 1;
        return true;
    }
    *address += header;
    *len -= header;
    return false;
}

/* RFC 9000 §17.2: a packet with a long header, of version 1, 2 (RFC 9369) or a draft. */
#define QUIC_PORT 443
#define QUIC_LONG_HEADER 0xc0

static __always_inline bool datagram__is_quic(u64 address, u32 len)
{
    u8 b[LOOK_BYTES] = {};
    if (len < LOOK_BYTES || bpf_probe_read_user(b, LOOK_BYTES, (void *)address))
        return false;
    if ((b[0] & QUIC_LONG_HEADER) != QUIC_LONG_HEADER)
        return false;
    u32 version = (u32)b[1] << 24 | (u32)b[2] << 16 | (u32)b[3] << 8 | b[4];
    return version == 1 || version == 0x6b3343cf || version >> 8 == 0xff0000;
}

#define LOOKS_BEFORE_NOT_HTTP 8
#define LOOK_AGAIN_EVERY 16

/* The call is the first in its direction after one in the other. Once for each call, before the look. */
static __always_inline bool classifier__turn(struct ap_classifier *c, u32 direction)
{
    bool turn = c->last_direction != direction + 1;
    c->last_direction = (u8)direction + 1;
    return turn;
}

/* Called at the first byte of a call that is a turn. The class changes from unknown, now and then from "not HTTP", and
 * never back. */
static __always_inline void classifier__look(struct ap_classifier *c, u32 direction, u64 address, u32 len)
{
    if (c->protocol != AP_CLASS_UNKNOWN && c->protocol != AP_CLASS_NOT_HTTP)
        return;
    c->looks++;
    if (c->protocol == AP_CLASS_NOT_HTTP && c->looks % LOOK_AGAIN_EVERY)
        return;
    u32 found = look__class(address, len);
    if (found == LOOK_RESPONSE) {
        c->protocol = AP_CLASS_HTTP1;
        c->request_direction = (u8)(direction ^ 1) + 1;
    } else if (found == AP_CLASS_HTTP1) {
        c->protocol = AP_CLASS_HTTP1;
        c->request_direction = (u8)direction + 1;
    } else if (found != AP_CLASS_UNKNOWN)
        c->protocol = found;
    else if (c->looks >= LOOKS_BEFORE_NOT_HTTP)
        c->protocol = AP_CLASS_NOT_HTTP;
}

/* Counts bytes that are not copied under what they are. False: they are HTTP. `explained`: as TLS they are a session's
 * that is known. */
static __always_inline bool classifier__count(const struct ap_classifier *c, struct ap_byte_counts *bytes, u64 n, bool explained)
{
    switch (c->protocol) {
    case AP_CLASS_HTTP1:
        return false;
    case AP_CLASS_HTTP2:
        if (option_http2)
            return false;
        count__add(&bytes->http2, n);
        return true;
    case AP_CLASS_TLS:
        if (explained)
            count__add(&bytes->ciphertext, n);
        else
            count__add(&bytes->opaque, n);
        return true;
    case AP_CLASS_NOT_HTTP:
        count__add(&bytes->not_http, n);
        return true;
    default:
        count__add(&bytes->unknown, n);
        return true;
    }
}
