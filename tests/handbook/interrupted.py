"""A command that goes on until Ctrl-C, and gets it once it has printed a line.

interrupted COMMAND ...
"""

import signal
import subprocess
import sys

#: Seconds after which it gets it in any case.
LONGEST = 30.0


def main() -> int:
    running = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
    assert running.stdout is not None
    signal.signal(signal.SIGALRM, lambda *_: running.send_signal(signal.SIGINT))
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    for line in running.stdout:
        sys.stdout.buffer.write(line)
        sys.stdout.flush()
        running.send_signal(signal.SIGINT)
    return running.wait()


if __name__ == "__main__":
    sys.exit(main())
