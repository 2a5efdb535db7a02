/* Connecting: all at once, again after a restart, and then nothing. */
#include "answer.h"
#include "histogram.h"
#include "peer.h"
#include "steps.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t SECOND = 1000000000u;
/* Between two tries of one who came in vain, as clients of chatd do it: up to twenty seconds. */
static const uint64_t LONGEST = 20000000000u;
static struct histogram openings, absences;

static unsigned resumed(void)
{
    unsigned count = 0;
    for (struct peer *p = peers; p < peers + peer_count; p++)
        count += p->state == READY && p->resumed;
    return count;
}

static void opened(struct peer *p)
{
    uint64_t now = now_ns();
    histogram_add(&openings, now - p->began);
    p->back = now;
    p->tries = 0;
}

void step_connect(unsigned at_once, int tickets)
{
    struct usage from = usage_now();
    unsigned next = 0, before = ready_count;
    uint64_t limit = from.wall + 120 * SECOND;
    histogram_clear(&openings);
    on_ready = opened;
    keep_tickets = use_tickets = tickets;
    while (now_ns() < limit) {
        while (opening_count < at_once && next < peer_count) {
            struct peer *p = &peers[next++];
            if (p->state == CLOSED)
                peer_open(p);
        }
        if (next == peer_count && !opening_count)
            break;
        pump(SECOND / 10);
    }
    printf("{\"ready\":%u,\"opened\":%u,\"closed\":%u,\"resumed\":%u,", ready_count,
           ready_count - before, closed_count, resumed());
    answer_percentiles("open_ms", &openings);
    answer_end(from);
}

void step_close(void)
{
    for (unsigned i = 0; i < peer_count; i++)
        peer_close(&peers[i]);
    printf("{\"closed\":%u}\n", closed_count);
    fflush(stdout);
}

void step_idle(double seconds)
{
    struct usage from = usage_now();
    uint64_t until = from.wall + (uint64_t)(seconds * 1e9);
    for (uint64_t now; (now = now_ns()) < until;)
        pump(until - now);
    printf("{\"ready\":%u,", ready_count);
    answer_end(from);
}

static unsigned tries;

/* Opens whoever may by now; true while somebody has not been back. */
static int call(int eager)
{
    uint64_t now = now_ns();
    unsigned away = 0;
    for (struct peer *p = peers; p < peers + peer_count; p++) {
        away += !p->back;
        if (p->state != CLOSED || (p->again > now && !eager))
            continue;
        /* Should this try fail: at a random time within twice as long as before it. */
        uint64_t within = p->tries < 6 ? SECOND / 2 << p->tries : LONGEST;
        p->again = now + (uint64_t)((double)within * rand() / RAND_MAX);
        p->tries++, tries++;
        if (!eager || now - p->began > SECOND / 4)
            peer_open(p);
    }
    return away != 0;
}

void step_back(double seconds, int eager)
{
    struct usage from = usage_now();
    uint64_t limit = from.wall + (uint64_t)(seconds * 1e9), first = 0, last = 0;
    histogram_clear(&openings);
    histogram_clear(&absences);
    tries = 0;
    on_ready = opened;
    for (struct peer *p = peers; p < peers + peer_count; p++)
        p->back = p->again = p->tries = 0;
    while (now_ns() < limit && call(eager))
        pump(SECOND / 200);
    unsigned back = 0;
    for (struct peer *p = peers; p < peers + peer_count; p++) {
        if (!p->back)
            continue;
        back++;
        histogram_add(&absences, p->back - from.wall);
        first = !first || p->back < first ? p->back : first;
        last = p->back > last ? p->back : last;
    }
    printf("{\"tries\":%u,\"back\":%u,\"ready\":%u,\"resumed\":%u,\"first_s\":%.3f,\"last_s\":%.3f,", tries, back,
           ready_count, resumed(), first ? (double)(first - from.wall) / 1e9 : 0.0,
           last ? (double)(last - from.wall) / 1e9 : 0.0);
    answer_percentiles("open_ms", &openings);
    answer_percentiles("away_ms", &absences);
    answer_end(from);
}
