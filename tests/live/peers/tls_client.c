/* SPDX-License-Identifier: Apache-2.0 */
/* A TLS client that carries its OpenSSL: tls_client PORT. Asks once, ends its connection, and waits for the end of its input. */
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    struct sockaddr_in to = {.sin_family = AF_INET};
    char answer[65536];
    int got = 0;
    int total = 0;
    if (argc != 2)
        return 2;
    to.sin_port = htons((unsigned short)atoi(argv[1]));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
        return 1;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    if (SSL_connect(ssl) != 1 || SSL_write(ssl, request, (int)strlen(request)) <= 0)
        return 1;
    while (total < 20000 && (got = SSL_read(ssl, answer, sizeof(answer))) > 0)
        total += got;
    SSL_free(ssl);
    SSL_CTX_free(context);
    close(fd);
    while (read(0, answer, sizeof(answer)) > 0)
        ;
    return total >= 20000 ? 0 : 1;
}
