/* What a step tells: times, processor time of this program and of the server, percentiles. */
#include "answer.h"
#include "peer.h"
#include <stdio.h>
#include <time.h>

static clockid_t server_clock;

void usage_of(pid_t server) { clock_getcpuclockid(server, &server_clock); }

static uint64_t processor(clockid_t clock)
{
    struct timespec t;
    if (clock_gettime(clock, &t))
        return 0;
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

struct usage usage_now(void)
{
    return (struct usage){.wall = now_ns(),
                          .own = processor(CLOCK_PROCESS_CPUTIME_ID),
                          .server = server_clock ? processor(server_clock) : 0};
}

void answer_percentiles(const char *name, const struct histogram *h)
{
    printf("\"%s_p50\":%.3f,\"%s_p99\":%.3f,\"%s_max\":%.3f,", name, histogram_ms(h, .5), name,
           histogram_ms(h, .99), name, (double)h->largest / 1e6);
}

void answer_end(struct usage from)
{
    struct usage to = usage_now();
    double wall = (double)(to.wall - from.wall);
    printf("\"seconds\":%.3f,\"own_cpu\":%.3f,\"server_cpu_seconds\":%.4f,\"trouble\":\"%s\"}\n",
           wall / 1e9, (double)(to.own - from.own) / wall,
           to.server > from.server ? (double)(to.server - from.server) / 1e9 : 0.0, trouble);
    fflush(stdout);
    trouble[0] = 0;
}
