/* What can be asked of the load; each answers with one JSON object on a line of its own. */
#ifndef STEPS_H
#define STEPS_H

/* Opens what is closed, so many at once; `tickets`: with the TLS sessions of the last time. */
void step_connect(unsigned at_once, int tickets);

/* Closes all. */
void step_close(void);

/* Stays connected and says nothing. */
void step_idle(double seconds);

/* Whoever loses the connection comes back as told, or at once when `eager`, until all are back. */
void step_back(double seconds, int eager);

/* So many messages a second in all, at fixed times whatever the server does, in one room after the
 * other, by the first `senders` of each in turn. */
void step_fan(double rate, double seconds, unsigned senders);

/* The first `senders` people keep `each` sends under way; counts acknowledgements. */
void step_sends(unsigned senders, unsigned each, double seconds);
#endif
