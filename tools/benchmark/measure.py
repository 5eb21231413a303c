"""Run one client once, and say what it cost."""

import os
import signal
import subprocess
from dataclasses import dataclass


@dataclass
class Outcome:
    seconds: float
    cpu: float           # seconds of user and system time
    memory: int          # bytes, at the peak
    trouble: str | None  # what went wrong
    requests: int = 0
    sent: int = 0
    twice: int = 0       # bytes of the files that the server sent more than once


class Child:
    """
    A client in a session of its own, that ends by itself or is ended, with its children.
    `enter` is what stands before the command to have it run in a network.
    """

    def __init__(self, bench, enter, command, folder):
        self.output = folder / "output"
        self.errors = folder / "errors"
        self.costs = folder / "costs"
        argv = [bench.programs / "stopwatch", self.costs, *command.argv]
        self.costs.unlink(missing_ok=True)
        with open(self.output, "wb") as output, open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(
                enter([str(word) for word in argv]), stdin=subprocess.DEVNULL, stdout=output,
                stderr=errors, cwd=folder, start_new_session=True,
                env={**os.environ, "HOME": str(folder), **command.environment})

    def kill(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def wait(self, seconds):
        """An Outcome; the child is killed when it needs longer."""
        trouble = None
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self.process.wait()
            trouble = f"not done after {seconds:.0f} s"
        except BaseException:
            self.kill()
            raise
        if code != 0 and not trouble:
            said = self.errors.read_text(errors="replace").strip().splitlines()
            trouble = f"exit code {code}" + (f": {said[-1][:120]}" if said else "")
        costs = self.costs.read_text().split() if self.costs.exists() else (0, 0, 0)
        return Outcome(int(costs[0]) / 1e6, int(costs[1]) / 1e6, int(costs[2]), trouble)
