/* One WebSocket client over TLS, and the loop that drives all of them. */
#ifndef PEER_H
#define PEER_H
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum state { CLOSED, TCP, TLS, UPGRADE, SETUP, READY };
enum { BUFFER = 1 << 18 };

struct peer {
    enum state state;
    int fd;
    SSL *ssl;
    SSL_SESSION *session; /* to come back with */
    bool resumed; /* this connection came back with one */
    const char *token; /* bearer token, "" for none */
    const char *setup; /* first frames, a tab between them; ready when "resumed" answers */
    unsigned *rooms, room_count; /* in `rooms`: where it hears; it speaks in the first */
    unsigned char *kept; /* the beginning of a frame whose end is still to come */
    size_t kept_length;
    unsigned char *out; /* what the kernel refused */
    size_t out_length, out_room;
    bool wants_write;
    uint64_t began; /* when the connection was begun, ns */
    uint64_t again; /* when it may be opened again, ns */
    unsigned tries; /* in vain, since it was last ready */
    uint64_t back; /* when it was ready again, ns; 0 before */
    uint32_t got; /* messages of this step */
    uint64_t sum; /* of their numbers */
    uint32_t in_flight; /* commands not acknowledged */
};

struct target {
    const char *host, *port;
    bool chatd; /* the protocol chatd.v1; else every text is a message to everybody */
};

extern struct peer *peers;
extern unsigned peer_count, ready_count, closed_count, opening_count;
extern struct target target;
extern char trouble[200]; /* the first thing that went wrong, "" for nothing */
extern bool keep_tickets, use_tickets; /* TLS sessions: remembered, and offered on coming back */

/* Called for every text frame of a peer that is ready, and when a peer became ready. */
extern void (*on_text)(struct peer *, const unsigned char *, size_t);
extern void (*on_ready)(struct peer *);

uint64_t now_ns(void);
void peers_init(void);
void peer_open(struct peer *);
void peer_close(struct peer *);
void peer_is(struct peer *, enum state);
void peer_push(struct peer *, const void *, size_t); /* sends bytes, keeps what does not fit */
void peer_text(struct peer *, const char *, size_t); /* sends one text frame */
void peer_setup(struct peer *); /* sends the first frames, again */
void peer_trouble(const char *, const unsigned char *, size_t);

/* Waits for at most `ns` and serves what happened; true when standard input has a line. */
bool pump(uint64_t ns);
#endif
