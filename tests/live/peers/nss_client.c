/* SPDX-License-Identifier: Apache-2.0
 * A client of NSS: nss_client plain|peek PORT CA PATH COUNT, one kept-alive connection; it takes any certificate. "peek": looks at
 * what comes before it reads it. */
#define _GNU_SOURCE
#include <nspr.h>
#include <nss.h>
#include <ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what)
{
    fprintf(stderr, "%s: %d\n", what, PR_GetError());
    exit(1);
}

static SECStatus take_any(void *context, PRFileDesc *fd, PRBool check, PRBool server)
{
    return SECSuccess;
}

static PRFileDesc *connect_to(const char *port)
{
    PRNetAddr to;
    PR_InitializeNetAddr(PR_IpAddrLoopback, (PRUint16)atoi(port), &to);
    PRFileDesc *plain = PR_NewTCPSocket();
    if (!plain || PR_Connect(plain, &to, PR_INTERVAL_NO_TIMEOUT) != PR_SUCCESS)
        fail("connect");
    PRFileDesc *fd = SSL_ImportFD(0, plain);
    if (!fd || SSL_AuthCertificateHook(fd, take_any, 0) != SECSuccess || SSL_SetURL(fd, "localhost") != SECSuccess ||
        SSL_ResetHandshake(fd, PR_FALSE) != SECSuccess || SSL_ForceHandshake(fd) != SECSuccess)
        fail("TLS");
    return fd;
}

static void exchange(PRFileDesc *fd, const char *path, int number, int peek)
{
    char request[256], answer[65536];
    int size = snprintf(request, sizeof(request), "GET %s%d HTTP/1.1\r\nHost: localhost\r\n\r\n", path, number);
    if (PR_Send(fd, request, size, 0, PR_INTERVAL_NO_TIMEOUT) != size)
        fail("PR_Send");
    int have = 0, wanted = -1;
    while (wanted < 0 || have < wanted) {
        char *to = answer + have;
        int room = (int)sizeof(answer) - 1 - have;
        if (peek && PR_Recv(fd, to, 1, PR_MSG_PEEK, PR_INTERVAL_NO_TIMEOUT) != 1)
            fail("PR_MSG_PEEK");
        int got = PR_Recv(fd, to, room, 0, PR_INTERVAL_NO_TIMEOUT);
        if (got <= 0)
            fail("PR_Recv");
        have += got;
        answer[have] = 0;
        char *body = strstr(answer, "\r\n\r\n"), *length = strcasestr(answer, "content-length:");
        if (body && length)
            wanted = (int)(body - answer) + 4 + atoi(length + 15);
    }
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    if (NSS_NoDB_Init(0) != SECSuccess || NSS_SetDomesticPolicy() != SECSuccess)
        fail("NSS");
    PRFileDesc *fd = connect_to(argv[2]);
    for (int i = 0; i < atoi(argv[5]); i++)
        exchange(fd, argv[4], i, !strcmp(argv[1], "peek"));
    PR_Close(fd);
    return 0;
}
