/* The load of the benchmark: many wss clients in one thread, told by lines on standard input what
 * to do; each line is answered by one JSON object.
 *
 *   load HOST PORT ROOM PEOPLE [PID]
 *
 * ROOM: where messages go, in the protocol chatd.v1; "" for a server that sends every text to
 * everybody. PEOPLE: a file with a line for each client, its bearer token and its first frames with
 * tabs between them, all may be empty. PID: the server, whose processor time is counted.
 *
 *   connect AT_ONCE           opens what is closed
 *   fan RATE SECONDS SENDERS  messages a second in all, at fixed times whatever the server does
 *   sends SENDERS EACH SECONDS  each keeps so many sends under way; counts acknowledgements
 *   close                     closes all
 */
#define _GNU_SOURCE
#include "histogram.h"
#include "peer.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { TEXT = 128, IDS = 1 << 18 };
static const uint64_t SECOND = 1000000000u;
/* How long a step waits for what is under way after its last message. */
static const uint64_t PATIENCE = 6 * SECOND;

static clockid_t server_clock;
static struct histogram deliveries, acknowledgements, openings;
static uint64_t received, acknowledged, refused, resyncs, sending_until;
static uint64_t sent_at[IDS];
static unsigned step, next_id, run;
static bool pipelined;

struct usage {
    uint64_t wall, own, server;
};

static struct usage usage_now(void)
{
    struct timespec t = {0, 0};
    struct usage u = {.wall = now_ns()};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    u.own = (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
    if (server_clock && !clock_gettime(server_clock, &t))
        u.server = (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
    return u;
}

static void usage_print(struct usage from)
{
    struct usage to = usage_now();
    double wall = (double)(to.wall - from.wall);
    printf("\"seconds\":%.3f,\"own_cpu\":%.3f,\"server_cpu_seconds\":%.4f,\"trouble\":\"%s\"}\n",
           wall / 1e9, (double)(to.own - from.own) / wall, (double)(to.server - from.server) / 1e9,
           trouble);
    fflush(stdout);
    trouble[0] = 0;
}

static void percentiles(const char *name, const struct histogram *h)
{
    printf("\"%s_p50\":%.3f,\"%s_p99\":%.3f,\"%s_max\":%.3f,", name, histogram_ms(h, .5), name,
           histogram_ms(h, .99), name, (double)h->largest / 1e6);
}

/* A message's text: a tilde, step, time and number in hexadecimal, filled up to TEXT bytes. */
static void say(struct peer *p, uint64_t due, unsigned number)
{
    char line[512], body[TEXT + 1];
    int n = snprintf(body, sizeof body, "~%02x%016llx%08x", step & 255, (unsigned long long)due,
                     number);
    memset(body + n, '.', (size_t)(TEXT - n));
    body[TEXT] = 0;
    if (!target.room[0]) {
        peer_text(p, body, TEXT);
        return;
    }
    unsigned id = next_id++;
    sent_at[id % IDS] = due;
    n = snprintf(line, sizeof line,
                 "{\"type\":\"send\",\"id\":%u,\"key\":\"%x.%x\",\"room\":\"%s\",\"text\":\"%s\"}",
                 id, run, id, target.room, body);
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

static void heard(struct peer *p, const unsigned char *data, size_t length)
{
    size_t tail = target.room[0] ? TEXT + 2 : TEXT; /* the text comes last in its JSON object */
    if (length >= tail && data[length - tail] == '~') {
        const unsigned char *body = data + length - tail;
        if (hexadecimal(body + 1, 2) != (step & 255))
            return;
        uint64_t due = hexadecimal(body + 3, 16), now = now_ns();
        histogram_add(&deliveries, now > due ? now - due : 0);
        p->got++;
        p->sum += hexadecimal(body + 19, 8);
        received++;
        return;
    }
    if (length > 20 && !memcmp(data, "{\"type\":\"done\",\"id\":", 20)) {
        uint64_t now = now_ns();
        unsigned id = (unsigned)strtoul((const char *)data + 20, NULL, 10);
        histogram_add(&acknowledgements, now - sent_at[id % IDS]);
        p->in_flight -= p->in_flight > 0;
        acknowledged++;
        if (pipelined && now < sending_until)
            say(p, now, next_id);
    } else if (length > 15 && !memcmp(data, "{\"type\":\"error\"", 15)) {
        peer_trouble("refused", data, length);
        refused++;
    } else if (length > 16 && !memcmp(data, "{\"type\":\"resync\"", 16)) {
        resyncs++;
        peer_setup(p);
    }
}

static void opened(struct peer *p) { histogram_add(&openings, now_ns() - p->began); }

static void new_step(void)
{
    step++;
    received = acknowledged = refused = resyncs = 0;
    histogram_clear(&deliveries);
    histogram_clear(&acknowledgements);
    for (unsigned i = 0; i < peer_count; i++)
        peers[i].got = 0, peers[i].sum = 0, peers[i].in_flight = 0;
}

static void do_connect(unsigned at_once)
{
    struct usage from = usage_now();
    unsigned next = 0, before = ready_count;
    uint64_t limit = from.wall + 120 * SECOND;
    histogram_clear(&openings);
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
    printf("{\"ready\":%u,\"opened\":%u,\"closed\":%u,", ready_count, ready_count - before,
           closed_count);
    percentiles("open_ms", &openings);
    usage_print(from);
}

/* Whoever had to start over is ready again; false when that takes too long. */
static bool all_ready(void)
{
    uint64_t limit = now_ns() + 20 * SECOND;
    while (opening_count && now_ns() < limit)
        pump(SECOND / 10);
    return !opening_count;
}

static void do_fan(double rate, double seconds, unsigned senders)
{
    all_ready();
    new_step();
    unsigned total = (unsigned)(rate * seconds + .5), listening = ready_count, sent = 0;
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
            say(&peers[sent % senders], due, sent);
            sent++;
            due = from.wall + (uint64_t)(gap * sent);
        }
        pump(0);
    }
    uint64_t wanted = (uint64_t)total * listening, last = now_ns(), had = 0;
    /* Until everything is there, or nothing more comes for a while. */
    while ((received < wanted || (target.room[0] && acknowledged + refused < total)) &&
           now_ns() - last < (resyncs || ready_count < listening ? SECOND : PATIENCE)) {
        if (received != had)
            last = now_ns(), had = received;
        pump(SECOND / 20);
    }
    uint64_t sum = (uint64_t)total * (total - 1) / 2;
    unsigned wrong = 0;
    for (unsigned i = 0; i < peer_count; i++)
        wrong += peers[i].got != total || peers[i].sum != sum;
    printf("{\"rate\":%.1f,\"sent\":%u,\"listening\":%u,\"wanted\":%llu,\"received\":%llu,"
           "\"clients_wrong\":%u,\"acknowledged\":%llu,\"refused\":%llu,\"resyncs\":%llu,"
           "\"closed\":%u,",
           rate, total, listening, (unsigned long long)wanted, (unsigned long long)received, wrong,
           (unsigned long long)acknowledged, (unsigned long long)refused,
           (unsigned long long)resyncs, closed_count);
    percentiles("ms", &deliveries);
    percentiles("ack_ms", &acknowledgements);
    usage_print(from);
}

static void do_sends(unsigned senders, unsigned each, double seconds)
{
    all_ready();
    new_step();
    struct usage from = usage_now();
    sending_until = from.wall + (uint64_t)(seconds * 1e9);
    pipelined = true;
    unsigned first = next_id;
    for (unsigned i = 0; i < senders; i++)
        for (unsigned k = 0; k < each; k++)
            say(&peers[i], now_ns(), next_id);
    while (now_ns() < sending_until)
        pump(SECOND / 20);
    uint64_t in_time = acknowledged, last = now_ns();
    while (acknowledged + refused < next_id - first && now_ns() - last < PATIENCE)
        pump(SECOND / 20);
    pipelined = false;
    printf("{\"sent\":%u,\"acknowledged\":%llu,\"refused\":%llu,\"per_second\":%.1f,",
           next_id - first, (unsigned long long)acknowledged, (unsigned long long)refused,
           (double)in_time / seconds);
    percentiles("ack_ms", &acknowledgements);
    usage_print(from);
}

static void do_close(void)
{
    for (unsigned i = 0; i < peer_count; i++)
        peer_close(&peers[i]);
    printf("{\"closed\":%u}\n", closed_count);
    fflush(stdout);
}

static void read_people(const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0, slots = 0;
    ssize_t length;
    if (!file) {
        perror(path);
        exit(2);
    }
    while ((length = getline(&line, &room, file)) > 0) {
        line[length - (line[length - 1] == '\n')] = 0;
        if (peer_count == slots)
            peers = realloc(peers, (slots = 2 * slots + 64) * sizeof *peers);
        struct peer *p = &peers[peer_count++];
        memset(p, 0, sizeof *p);
        char *copy = strdup(line), *tab = strchr(copy, '\t');
        p->token = copy;
        p->setup = tab ? tab + 1 : "";
        if (tab)
            *tab = 0;
    }
    free(line);
    fclose(file);
}

int main(int count, char **words)
{
    if (count < 5) {
        fprintf(stderr, "usage: load HOST PORT ROOM PEOPLE [PID]\n");
        return 2;
    }
    struct rlimit files;
    if (!getrlimit(RLIMIT_NOFILE, &files)) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    signal(SIGPIPE, SIG_IGN);
    target = (struct target){words[1], words[2], words[3]};
    read_people(words[4]);
    if (count > 5)
        clock_getcpuclockid((pid_t)atoi(words[5]), &server_clock);
    run = (unsigned)(now_ns() >> 10);
    on_text = heard;
    on_ready = opened;
    peers_init();
    char line[200];
    for (;;) {
        if (!pump(SECOND))
            continue;
        ssize_t n = read(STDIN_FILENO, line, sizeof line - 1);
        if (n <= 0)
            return 0;
        line[n] = 0;
        unsigned a = 1, b = 1;
        double rate = 1, seconds = 1;
        if (sscanf(line, "connect %u", &a) == 1)
            do_connect(a);
        else if (sscanf(line, "fan %lf %lf %u", &rate, &seconds, &a) == 3)
            do_fan(rate, seconds, a < peer_count ? a : peer_count);
        else if (sscanf(line, "sends %u %u %lf", &a, &b, &seconds) == 3)
            do_sends(a < peer_count ? a : peer_count, b, seconds);
        else if (!strncmp(line, "close", 5))
            do_close();
        else
            printf("{\"trouble\":\"unknown command\"}\n"), fflush(stdout);
    }
}
