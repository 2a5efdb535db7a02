/* The load of the benchmark: many wss clients in one thread, told by lines on standard input what
 * to do; each line is answered by one JSON object.
 *
 *   load HOST PORT PROTOCOL PEOPLE [PID]
 *
 * PROTOCOL: chatd, or plain for a server that sends every text to everybody. PEOPLE: see people.h.
 * PID: the server, whose processor time is counted.
 *
 *   connect AT_ONCE [TICKETS]   fan RATE SECONDS SENDERS   sends SENDERS EACH SECONDS
 *   idle SECONDS                back SECONDS [EAGER]       close                 see steps.h
 */
#include "answer.h"
#include "people.h"
#include "steps.h"
#include "talk.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void obey(const char *line)
{
    unsigned a = 1, b = 0;
    double rate = 1, seconds = 1;
    if (sscanf(line, "connect %u %u", &a, &b) >= 1)
        step_connect(a, b != 0);
    else if (sscanf(line, "fan %lf %lf %u", &rate, &seconds, &a) == 3)
        step_fan(rate, seconds, a ? a : 1);
    else if (sscanf(line, "sends %u %u %lf", &a, &b, &seconds) == 3)
        step_sends(a < peer_count ? a : peer_count, b, seconds);
    else if (sscanf(line, "idle %lf", &seconds) == 1)
        step_idle(seconds);
    else if (sscanf(line, "back %lf %u", &seconds, &b) >= 1)
        step_back(seconds, b != 0);
    else if (!strncmp(line, "close", 5))
        step_close();
    else
        printf("{\"trouble\":\"unknown command\"}\n"), fflush(stdout);
}

int main(int count, char **words)
{
    struct rlimit files;
    char line[200];
    if (count < 5) {
        fprintf(stderr, "usage: load HOST PORT chatd|plain PEOPLE [PID]\n");
        return 2;
    }
    if (!getrlimit(RLIMIT_NOFILE, &files)) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    signal(SIGPIPE, SIG_IGN);
    target = (struct target){words[1], words[2], !strcmp(words[3], "chatd")};
    people_read(words[4]);
    if (count > 5)
        usage_of((pid_t)atoi(words[5]));
    talk_init();
    peers_init();
    for (;;) {
        if (!pump(1000000000u))
            continue;
        ssize_t n = read(STDIN_FILENO, line, sizeof line - 1);
        if (n <= 0)
            return 0;
        line[n] = 0;
        obey(line);
    }
}
