/* The floor: the least a server must do to send everything anybody says to everybody, over TLS.
 *
 *   floor PORT CERTIFICATE KEY [joined]
 *
 * One thread, epoll, OpenSSL straight on the socket. No accounts, no rooms, no storage, no limits;
 * a reader whose socket is full has the rest kept for it without bound. Plain: a message is written
 * to everybody when it is read. `joined`: what one epoll batch brought is framed one after the
 * other and written to everybody at its end, which is a server's best practice under load.
 * RFC 6455: the handshake of §4.2, text frames of §5.2, ping and close answered.
 */
#define _GNU_SOURCE
#include "bytes.h"
#include "listen.h"
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 1024, BUFFER = 1 << 16, TEXT = 1, CLOSE = 8, PING = 9, PONG = 10 };
enum state { SHAKING, ASKING, OPEN, GONE };

struct client {
    enum state state;
    int fd;
    SSL *ssl;
    size_t place;        /* in `clients`, while OPEN */
    struct bytes in, out; /* the beginning of a frame; what the kernel refused */
    struct client *next; /* in the list of those to be freed after the batch */
};

static int loop;
static SSL_CTX *context;
static struct client **clients, *gone;
static size_t count, slots;
static struct bytes batch;
static bool joined;

static void watch(struct client *c, bool write)
{
    struct epoll_event e = {.events = EPOLLIN | (write ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(loop, EPOLL_CTL_MOD, c->fd, &e);
}

static void leave(struct client *c)
{
    if (c->state == GONE)
        return;
    if (c->state == OPEN) {
        clients[c->place] = clients[--count];
        clients[c->place]->place = c->place;
        SSL_shutdown(c->ssl);
    }
    c->state = GONE;
    c->next = gone;
    gone = c;
    ERR_clear_error();
}

static void bury(void)
{
    while (gone) {
        struct client *c = gone;
        gone = c->next;
        SSL_free(c->ssl);
        close(c->fd);
        free(c->in.at);
        free(c->out.at);
        free(c);
    }
}

static void flush(struct client *c)
{
    int n = SSL_write(c->ssl, c->out.at, (int)c->out.length);
    if (n > 0)
        drop(&c->out, (size_t)n);
    else if (SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_WRITE)
        leave(c);
    if (c->state != GONE && !c->out.length)
        watch(c, false);
}

static void push(struct client *c, const void *data, size_t length)
{
    if (c->out.length) {
        append(&c->out, data, length);
        return;
    }
    int n = SSL_write(c->ssl, data, (int)length);
    if (n == (int)length)
        return;
    if (n <= 0 && SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_WRITE) {
        leave(c);
        return;
    }
    size_t done = n > 0 ? (size_t)n : 0;
    append(&c->out, (const unsigned char *)data + done, length - done);
    watch(c, true);
}

static size_t head(unsigned char *to, int opcode, size_t length)
{
    to[0] = (unsigned char)(0x80 | opcode);
    to[1] = (unsigned char)(length < 126 ? length : 126);
    if (length < 126)
        return 2;
    to[2] = (unsigned char)(length >> 8);
    to[3] = (unsigned char)length;
    return 4;
}

static void to_everybody(const void *data, size_t length)
{
    for (size_t i = count; i-- > 0;) /* who leaves gives its place to one that was served */
        push(clients[i], data, length);
}

/* One frame whose payload is unmasked by now. */
static void said(struct client *c, int opcode, const unsigned char *payload, size_t length)
{
    unsigned char frame[BUFFER + 4];
    if (opcode == CLOSE) {
        leave(c);
        return;
    }
    if (opcode != TEXT && opcode != PING)
        return;
    size_t n = head(frame, opcode == PING ? PONG : TEXT, length);
    memcpy(frame + n, payload, length);
    if (opcode == PING)
        push(c, frame, n + length);
    else if (joined)
        append(&batch, frame, n + length);
    else
        to_everybody(frame, n + length);
}

static void frames(struct client *c)
{
    size_t at = 0;
    while (c->state == OPEN && c->in.length - at >= 6) {
        unsigned char *f = c->in.at + at;
        size_t size = f[1] & 127, start = 6;
        if (size == 126) {
            size = (size_t)f[2] << 8 | f[3];
            start = 8;
        }
        if (!(f[1] & 128) || (f[1] & 127) == 127) { /* unmasked, or longer than any message here */
            leave(c);
            return;
        }
        if (c->in.length - at < start + size)
            break;
        for (size_t i = 0; i < size; i++)
            f[start + i] ^= f[start - 4 + (i & 3)];
        said(c, f[0] & 15, f + start, size);
        at += start + size;
    }
    if (at)
        drop(&c->in, at);
}

static void upgrade(struct client *c)
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; /* RFC 6455 §1.3 */
    char answer[256], accept[32], joint[128];
    unsigned char digest[EVP_MAX_MD_SIZE];
    append(&c->in, "", 1);
    char *request = (char *)c->in.at, *key = strcasestr(request, "\r\nSec-WebSocket-Key:");
    char *end = strstr(request, "\r\n\r\n");
    c->in.length--;
    if (!end || !key || key > end) {
        if (end || c->in.length > 8192)
            leave(c);
        return;
    }
    key += strlen("\r\nSec-WebSocket-Key:");
    key += strspn(key, " ");
    int n = snprintf(joint, sizeof joint, "%.*s%s", (int)strcspn(key, " \r"), key, guid);
    EVP_Digest(joint, (size_t)n, digest, NULL, EVP_sha1(), NULL);
    EVP_EncodeBlock((unsigned char *)accept, digest, 20);
    drop(&c->in, (size_t)(end + 4 - request));
    n = snprintf(answer, sizeof answer,
                 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                 "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                 accept);
    if (count == slots) {
        clients = realloc(clients, (slots = 2 * slots + 64) * sizeof *clients);
        if (!clients)
            abort();
    }
    c->state = OPEN;
    c->place = count;
    clients[count++] = c;
    push(c, answer, (size_t)n);
}

static void readable(struct client *c)
{
    static unsigned char buffer[BUFFER];
    if (c->state == SHAKING) {
        int done = SSL_accept(c->ssl);
        if (done == 1)
            c->state = ASKING;
        else if (SSL_get_error(c->ssl, done) != SSL_ERROR_WANT_READ)
            leave(c);
        if (c->state != ASKING)
            return;
    }
    do {
        int n = SSL_read(c->ssl, buffer, sizeof buffer);
        if (n <= 0) {
            if (SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_READ)
                leave(c);
            return;
        }
        append(&c->in, buffer, (size_t)n);
        if (c->state == ASKING)
            upgrade(c);
        if (c->state == OPEN)
            frames(c);
    } while (c->state != GONE && SSL_has_pending(c->ssl));
}

static void welcome(int listener)
{
    int on = 1, fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct client *c = calloc(1, sizeof *c);
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        c->fd = fd;
        c->ssl = SSL_new(context);
        SSL_set_fd(c->ssl, fd);
        SSL_set_accept_state(c->ssl);
        epoll_ctl(loop, EPOLL_CTL_ADD, fd, &e);
    }
}

int main(int words, char **word)
{
    struct epoll_event events[EVENTS], ask = {.events = EPOLLIN, .data.ptr = NULL};
    if (words < 4) {
        fprintf(stderr, "usage: floor PORT CERTIFICATE KEY [joined]\n");
        return 2;
    }
    joined = words > 4 && !strcmp(word[4], "joined");
    signal(SIGPIPE, SIG_IGN);
    context = tls_of(word[2], word[3]);
    int listener = listen_on(word[1]);
    loop = epoll_create1(EPOLL_CLOEXEC);
    epoll_ctl(loop, EPOLL_CTL_ADD, listener, &ask);
    for (;;) {
        int n = epoll_wait(loop, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            struct client *c = events[i].data.ptr;
            if (!c) {
                welcome(listener);
                continue;
            }
            if (c->state != GONE && events[i].events & EPOLLOUT && c->out.length)
                flush(c);
            if (c->state != GONE && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                readable(c);
        }
        if (batch.length) {
            to_everybody(batch.at, batch.length);
            batch.length = 0;
        }
        bury();
    }
}
