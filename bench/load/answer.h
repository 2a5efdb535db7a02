/* What a step tells: times, processor time of this program and of the server, percentiles. */
#ifndef ANSWER_H
#define ANSWER_H
#include "histogram.h"
#include <sys/types.h>

struct usage {
    uint64_t wall, own, server;
};

void usage_of(pid_t server); /* whose processor time is counted */
struct usage usage_now(void);

/* Three values of a table, in milliseconds, as members of a JSON object. */
void answer_percentiles(const char *name, const struct histogram *);

/* The end of the JSON object: what was used since `from`, and the first trouble. */
void answer_end(struct usage from);
#endif
