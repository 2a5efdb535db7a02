/* The protocol on a connection: the request that opens it, then frames both ways. */
#ifndef WEBSOCKET_H
#define WEBSOCKET_H
#include "peer.h"

/* Asks for the upgrade, once TLS stands. */
void websocket_ask(struct peer *);

/* Serves what is whole in data; how many bytes that took. The peer may be closed afterwards. */
size_t websocket_take(struct peer *, const unsigned char *data, size_t length);
#endif
