/* Talking: at a fixed rate to everybody, or as fast as acknowledgements come. */
#include "answer.h"
#include "steps.h"
#include "talk.h"
#include <stdio.h>

static const uint64_t SECOND = 1000000000u;
/* How long a step waits for what is under way after its last message. */
static const uint64_t PATIENCE = 6000000000u;
/* So many receipts are remembered one by one: a step at a light load. */
enum { FOLLOWED = 1 << 18 };

/* Whoever had to start over is ready again, unless that takes too long. */
static void all_ready(void)
{
    uint64_t limit = now_ns() + 20 * SECOND;
    while (opening_count && now_ns() < limit)
        pump(SECOND / 10);
}

static void say(unsigned number, unsigned senders, uint64_t due)
{
    struct room *r = &rooms[number % room_count];
    unsigned speakers = r->count < senders ? r->count : senders;
    talk_say(r->members[number / room_count % speakers], r, due, number);
}

static uint64_t wanted(void)
{
    uint64_t count = 0;
    for (struct room *r = rooms; r < rooms + room_count; r++)
        count += (uint64_t)r->sent * r->count;
    return count;
}

void step_fan(double rate, double seconds, unsigned senders)
{
    all_ready();
    unsigned total = (unsigned)(rate * seconds + .5), listening = ready_count, sent = 0;
    uint64_t expected = (uint64_t)(total / room_count + 1) * rooms[0].count * room_count;
    talk_step(expected <= FOLLOWED ? FOLLOWED : 0);
    struct usage from = usage_now();
    double gap = 1e9 / rate;
    while (sent < total) {
        uint64_t due = from.wall + (uint64_t)(gap * sent), now = now_ns();
        if (due > now) {
            pump(due - now);
            continue;
        }
        /* Those who are late are said in one go; their lateness counts. */
        for (unsigned i = 0; i < 64 && sent < total && due <= now; i++) {
            say(sent++, senders, due);
            due = from.wall + (uint64_t)(gap * sent);
        }
        pump(0);
    }
    uint64_t all = wanted(), last = now_ns(), had = 0;
    /* Until everything is there, or nothing more comes for a while. */
    while ((received < all || (target.chatd && acknowledged + refused < total)) &&
           now_ns() - last < (resyncs || ready_count < listening ? SECOND : PATIENCE)) {
        if (received != had)
            last = now_ns(), had = received;
        pump(SECOND / 20);
    }
    talk_hops();
    printf("{\"rate\":%.1f,\"sent\":%u,\"listening\":%u,\"wanted\":%llu,\"received\":%llu,"
           "\"clients_wrong\":%u,\"acknowledged\":%llu,\"refused\":%llu,\"resyncs\":%llu,"
           "\"closed\":%u,",
           rate, total, listening, (unsigned long long)all, (unsigned long long)received,
           talk_wrong(), (unsigned long long)acknowledged, (unsigned long long)refused,
           (unsigned long long)resyncs, closed_count);
    answer_percentiles("ms", &deliveries);
    answer_percentiles("ack_ms", &acknowledgements);
    answer_percentiles("hop_ms", &hops);
    answer_end(from);
}

void step_sends(unsigned senders, unsigned each, double seconds)
{
    all_ready();
    talk_step(0);
    struct usage from = usage_now();
    unsigned first = next_id;
    refill_until = from.wall + (uint64_t)(seconds * 1e9);
    for (unsigned i = 0; i < senders; i++)
        for (unsigned k = 0; k < each; k++)
            talk_say(&peers[i], &rooms[peers[i].rooms[0]], now_ns(), next_id - first);
    while (now_ns() < refill_until)
        pump(SECOND / 20);
    uint64_t in_time = acknowledged, last = now_ns();
    refill_until = 0;
    while (acknowledged + refused < next_id - first && now_ns() - last < PATIENCE)
        pump(SECOND / 20);
    printf("{\"sent\":%u,\"acknowledged\":%llu,\"refused\":%llu,\"per_second\":%.1f,",
           next_id - first, (unsigned long long)acknowledged, (unsigned long long)refused,
           (double)in_time / seconds);
    answer_percentiles("ack_ms", &acknowledgements);
    answer_end(from);
}
