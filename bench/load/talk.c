/* What the clients say and hear: numbered messages, and what came of them.
 *
 * A message's text is a tilde, step, due time and number in hexadecimal, filled up to TEXT bytes. */
#define _GNU_SOURCE
#include "talk.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 128, IDS = 1 << 18 };

struct receipt {
    unsigned number;
    uint64_t at;
};

struct histogram deliveries, acknowledgements, hops;
uint64_t received, acknowledged, refused, resyncs, refill_until;
unsigned next_id;

static unsigned step, run, first_id;
static uint64_t sent_at[IDS], acknowledged_at[IDS];
static struct receipt *receipts;
static size_t receipt_count, receipt_room;

void talk_step(size_t follow)
{
    step++;
    received = acknowledged = refused = resyncs = 0;
    first_id = next_id;
    histogram_clear(&deliveries);
    histogram_clear(&acknowledgements);
    histogram_clear(&hops);
    receipts = realloc(receipts, (follow + 1) * sizeof *receipts);
    receipt_count = 0;
    receipt_room = receipts ? follow : 0;
    for (struct peer *p = peers; p < peers + peer_count; p++)
        p->got = 0, p->sum = 0, p->in_flight = 0;
    for (struct room *r = rooms; r < rooms + room_count; r++)
        r->sent = 0, r->sum = 0;
}

void talk_say(struct peer *p, struct room *room, uint64_t due, unsigned number)
{
    char line[512], body[TEXT + 1];
    int n = snprintf(body, sizeof body, "~%02x%016llx%08x", step & 255, (unsigned long long)due,
                     number);
    memset(body + n, '.', (size_t)(TEXT - n));
    body[TEXT] = 0;
    room->sent++;
    room->sum += number;
    if (!target.chatd) {
        peer_text(p, body, TEXT);
        return;
    }
    unsigned id = next_id++;
    sent_at[id % IDS] = due;
    n = snprintf(line, sizeof line,
                 "{\"type\":\"send\",\"id\":%u,\"key\":\"%x.%x\",\"room\":\"%s\",\"text\":\"%s\"}",
                 id, run, id, room->id, body);
    p->in_flight++;
    peer_text(p, line, (size_t)n);
}

static uint64_t hexadecimal(const unsigned char *at, unsigned digits)
{
    uint64_t value = 0;
    while (digits--) {
        value = value << 4 | (uint64_t)((*at & 15) + (*at >> 6) * 9);
        at++;
    }
    return value;
}

static void delivered(struct peer *p, const unsigned char *body)
{
    if (hexadecimal(body + 1, 2) != (step & 255))
        return;
    uint64_t due = hexadecimal(body + 3, 16), now = now_ns();
    unsigned number = (unsigned)hexadecimal(body + 19, 8);
    histogram_add(&deliveries, now > due ? now - due : 0);
    p->got++;
    p->sum += number;
    received++;
    if (receipt_count < receipt_room)
        receipts[receipt_count++] = (struct receipt){number, now};
}

static void done(struct peer *p, unsigned id)
{
    uint64_t now = now_ns();
    histogram_add(&acknowledgements, now - sent_at[id % IDS]);
    acknowledged_at[id % IDS] = now;
    p->in_flight -= p->in_flight > 0;
    acknowledged++;
    if (now < refill_until)
        talk_say(p, &rooms[p->rooms[0]], now, next_id - first_id);
}

static void heard(struct peer *p, const unsigned char *data, size_t length)
{
    size_t tail = target.chatd ? TEXT + 2 : TEXT; /* the text comes last in its JSON object */
    if (length >= tail && data[length - tail] == '~') {
        delivered(p, data + length - tail);
    } else if (length > 20 && !memcmp(data, "{\"type\":\"done\",\"id\":", 20)) {
        done(p, (unsigned)strtoul((const char *)data + 20, NULL, 10));
    } else if (length > 15 && !memcmp(data, "{\"type\":\"error\"", 15)) {
        peer_trouble("refused", data, length);
        refused++;
    } else if (length > 16 && !memcmp(data, "{\"type\":\"resync\"", 16)) {
        resyncs++;
        peer_setup(p);
    } else if (length > 13 && !memcmp(data, "{\"type\":\"bye\"", 13)) {
        const char *wait = memmem(data, length, "\"retry_after\":", 14);
        p->again = now_ns() + (uint64_t)(1e9 * (wait ? strtod(wait + 14, NULL) : 0));
    }
}

void talk_hops(void)
{
    for (size_t i = 0; i < receipt_count; i++) {
        uint64_t committed = acknowledged_at[(first_id + receipts[i].number) % IDS];
        histogram_add(&hops, receipts[i].at > committed ? receipts[i].at - committed : 0);
    }
}

unsigned talk_wrong(void)
{
    unsigned wrong = 0;
    for (struct peer *p = peers; p < peers + peer_count; p++) {
        uint64_t got = 0, sum = 0;
        for (unsigned i = 0; i < p->room_count; i++) {
            got += rooms[p->rooms[i]].sent;
            sum += rooms[p->rooms[i]].sum;
        }
        wrong += p->got != got || p->sum != sum;
    }
    return wrong;
}

void talk_init(void)
{
    run = (unsigned)(now_ns() >> 10);
    on_text = heard;
}
