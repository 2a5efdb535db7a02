/* A piece of memory that grows at its end and is used up from its beginning. */
#ifndef BYTES_H
#define BYTES_H
#include <stdlib.h>
#include <string.h>

struct bytes {
    unsigned char *at;
    size_t length, room;
};

static void append(struct bytes *to, const void *data, size_t length)
{
    if (to->length + length > to->room) {
        to->room = 2 * (to->length + length);
        to->at = realloc(to->at, to->room);
        if (!to->at)
            abort();
    }
    memcpy(to->at + to->length, data, length);
    to->length += length;
}

static void drop(struct bytes *from, size_t length)
{
    from->length -= length;
    if (from->length) {
        memmove(from->at, from->at + length, from->length);
    } else {
        free(from->at); /* an idle connection holds no buffer */
        *from = (struct bytes){0};
    }
}
#endif
