/* One WebSocket client over TLS, and the loop that drives all of them. */
#define _GNU_SOURCE
#include "peer.h"
#include "websocket.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 1024 };

struct peer *peers;
unsigned peer_count, ready_count, closed_count, opening_count;
struct target target;
char trouble[200];
bool keep_tickets, use_tickets;
void (*on_text)(struct peer *, const unsigned char *, size_t);
void (*on_ready)(struct peer *);

static int loop;
static SSL_CTX *context;
static struct addrinfo *address;
static unsigned char buffer[BUFFER];

uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void peer_trouble(const char *what, const unsigned char *detail, size_t length)
{
    if (trouble[0])
        return;
    int n = snprintf(trouble, sizeof trouble, "%s: ", what);
    for (size_t i = 0; i < length && n < (int)sizeof trouble - 1; i++)
        if (detail[i] >= ' ' && detail[i] < 127 && detail[i] != '"' && detail[i] != '\\')
            trouble[n++] = (char)detail[i];
    trouble[n] = 0;
}

static void watch(struct peer *p, bool write, int how)
{
    struct epoll_event e = {.events = EPOLLIN | (write ? EPOLLOUT : 0), .data.ptr = p};
    p->wants_write = write;
    epoll_ctl(loop, how, p->fd, &e);
}

void peer_is(struct peer *p, enum state state)
{
    unsigned *was = p->state == READY ? &ready_count : p->state == CLOSED ? &closed_count
                                                                          : &opening_count;
    unsigned *is = state == READY ? &ready_count : state == CLOSED ? &closed_count
                                                                   : &opening_count;
    --*was, ++*is;
    p->state = state;
}

/* A session to come back with, RFC 8446 §4.6.1; the last one counts. */
static int ticket(SSL *ssl, SSL_SESSION *session)
{
    struct peer *p = SSL_get_app_data(ssl);
    if (!p || !keep_tickets)
        return 0;
    SSL_SESSION_free(p->session);
    p->session = session;
    return 1;
}

void peers_init(void)
{
    struct addrinfo want = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    if (getaddrinfo(target.host, target.port, &want, &address)) {
        fprintf(stderr, "load: no such host: %s\n", target.host);
        exit(2);
    }
    loop = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(loop, EPOLL_CTL_ADD, STDIN_FILENO, &e);
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL); /* the subject is the server's speed */
    SSL_CTX_set_session_cache_mode(context,
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, ticket);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context, 1); /* one recv brings many records */
    SSL_CTX_set_default_read_buffer_len(context, 65536);
    closed_count = peer_count;
}

void peer_close(struct peer *p)
{
    if (p->state == CLOSED)
        return;
    peer_is(p, CLOSED);
    if (p->ssl) {
        SSL_shutdown(p->ssl);
        SSL_free(p->ssl);
    }
    close(p->fd);
    free(p->kept);
    p->ssl = NULL;
    p->kept = NULL;
    p->kept_length = p->out_length = p->in_flight = 0;
}

static void lost(struct peer *p, const char *what)
{
    const char *why = ERR_reason_error_string(ERR_peek_error());
    why = why ? why : errno ? strerror(errno) : "closed by the server";
    peer_trouble(what, (const unsigned char *)why, strlen(why));
    ERR_clear_error();
    peer_close(p);
}

void peer_push(struct peer *p, const void *data, size_t length)
{
    if (!p->out_length) {
        ERR_clear_error();
        int n = SSL_write(p->ssl, data, (int)length);
        if (n == (int)length)
            return;
        if (n <= 0 && SSL_get_error(p->ssl, n) != SSL_ERROR_WANT_WRITE) {
            lost(p, "a write failed");
            return;
        }
        data = (const char *)data + (n > 0 ? n : 0);
        length -= n > 0 ? (size_t)n : 0;
        watch(p, true, EPOLL_CTL_MOD);
    }
    if (p->out_length + length > p->out_room) {
        p->out_room = 2 * (p->out_length + length);
        p->out = realloc(p->out, p->out_room);
    }
    memcpy(p->out + p->out_length, data, length);
    p->out_length += length;
}

static void flush(struct peer *p)
{
    ERR_clear_error();
    int n = SSL_write(p->ssl, p->out, (int)p->out_length);
    if (n <= 0 && SSL_get_error(p->ssl, n) != SSL_ERROR_WANT_WRITE) {
        lost(p, "a write failed");
        return;
    }
    if (n > 0) {
        p->out_length -= (size_t)n;
        memmove(p->out, p->out + n, p->out_length);
    }
    if (!p->out_length)
        watch(p, false, EPOLL_CTL_MOD);
}

static void readable(struct peer *p)
{
    do {
        size_t have = p->kept_length;
        if (have) {
            memcpy(buffer, p->kept, have);
            free(p->kept);
            p->kept = NULL;
            p->kept_length = 0;
        }
        ERR_clear_error();
        int n = SSL_read(p->ssl, buffer + have, (int)(BUFFER - have));
        if (n <= 0 && SSL_get_error(p->ssl, n) != SSL_ERROR_WANT_READ) {
            lost(p, "a connection ended");
            return;
        }
        size_t length = have + (n > 0 ? (size_t)n : 0), used = 0;
        if (n > 0) {
            used = websocket_take(p, buffer, length);
            if (p->state == CLOSED)
                return;
        }
        if (length > used) {
            if (length - used == BUFFER) {
                lost(p, "too large a frame");
                return;
            }
            p->kept_length = length - used;
            p->kept = malloc(p->kept_length);
            memcpy(p->kept, buffer + used, p->kept_length);
        }
        if (n <= 0)
            return;
    } while (SSL_has_pending(p->ssl));
}

void peer_open(struct peer *p)
{
    int on = 1;
    /* Everybody comes from an address of their own: 127.1.0.1, 127.1.0.2, ... */
    struct sockaddr_in from = {.sin_family = AF_INET};
    from.sin_addr.s_addr = htonl(0x7f010001u + (uint32_t)(p - peers));
    p->began = now_ns();
    p->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (p->fd < 0 || bind(p->fd, (struct sockaddr *)&from, sizeof from) ||
        (connect(p->fd, address->ai_addr, address->ai_addrlen) && errno != EINPROGRESS)) {
        peer_trouble("connect", (const unsigned char *)strerror(errno), strlen(strerror(errno)));
        if (p->fd >= 0)
            close(p->fd);
        return;
    }
    setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    peer_is(p, TCP);
    watch(p, true, EPOLL_CTL_ADD);
}

static void shake(struct peer *p)
{
    if (p->state == TCP) {
        p->ssl = SSL_new(context);
        SSL_set_fd(p->ssl, p->fd);
        SSL_set_app_data(p->ssl, p);
        SSL_set_connect_state(p->ssl);
        if (p->session && use_tickets)
            SSL_set_session(p->ssl, p->session);
        p->state = TLS;
        watch(p, false, EPOLL_CTL_MOD);
    }
    errno = 0;
    ERR_clear_error();
    int done = SSL_do_handshake(p->ssl);
    if (done != 1) {
        if (SSL_get_error(p->ssl, done) != SSL_ERROR_WANT_READ)
            lost(p, "a TLS handshake failed");
        return;
    }
    p->resumed = SSL_session_reused(p->ssl);
    p->state = UPGRADE;
    websocket_ask(p);
}

bool pump(uint64_t ns)
{
    struct epoll_event events[EVENTS];
    struct timespec wait = {(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};
    bool asked = false;
    int n = epoll_pwait2(loop, events, EVENTS, &wait, NULL);
    for (int i = 0; i < n; i++) {
        struct peer *p = events[i].data.ptr;
        if (!p) {
            asked = true;
            continue;
        }
        if (p->state == CLOSED)
            continue;
        if (p->state <= TLS) {
            shake(p);
            continue;
        }
        if (events[i].events & EPOLLOUT)
            flush(p);
        if (p->state != CLOSED && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
            readable(p);
    }
    return asked;
}
