/* SPDX-License-Identifier: Apache-2.0
 * A client of OpenSSL's C interface: openssl_client plain|renegotiate|pair|sandbox|again|moved PORT CA PATH COUNT, one kept-alive
 * connection. "again": a connection for each exchange, by the same object; after the first and after the last it says so, and goes
 * on when it is told to. "moved": as "again", and after the first exchange it goes to a mount namespace of its own.
 * "pair": the library reads and writes one end of a BIO pair, this program moves the bytes. "sandbox": as "plain", under a
 * seccomp filter that ends the process at any system call that a program of this kind does not make by itself. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <openssl/ssl.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static BIO *network; /* the other end of the pair */
static int fd;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void sandbox(void)
{
    /* return and entry probes must not show themselves as system calls of the process: uretprobe is 335 */
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 334, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        fail("seccomp");
}

/* Between the pair and the socket, until the library can go on. */
static void move_bytes(SSL *ssl, int result)
{
    char buffer[4096];
    int n;
    int wants = SSL_get_error(ssl, result);
    while ((n = BIO_read(network, buffer, sizeof(buffer))) > 0)
        if (write(fd, buffer, (size_t)n) != n)
            fail("write");
    if (wants == SSL_ERROR_WANT_READ) {
        ssize_t got = read(fd, buffer, sizeof(buffer));
        if (got <= 0)
            fail("read");
        if (BIO_write(network, buffer, (int)got) != got)
            fail("BIO_write");
    } else if (wants != SSL_ERROR_WANT_WRITE && wants != SSL_ERROR_NONE) {
        fail("TLS");
    }
}

static int again(SSL *ssl, int result)
{
    if (!network)
        return 0;
    move_bytes(ssl, result);
    return result <= 0;
}

static void connect_to(const char *port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)))
        fail("connect");
}

static void connect_again(SSL *ssl, const char *port)
{
    SSL_shutdown(ssl);
    close(fd);
    if (!SSL_clear(ssl))
        fail("SSL_clear");
    connect_to(port);
    SSL_set_fd(ssl, fd);
    if (SSL_connect(ssl) != 1)
        fail("SSL_connect");
}

static void wait_for_word(void)
{
    puts("done");
    fflush(stdout);
    getchar();
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    int is_moved = !strcmp(argv[1], "moved");
    int is_again = is_moved || !strcmp(argv[1], "again");
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_load_verify_locations(context, argv[3], 0);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, 0);
    if (!strcmp(argv[1], "renegotiate"))
        SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    connect_to(argv[2]);
    if (!strcmp(argv[1], "sandbox"))
        sandbox();
    SSL *ssl = SSL_new(context);
    if (!strcmp(argv[1], "pair")) {
        BIO *inner;
        BIO_new_bio_pair(&inner, 0, &network, 0);
        SSL_set_bio(ssl, inner, inner);
    } else {
        SSL_set_fd(ssl, fd);
    }
    int result;
    do
        result = SSL_connect(ssl);
    while (again(ssl, result));
    for (int i = 0; i < atoi(argv[5]); i++) {
        char request[256], answer[65536];
        int size = snprintf(request, sizeof(request), "GET %s%d HTTP/1.1\r\nHost: localhost\r\n\r\n", argv[4], i);
        if (!strcmp(argv[1], "renegotiate") && i && (SSL_renegotiate(ssl) != 1 || SSL_do_handshake(ssl) != 1))
            fail("renegotiate");
        if (is_again && i)
            connect_again(ssl, argv[2]);
        do
            result = SSL_write(ssl, request, size);
        while (again(ssl, result));
        int have = 0, wanted = -1;
        while (wanted < 0 || have < wanted) {
            do
                result = SSL_read(ssl, answer + have, (int)sizeof(answer) - 1 - have);
            while (again(ssl, result));
            if (result <= 0)
                fail("SSL_read");
            have += result;
            answer[have] = 0;
            char *body = strstr(answer, "\r\n\r\n"), *length = strcasestr(answer, "content-length:");
            if (body && length)
                wanted = (int)(body - answer) + 4 + atoi(length + 15);
        }
        if (is_moved && i == 0 && unshare(CLONE_NEWNS))
            fail("unshare");
        if (is_again && (i == 0 || i == atoi(argv[5]) - 1))
            wait_for_word();
    }
    result = SSL_shutdown(ssl);
    if (network && result >= 0)
        move_bytes(ssl, 1);
    SSL_free(ssl);
    close(fd);
    return 0;
}
