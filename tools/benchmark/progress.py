"""What is being done, while it is done: workload, client, round, time left."""

import sys
import time

# Seconds that each workload takes on two processors: all of it in three rounds, --quick in one.
EXPECTED = {"W1": (150, 25), "W2": (420, 25), "W3": (70, 5), "W4": (260, 35), "W5": (120, 12),
            "W6": (330, 30), "W7": (10, 5), "W8": (20, 10), "W9": (220, 12), "W10": (900, 330)}
ROUNDS = 3
EVERY = 10.0  # seconds between two lines where nobody watches a terminal


class Progress:
    """Says on standard error how it goes: one line that changes, or one line in ten seconds."""

    def __init__(self, workloads, quick, rounds):
        self.expected = {}
        for name in workloads:
            whole, short = EXPECTED[name]
            self.expected[name] = short * rounds if quick else \
                whole if name in ("W7", "W8", "W10") else whole * rounds / ROUNDS
        self.began = time.monotonic()
        self.workload = None
        self.workload_began = self.began
        self.done = 0.0  # expected seconds of the workloads that have ended
        self.said = 0.0
        self.shown = False

    def expect(self, workload, seconds):
        """What it will take is known better than from the table."""
        self.expected[workload] = seconds

    def begin(self, workload):
        """The workload before it has ended."""
        if self.workload:
            self.done += self.expected.get(self.workload, 0)
        self.workload = workload
        self.workload_began = time.monotonic()

    def seconds_left(self):
        """From how long the workloads took that have ended, or from how long they should."""
        before = self.workload_began - self.began
        pace = min(5.0, max(0.3, before / self.done)) if self.done else 1.0
        here = time.monotonic() - self.workload_began
        whole = self.expected.get(self.workload, 0) * pace
        rest = (sum(self.expected.values()) - self.done) * pace - whole
        # Who has used up the time expected is told that there is a little left, not none.
        return rest + max(whole - here, here * 0.1)

    def say(self, text):
        """`text` is empty when what was said is over."""
        if sys.stderr.isatty():
            self.shown = bool(text)
            left = f"; {words(self.seconds_left())} left" if text else ""
            print(f"\r\033[K{text}{left}", end="", file=sys.stderr, flush=True)
        elif text and time.monotonic() - self.said > EVERY:
            self.said = time.monotonic()
            print(f"{text}; {words(self.seconds_left())} left", file=sys.stderr, flush=True)


def words(seconds):
    if seconds < 90:
        return f"about {max(1, round(seconds / 10)) * 10} s"
    return f"about {round(seconds / 60)} min"
