/* Latencies in nanoseconds, kept to within 1.6 % of their value in a fixed table. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H
#include <stdint.h>
#include <string.h>

enum { SUB_BITS = 6, SUB = 1 << SUB_BITS, CELLS = 64 * SUB };

struct histogram {
    uint64_t cells[CELLS];
    uint64_t count, largest;
};

static inline void histogram_clear(struct histogram *h) { memset(h, 0, sizeof *h); }

static inline void histogram_add(struct histogram *h, uint64_t ns)
{
    unsigned cell = ns < SUB ? (unsigned)ns : 0;
    if (ns >= SUB) {
        unsigned shift = 63 - SUB_BITS - (unsigned)__builtin_clzll(ns);
        cell = (shift << SUB_BITS) + (unsigned)(ns >> shift);
    }
    h->cells[cell]++;
    h->count++;
    if (ns > h->largest)
        h->largest = ns;
}

/* The value below which `share` (0 to 1) of all lie, in milliseconds; 0 for an empty table. */
static inline double histogram_ms(const struct histogram *h, double share)
{
    uint64_t want = (uint64_t)(share * (double)h->count), seen = 0;
    for (unsigned cell = 0; cell < CELLS && h->count; cell++) {
        seen += h->cells[cell];
        if (seen > want || seen == h->count) {
            unsigned shift = cell >> SUB_BITS ? (cell >> SUB_BITS) - 1 : 0;
            uint64_t low = cell >> SUB_BITS ? (uint64_t)(SUB + (cell & (SUB - 1))) << shift : cell;
            return (double)low / 1e6;
        }
    }
    return 0;
}
#endif
