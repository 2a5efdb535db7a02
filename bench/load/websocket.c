/* The protocol on a connection: the request that opens it, frames both ways (RFC 6455 §4.1, §5.2),
 * and the first frames of chatd.v1 until "resumed". */
#define _GNU_SOURCE
#include "websocket.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MASK = 0x5a39c16b };

static void frame(struct peer *p, int opcode, const void *data, size_t length)
{
    unsigned char head[4096 + 8];
    size_t n = 2;
    if (length > 4096)
        abort();
    head[0] = (unsigned char)(0x80 | opcode);
    head[1] = (unsigned char)(0x80 | (length < 126 ? length : 126));
    if (length >= 126) {
        head[n++] = (unsigned char)(length >> 8);
        head[n++] = (unsigned char)length;
    }
    uint32_t key = MASK;
    memcpy(head + n, &key, 4);
    const unsigned char *mask = head + n;
    n += 4;
    for (size_t i = 0; i < length; i++)
        head[n + i] = ((const unsigned char *)data)[i] ^ mask[i & 3];
    peer_push(p, head, n + length);
}

void peer_text(struct peer *p, const char *text, size_t length)
{
    if (p->state >= SETUP)
        frame(p, 1, text, length);
}

static void ready(struct peer *p)
{
    peer_is(p, READY);
    if (on_ready)
        on_ready(p);
}

void peer_setup(struct peer *p)
{
    if (!p->setup[0]) {
        ready(p);
        return;
    }
    if (p->state != SETUP)
        peer_is(p, SETUP);
    for (const char *at = p->setup, *end; at; at = end ? end + 1 : NULL) {
        end = strchr(at, '\t');
        frame(p, 1, at, end ? (size_t)(end - at) : strlen(at));
    }
}

static bool begins(const unsigned char *data, size_t length, const char *with)
{
    return length >= strlen(with) && !memcmp(data, with, strlen(with));
}

static void text(struct peer *p, const unsigned char *data, size_t length)
{
    if (p->state == READY) {
        on_text(p, data, length);
    } else if (begins(data, length, "{\"type\":\"resumed\"")) {
        ready(p);
    } else if (begins(data, length, "{\"type\":\"error\"")) {
        peer_trouble("refused at the start", data, length);
        peer_close(p);
    } else if (begins(data, length, "{\"type\":\"resync\"")) {
        peer_setup(p);
    }
}

/* Serves the whole frames in data; how many bytes they take, or SIZE_MAX when p is closed. */
static size_t frames(struct peer *p, const unsigned char *data, size_t length)
{
    size_t at = 0;
    while (length - at >= 2) {
        const unsigned char *f = data + at;
        size_t head = 2, size = f[1] & 127;
        if (size == 126) {
            head = 4;
            size = length - at < head ? BUFFER : (size_t)f[2] << 8 | f[3];
        } else if (size == 127) {
            head = 10;
            size = length - at < head
                       ? BUFFER
                       : (size_t)f[6] << 24 | (size_t)f[7] << 16 | (size_t)f[8] << 8 | f[9];
        }
        if (length - at < head + size)
            break;
        at += head + size;
        switch (f[0] & 15) {
        case 1: text(p, f + head, size); break;
        case 8:
            if (!p->again) /* it was not told to come back */
                peer_trouble("closed", f + head + 2, size > 2 ? size - 2 : 0);
            peer_close(p);
            break;
        case 9: frame(p, 10, f + head, size); break;
        }
        if (p->state == CLOSED)
            return SIZE_MAX;
    }
    return at;
}

static void upgraded(struct peer *p, const unsigned char *data, size_t length, size_t *used)
{
    const unsigned char *end = memmem(data, length, "\r\n\r\n", 4);
    if (!end)
        return;
    if (!begins(data, length, "HTTP/1.1 101")) {
        peer_trouble("no WebSocket", data, length);
        peer_close(p);
        return;
    }
    *used = (size_t)(end - data) + 4;
    peer_is(p, SETUP);
    peer_setup(p);
}

void websocket_ask(struct peer *p)
{
    char request[1024];
    int n = snprintf(request, sizeof request,
                     "GET /ws HTTP/1.1\r\nHost: localhost:%s\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s%s%s%s\r\n",
                     target.port, target.chatd ? "Sec-WebSocket-Protocol: chatd.v1\r\n" : "",
                     p->token[0] ? "Authorization: Bearer " : "", p->token,
                     p->token[0] ? "\r\n" : "");
    peer_push(p, request, (size_t)n);
}

size_t websocket_take(struct peer *p, const unsigned char *data, size_t length)
{
    size_t used = 0;
    if (p->state == UPGRADE)
        upgraded(p, data, length, &used);
    return p->state >= SETUP ? used + frames(p, data + used, length - used) : used;
}
