"""One program kept running: on its own listening socket, started again when it dies.

The socket outlives the program: while one instance is gone, connections wait in the backlog
for the next. Every child asks the kernel for SIGTERM at its parent's death, so nothing is
left behind even if this process is killed.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

FIRST_DELAY = 0.05
LONGEST_DELAY = 1.0
SETTLED = 0.2  # an instance that lived this long had started well; its end is no sign of a loop
BACKLOG = 1024


def listen(path: Path) -> socket.socket:
    """A listening unix socket of mode 0660 at `path`; nobody ever sees it with another mode."""
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(temporary))
    temporary.chmod(0o660)
    listener.listen(BACKLOG)
    temporary.rename(path)
    return listener


def lower_priority(pid, niceness):
    """Of a session against others (sched(7), "The autogroup feature"); a kernel without it has nice(2) alone."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/autogroup", "w", encoding="ascii") as file:
        file.write(str(niceness))


class Program:
    """A child process in a session of its own, its standard error appended to `log`.

    `niceness` is that of the whole session against all others, as CPUWeight= is of a unit.
    """

    def __init__(self, name, command, environment, log: Path, listener=None, niceness=0):
        self.name = name
        self._niceness = niceness
        self.starts = 0
        self._command = [shutil.which("setpriv") or "setpriv", "--pdeathsig", "TERM", "--", *map(str, command)]
        self._environment = environment
        self._log = log
        self._listener = listener
        self._changed = threading.Condition()
        self._process = None
        self._stopping = False
        # The kernel counts the death of the thread that started a child as its parent's
        # death, so the thread that starts it is the one that waits for it.
        self._keeper = threading.Thread(target=self._keep, name=f"keep {name}", daemon=True)

    def start(self):
        self._keeper.start()

    def _keep(self):
        delay = FIRST_DELAY
        while True:
            with self._changed:
                if self._stopping:
                    return
                began = time.monotonic()
                process = self._process = self._spawn()
                self.starts += 1
                self._changed.notify_all()
            status = process.wait()
            with self._changed:
                self._process = None
                if self._stopping:
                    self._changed.notify_all()
                    return
                if time.monotonic() - began > SETTLED:
                    delay = FIRST_DELAY
                self._note(f"ended with {status}, starting again in {delay * 1000:.0f} ms")
                self._changed.wait_for(lambda: self._stopping, delay)
            delay = min(delay * 2, LONGEST_DELAY)

    def _spawn(self):
        with open(self._log, "ab") as log:
            process = subprocess.Popen(
                self._command,
                stdin=self._listener if self._listener else subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,  # Ctrl-C is for the supervisor alone
            )
        if self._niceness:
            lower_priority(process.pid, self._niceness)
        return process

    def _note(self, text):
        with open(self._log, "a", encoding="utf-8") as log:
            log.write(f"<4>supervisor: {self.name} {text}\n")

    def pid(self, timeout=5.0) -> int:
        """The process id of the running instance, waiting up to `timeout` seconds for one."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._process is not None, timeout):
                raise RuntimeError(f"{self.name} is not running")
            return self._process.pid

    def kill(self, signum=signal.SIGKILL):
        """Sends the signal to the running instance; one that is just ending needs none."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid(), signum)

    def wait_for_start(self, count: int, timeout=5.0):
        """Returns once the program has been started `count` times in all."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.starts >= count and self._process, timeout):
                raise RuntimeError(f"{self.name} did not start again within {timeout} s")

    def restart(self, signum=signal.SIGTERM, timeout=5.0) -> int:
        """Ends the instance and waits for the next one; returns its process id."""
        count = self.starts
        self.kill(signum)
        self.wait_for_start(count + 1, timeout)
        return self.pid()

    def stop(self, *steps):
        """Ends it for good. `steps` are (signal, seconds to wait for it); SIGKILL is the last."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for signum, seconds in (*steps, (signal.SIGKILL, 5.0)):
            with self._changed:
                if self._process is None:
                    break
                self._process.send_signal(signum)
                if self._changed.wait_for(lambda: self._process is None, seconds):
                    break
        self._keeper.join(5.0)

    def close(self):
        if self._listener:
            self._listener.close()
