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
    return look__request(b, n) ? AP_CLASS_HTTP1 : AP_CLASS_UNKNOWN;
}

#define LOOKS_BEFORE_NOT_HTTP 8
#define LOOK_AGAIN_EVERY 16

/* The call is the first in its direction after one in the other. Once for each call, before the look. */
static __always_inline bool classifier__turn(struct ap_classifier *c, u32 direction)
{
    bool turn = c->last_direction != direction + 1;
    c->last_direction = direction + 1;
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
        c->request_direction = (direction ^ 1) + 1;
    } else if (found == AP_CLASS_HTTP1) {
        c->protocol = AP_CLASS_HTTP1;
        c->request_direction = direction + 1;
    } else if (found != AP_CLASS_UNKNOWN)
        c->protocol = found;
    else if (c->looks >= LOOKS_BEFORE_NOT_HTTP)
        c->protocol = AP_CLASS_NOT_HTTP;
}

/* Counts bytes that are not copied under what they are. False: they are HTTP/1. */
static __always_inline bool classifier__count(const struct ap_classifier *c, struct ap_byte_counts *bytes, u64 n)
{
    switch (c->protocol) {
    case AP_CLASS_HTTP1:
        return false;
    case AP_CLASS_HTTP2:
        count__add(&bytes->http2, n);
        return true;
    case AP_CLASS_TLS:
        count__add(&bytes->ciphertext, n);
        return true;
    case AP_CLASS_NOT_HTTP:
        count__add(&bytes->not_http, n);
        return true;
    default:
        count__add(&bytes->unknown, n);
        return true;
    }
}
