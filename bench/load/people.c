/* Who the clients are and which rooms they share, read from a file. */
#define _GNU_SOURCE
#include "people.h"
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROOMS = 1 << 16 };

struct room *rooms;
unsigned room_count;

static unsigned find(const char *id)
{
    ENTRY *found = hsearch((ENTRY){(char *)id, NULL}, FIND);
    if (found)
        return (unsigned)(uintptr_t)found->data;
    if (room_count == MOST_ROOMS) {
        fprintf(stderr, "load: more than %d rooms\n", MOST_ROOMS);
        exit(2);
    }
    rooms[room_count] = (struct room){.id = strdup(id)};
    hsearch((ENTRY){(char *)rooms[room_count].id, (void *)(uintptr_t)room_count}, ENTER);
    return room_count++;
}

static void belongs(struct peer *p, const char *id)
{
    p->rooms = realloc(p->rooms, (p->room_count + 1) * sizeof *p->rooms);
    p->rooms[p->room_count++] = find(id);
}

/* Once `peers` has stopped growing: until then their addresses change. */
static void gather(void)
{
    for (struct peer *p = peers; p < peers + peer_count; p++) {
        for (unsigned i = 0; i < p->room_count; i++) {
            struct room *r = &rooms[p->rooms[i]];
            if (r->count == r->slots)
                r->members = realloc(r->members, (r->slots = 2 * r->slots + 8) * sizeof p);
            r->members[r->count++] = p;
        }
    }
}

void people_read(const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t space = 0, slots = 0;
    ssize_t length;
    if (!file) {
        perror(path);
        exit(2);
    }
    rooms = calloc(MOST_ROOMS, sizeof *rooms);
    hcreate(2 * MOST_ROOMS);
    while ((length = getline(&line, &space, file)) > 0) {
        line[length - (line[length - 1] == '\n')] = 0;
        if (peer_count == slots)
            peers = realloc(peers, (slots = 2 * slots + 64) * sizeof *peers);
        struct peer *p = &peers[peer_count++];
        memset(p, 0, sizeof *p);
        char *rest = strdup(line);
        p->token = strsep(&rest, "\t");
        char *ids = rest ? strsep(&rest, "\t") : "";
        p->setup = rest ? rest : "";
        if (!ids[0] && !target.chatd)
            belongs(p, "");
        for (char *id; ids && ids[0] && (id = strsep(&ids, " "));)
            belongs(p, id);
    }
    free(line);
    fclose(file);
    gather();
}
