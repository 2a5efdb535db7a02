/* What the clients say and hear: numbered messages, and what came of them. */
#ifndef TALK_H
#define TALK_H
#include "histogram.h"
#include "people.h"

extern struct histogram deliveries, acknowledgements, hops;
extern uint64_t received, acknowledged, refused, resyncs;
extern unsigned next_id;
extern uint64_t refill_until; /* till then an acknowledged command is followed by another one, ns */

void talk_init(void);

/* Forgets what the last step counted. `follow`: remember each of so many receipts, to tell the last
 * hop from the commit; 0 for none. */
void talk_step(size_t follow);

/* One message by p in its room, due at that time; `number` is its own in this step. */
void talk_say(struct peer *p, struct room *room, uint64_t due, unsigned number);

/* Fills `hops` with the time from a message's acknowledgement to each receipt of it. */
void talk_hops(void);

/* How many peers did not get exactly what was said in their rooms. */
unsigned talk_wrong(void);
#endif
