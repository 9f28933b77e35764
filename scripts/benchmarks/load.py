"""wrk against one URL, and what it says."""

import dataclasses
import re
import subprocess

CONNECTIONS = 32
PATIENCE = 30  # seconds that an answer may take, for those that hash passwords
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60000.0}


class WrongAnswer(Exception):
    """Not every answer was 2xx: what was measured is something else."""


@dataclasses.dataclass
class Load:
    """rate in requests a second, the percentiles in milliseconds."""

    requests: int
    rate: float
    p50: float
    p99: float


def wrk(url, header, seconds):
    """`header` is a whole line, `Name: value`."""
    command = [
        "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", f"{PATIENCE}s", "--latency", "-H", header, url]
    output = subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=seconds + 2 * PATIENCE).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise WrongAnswer(output)
    return parse(output)


def parse(output):
    def percentile(share):
        value, unit = re.search(rf"^\s+{share}%\s+([\d.]+)(us|ms|s|m) *$", output, re.M).groups()
        return float(value) * MILLISECONDS[unit]

    return Load(
        requests=int(re.search(r"(\d+) requests in", output)[1]),
        rate=float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]),
        p50=percentile(50), p99=percentile(99))
