/* Who the clients are and which rooms they share, read from a file. */
#ifndef PEOPLE_H
#define PEOPLE_H
#include "peer.h"

struct room {
    const char *id;
    struct peer **members;
    unsigned count, slots;
    unsigned sent; /* messages of this step */
    uint64_t sum; /* of their numbers */
};

extern struct room *rooms;
extern unsigned room_count;

/* Fills `peers` and `rooms`. A line for each client: its bearer token, the rooms where it hears what
 * is measured with spaces between them (it speaks in the first), its first frames; tabs between
 * these. All may be empty; at a server that knows no rooms everybody is in one without an id. */
void people_read(const char *path);
#endif
