"""What scripts/bench prints: ratios of figures taken in turn in one run."""

import argparse
import http.client
import json
import os
import re
import shutil
import ssl
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import demo_site
from stack import PROGRAMS, Stack

RELEASE = demo_site.REPOSITORY / ".build" / "release"
PASSWORD = "a password for benchmarks"

# The same small file behind the same nginx; only who answers the subrequest differs.
LOCATIONS = """
listen 127.0.0.1:{port};
location = /_bench/204 {{ internal; return 204; }}
location = /bench/nginx {{ auth_request /_bench/204; alias {file}; }}
location = /bench/verify {{ auth_request /_auth/verify; alias {file}; }}
"""


def access_token(stack):
    """Signs up; returns the user's access token."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection("localhost", stack.port, context=context, timeout=10)
    body = json.dumps({"username": "bench", "password": PASSWORD, "delivery": "body"})
    connection.request("POST", "/auth/signup", body, {"Content-Type": "application/json"})
    return json.loads(connection.getresponse().read())["access_token"]


def processor_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid):
    """Mebibytes."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


def wrk(url, token, seconds):
    """Requests a second and the 99th percentile in milliseconds; stops where an answer was not 2xx."""
    output = subprocess.run(
        ["wrk", "-t1", "-c32", f"-d{seconds}s", "--latency", "-H", f"Cookie: __Host-access={token}", url],
        check=True, capture_output=True, text=True, timeout=seconds + 30).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit(f"{url}: not every answer was right\n{output}")
    worst, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", output).groups()
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]), float(worst) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def proven_to_refuse(stack, port, token):
    """A tampered token must be turned away before speed means anything."""
    middle = len(token) // 2
    for candidate in ("", token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/bench/verify", headers={"Cookie": f"__Host-access={candidate}"})
        if connection.getresponse().status != 401:
            raise SystemExit("a request without a good token was let in")


def verify(rounds, seconds):
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "file"
        file.write_text("ok\n")
        file.chmod(0o644)
        Path(directory).chmod(0o755)
        port = demo_site.free_port()
        with Stack(Path(directory) / "s", nginx_extra=LOCATIONS.format(port=port, file=file)) as stack:
            rest = {name: resident(stack.pid(name)) for name in PROGRAMS}
            token = access_token(stack)
            proven_to_refuse(stack, port, token)
            ratios, costs, rows = [], [], {"nginx": [], "verify": []}
            for _ in range(rounds):
                for name in rows:
                    before = processor_seconds(stack.pid("verify"))
                    rate, worst = wrk(f"http://127.0.0.1:{port}/bench/{name}", token, seconds)
                    rows[name].append((rate, worst))
                    if name == "verify":
                        costs.append((processor_seconds(stack.pid("verify")) - before) / (rate * seconds) * 1e6)
                ratios.append(rows["verify"][-1][0] / rows["nginx"][-1][0])
            loaded = resident(stack.pid("verify"))
    print("verify through nginx, Ed25519, one cookie (wrk -t1 -c32)")
    for name, label in (("nginx", "return 204 in its place"), ("verify", "verify")):
        rate, worst = (statistics.median(column) for column in zip(*rows[name]))
        print(f"  {label:26} {rate:10.0f} requests/s   p99 {worst:6.2f} ms")
    print(f"  ratio, median of rounds    {statistics.median(ratios):10.2f}")
    print(f"  verify's processor time    {statistics.median(costs):10.1f} us a request")
    print()
    return rest, loaded


def sizes(rest, loaded):
    print("program     stripped MB   resident MiB at rest")
    with tempfile.TemporaryDirectory() as directory:
        for name in (*PROGRAMS, "authctl"):
            binary = f"fcgi-auth-{name}" if name != "authctl" else "fcgi-authctl"
            copy = shutil.copy(RELEASE / binary, directory)
            subprocess.run(["strip", copy], check=True)
            memory = f"{rest[name]:10.1f}" if name in rest else ""
            print(f"  {name:9} {Path(copy).stat().st_size / 1e6:10.1f} {memory:>16}")
    print(f"  verify after the load above: {loaded:.1f} MiB")
    print()


def ready():
    """Seconds from scripts/run to its `ready`, everything built; the first start makes keys as well."""
    figures = []
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(2):
            start = time.monotonic()
            command = [demo_site.REPOSITORY / "scripts/run", "--port", str(demo_site.free_port()), "--state", f"{directory}/s"]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
                if any(line.startswith("ready ") for line in process.stdout):
                    figures.append(time.monotonic() - start)
                process.terminate()
                process.communicate(timeout=20)
    print(f"scripts/run to ready: first start {figures[0]:.2f} s, second {figures[1]:.2f} s")


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    arguments = parser.parse_args()
    sizes(*verify(arguments.rounds, arguments.seconds))
    ready()


if __name__ == "__main__":
    main()
