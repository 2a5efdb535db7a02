/* One WebSocket client over TLS, and the loop that drives all of them. */
#ifndef PEER_H
#define PEER_H
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum state { CLOSED, TCP, TLS, UPGRADE, SETUP, READY };

struct peer {
    enum state state;
    int fd;
    SSL *ssl;
    const char *token; /* bearer token, "" for none */
    const char *setup; /* first frames, a tab between them; ready when "resumed" answers */
    unsigned char *kept; /* the beginning of a frame whose end is still to come */
    size_t kept_length;
    unsigned char *out; /* what the kernel refused */
    size_t out_length, out_room;
    bool wants_write;
    uint64_t began; /* when the connection was begun, ns */
    uint32_t got; /* messages of this step */
    uint64_t sum; /* of their numbers */
    uint32_t in_flight; /* commands not acknowledged */
};

struct target {
    const char *host, *port, *room; /* room "": the peer speaks bare text, not chatd.v1 */
};

extern struct peer *peers;
extern unsigned peer_count, ready_count, closed_count, opening_count;
extern struct target target;
extern char trouble[200]; /* the first thing that went wrong, "" for nothing */

/* Called for every text frame of a peer that is ready, and when a peer became ready. */
extern void (*on_text)(struct peer *, const unsigned char *, size_t);
extern void (*on_ready)(struct peer *);

uint64_t now_ns(void);
void peers_init(void);
void peer_open(struct peer *);
void peer_close(struct peer *);
void peer_text(struct peer *, const char *, size_t); /* sends one text frame */
void peer_setup(struct peer *); /* sends the first frames, again */
void peer_trouble(const char *, const unsigned char *, size_t);

/* Waits for at most `ns` and serves what happened; true when standard input has a line. */
bool pump(uint64_t ns);
#endif
