"""Requests that write, sent to the programs through nginx by wrk, and what they cost."""

import os
import re
import subprocess
from pathlib import Path

# A server of its own beside the site's, so that neither TLS nor the outer wall is measured. As in
# fcgi-auth-server.conf the programs are given a connection for each request.
SERVER = """
server {{
    listen 127.0.0.1:{port};
    access_log off;
    keepalive_requests 10000000;
    location / {{
        include snippets/fcgi-auth-params.conf;
        fastcgi_param CONTENT_TYPE   $content_type;
        fastcgi_param CONTENT_LENGTH $content_length;
        client_body_buffer_size 64k;
        fastcgi_buffer_size 16k;
        fastcgi_buffers 4 16k;
        location = /auth/login   {{ fastcgi_pass fcgi_auth_login; }}
        location = /auth/refresh {{ fastcgi_pass fcgi_auth_refresh; }}
        location = /auth/logout  {{ fastcgi_pass fcgi_auth_logout; }}
    }}
}}
"""

# Sends each line of a file once. When they are used up it sends what is refused, which `measure` notices.
SCRIPT = """
local bodies, next = {}, -1 -- wrk calls once to look at a request that it does not send
for line in io.lines(os.getenv("WRITE_LOAD_BODIES")) do bodies[#bodies + 1] = line end
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
function request()
    next = next + 1
    return wrk.format(nil, nil, nil, next == 0 and bodies[1] or bodies[next] or "used up")
end
"""

# Sends each header of a file in turn, again and again.
READS = """
local headers, next = {}, 0
for line in io.lines(os.getenv("WRITE_LOAD_BODIES")) do headers[#headers + 1] = line:match("^Cookie: (.*)$") end
function request()
    next = next % #headers + 1
    return wrk.format(nil, nil, { Cookie = headers[next] })
end
"""

UNITS = {"us": 1, "ms": 1000, "s": 1_000_000}


def processor_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(stack, port, program, bodies, seconds, clients, directory):
    """Requests a second, median and 99th percentile in microseconds, the program's processor time for each
    request in microseconds, and how many requests there were."""
    return _measure(stack, program, f"http://127.0.0.1:{port}/auth/{program}", SCRIPT, bodies, seconds, clients, directory)


def measure_reads(stack, port, path, headers, seconds, clients, directory):
    """The same of verify, for a protected file that is asked for with each of these headers."""
    return _measure(stack, "verify", f"http://127.0.0.1:{port}{path}", READS, headers, seconds, clients, directory)


def _measure(stack, program, url, text, lines, seconds, clients, directory):
    script, data = Path(directory) / "load.lua", Path(directory) / "lines"
    script.write_text(text)
    data.write_text("".join(f"{line}\n" for line in lines))
    before = processor_seconds(stack.pid(program))
    output = subprocess.run(
        ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "--latency", "-s", script, url],
        check=True, capture_output=True, text=True, timeout=seconds + 30,
        env={**os.environ, "WRITE_LOAD_BODIES": str(data)}).stdout
    used = processor_seconds(stack.pid(program)) - before
    requests = int(re.search(r"(\d+) requests in", output)[1])
    # Who waits for the store too long is answered 503: a figure. Many refusals are no measurement.
    refused = int((re.search(r"Non-2xx or 3xx responses: (\d+)", output) or (0, 0))[1])
    if refused * 100 > requests or "Socket errors" in output:
        raise SystemExit(f"{program}: not every answer was right, or there were too few bodies\n{output}")
    percentiles = [float(value) * UNITS[unit] for value, unit in re.findall(r"(?:50|99)%\s+([\d.]+)(us|ms|s)", output)]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])
    return {"rate": rate, "p50": percentiles[0], "p99": percentiles[1], "cpu": used / requests * 1e6,
            "requests": requests, "refused": refused}
