"""The nginx that all contestants stand behind: one worker, one server for each.

Configuration that is ours comes from nginx/ as it is installed. Only names of upstreams are changed, so
that several of our stacks can stand behind one nginx.
"""

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import time

import demo_site
from benchmarks import processes
from supervisor import Program

HERE = demo_site.REPOSITORY / "scripts" / "contestants"
UPSTREAM = re.compile(r"^upstream fcgi_auth_\w+\s*\{[^}]*\}\n", re.M)
START_LIMIT = 10.0  # seconds


def our_upstreams(name, sockets):
    """Those of conf.d, with `name` in front, at the sockets of one stack."""
    text = (demo_site.REPOSITORY / "nginx/conf.d/fcgi-auth.conf").read_text()
    found = "".join(UPSTREAM.findall(text)).replace("/run/fcgi-auth/", f"{sockets}/")
    return found.replace("upstream fcgi_auth_", f"upstream {name}_")


def our_server(name, keys):
    """fcgi-auth-server.conf with the upstreams of that name."""
    text = (demo_site.REPOSITORY / "nginx/snippets/fcgi-auth-server.conf").read_text()
    text = text.replace("/etc/fcgi-auth/keys/", f"{keys}/")
    return re.sub(r"fastcgi_pass fcgi_auth_", f"fastcgi_pass {name}_", text)


def free_ports(count):
    """So many different ones: each is held until all are known."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


class Server:
    """nginx for these contestants: of each the `location`, `server` and `http`. Sets their `port`."""

    def __init__(self, directory, contestants):
        for contestant, port in zip(contestants, free_ports(len(contestants))):
            contestant.port = port
        for name in ("conf.d", "temp"):
            (directory / name).mkdir(parents=True)
        file = directory / "file.txt"
        file.write_text("ok\n")
        shutil.copytree(demo_site.REPOSITORY / "nginx/snippets", directory / "snippets")
        for ours in (demo_site.REPOSITORY / "nginx/conf.d").glob("*.conf"):
            shutil.copy(ours, directory / "conf.d")
        blocks = [
            f"{each.http}\nserver {{\n listen 127.0.0.1:{each.port};\n server_name localhost;\n"
            f" location = /file {{ {each.location} alias {file}; }}\n{each.server}\n}}\n" for each in contestants]
        words = {
            "@MODULES@": "\n".join(sorted({f"load_module {each.module};" for each in contestants if each.module})),
            "@USER@": "user root;" if os.geteuid() == 0 else "",
            "@STATE@": str(directory),
            "@HTTP@": "\n".join(blocks),
        }
        text = demo_site.replace_all((HERE / "nginx.conf").read_text(), words)
        (directory / "nginx.conf").write_text(text)
        log = directory / "nginx.log"
        binary = shutil.which("nginx", path="/usr/sbin:/usr/bin") or "nginx"
        command = [binary, "-c", directory / "nginx.conf", "-e", log, "-g", "daemon off;"]
        self._program = Program("nginx", command, {"PATH": os.environ["PATH"]}, log)
        self._program.start()
        try:
            self._wait(contestants[0].port, log)
        except BaseException:
            self.stop()
            raise

    def _wait(self, port, log):
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            try:
                return status(port, {})
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("nginx does not start:\n" + "\n".join(log.read_text().splitlines()[-8:]))

    @property
    def worker(self):
        """The process id of the one worker."""
        (worker,) = processes.children(self._program.pid())
        return worker

    def stop(self):
        self._program.stop((signal.SIGQUIT, 3.0), (signal.SIGTERM, 3.0))


def status(port, headers):
    """What the protected file answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/file", headers={"Host": f"localhost:{port}", **headers})
        return connection.getresponse().status
    finally:
        connection.close()
