"""How every program serves: the sockets it is given, signals, plain CGI (DESIGN.md 2)."""

import json
import pathlib
import resource
import signal
import stat
import subprocess
import sys
import threading
import time

import fastcgi
import pytest
from programs import PLACES, Running, alone, answers, binary, command, environment, listening
from site_under_test import PROGRAMS, eventually


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_serves_on_descriptor_0(site, program):
    with alone(site, program) as (running, path):
        assert answers(path, program) and running.alive


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_serves_on_systemds_socket(site, program):
    with listening() as (listener, path):
        # LISTEN_PID must be the program's own: the process that sets it becomes the program.
        script = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ['LISTEN_FDS'] = '1'; "
        script += "os.environ['LISTEN_PID'] = str(os.getpid()); os.execv(sys.argv[2], sys.argv[2:])"
        arguments = [sys.executable, "-c", script, str(listener.fileno()), *command(site, program)]
        with Running(arguments, pass_fds=[listener.fileno()]) as running:
            assert eventually(lambda: answers(path, program)), running.log


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_binds_a_socket_of_mode_0660_itself(site, program, tmp_path):
    path = tmp_path / "s"
    with Running(command(site, program, "--socket", str(path)), umask=0o022) as running:
        assert eventually(lambda: answers(path, program)), running.log
        assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_a_socket_left_by_a_killed_program_is_taken_over(site, tmp_path):
    path = tmp_path / "s"
    arguments = command(site, "verify", "--socket", str(path))
    with Running(arguments) as first:
        assert eventually(lambda: answers(path, "verify")), first.log
        first.end(signal.SIGKILL)
    with Running(arguments) as second:
        assert eventually(lambda: answers(path, "verify")), second.log


def cgi(site, program, parameters, body=b""):
    """One request as plain CGI: parameters in the environment, the body on a pipe."""
    result = subprocess.run(
        command(site, program),
        input=body,
        capture_output=True,
        env=environment(GATEWAY_INTERFACE="CGI/1.1", **parameters),
        timeout=10,
    )
    assert result.returncode == 0, result.stderr
    return fastcgi.parse_cgi(result.stdout if b"\r\n\r\n" in result.stdout else result.stdout.replace(b"\n", b"\r\n"))


def test_a_program_answers_once_as_plain_cgi(site, user):
    body = json.dumps(dict(username=user.name, password=user.password)).encode()
    answer = cgi(site, "login", fastcgi.post("/auth/login", body), body)
    assert answer.status == 200 and json.loads(answer.body)["user"]["id"] == user.id
    assert cgi(site, "verify", fastcgi.get("/_auth/verify")).status == 401
    told = cgi(site, "verify", fastcgi.get("/_auth/verify", dict(HTTP_AUTHORIZATION=f"Bearer {user.access}")))
    assert (told.status, told.header("X-Auth-User")) == (204, user.name)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_with_no_socket_at_all_says_so_and_ends(site, program):
    result = subprocess.run(
        command(site, program), stdin=subprocess.DEVNULL, capture_output=True, env=environment(), timeout=10
    )
    assert result.returncode != 0 or result.stdout, "neither served nor refused"


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_program_with_0_and_leaves_the_socket(site, program, signum):
    with alone(site, program) as (running, path):
        assert running.end(signum) == 0, running.log
        assert path.exists(), "the socket handed in was unlinked"


def test_a_signal_at_any_moment_of_the_start_ends_a_program_in_order(site):
    """Until it has begun to listen for signals it dies of one; after that it ends with 0, whatever its threads do."""
    for turn in range(90):
        with listening() as (listener, _):
            with Running(command(site, PROGRAMS[turn % len(PROGRAMS)]), stdin=listener) as running:
                time.sleep(turn * 0.0005)
                assert running.end() in (0, -signal.SIGTERM), (PROGRAMS[turn % len(PROGRAMS)], running.log)


def test_a_second_instance_takes_over_the_socket_without_losing_a_request(site):
    with listening() as (listener, path):
        statuses = []
        for _ in range(5):
            with Running(command(site, "verify"), stdin=listener) as running:
                statuses += [fastcgi.ask(path, fastcgi.get("/_auth/verify")).status for _ in range(20)]
                assert running.end() == 0
        assert statuses == [401] * 100


def test_sigterm_finishes_the_requests_in_flight(site, user):
    """Logins that are being hashed when the signal comes are answered in full."""
    body = json.dumps(dict(username=user.name, password=user.password)).encode()
    for turn in range(10):
        with alone(site, "login") as (running, path):
            peers = [fastcgi.Peer(path) for _ in range(4)]
            for peer in peers:
                peer.send(fastcgi.message(fastcgi.post("/auth/login", body), body, keep=turn % 2 == 1))
            time.sleep(0.002 * turn)
            running.process.send_signal(signal.SIGTERM)
            statuses = []
            for peer in peers:
                try:
                    statuses.append(peer.read_answer().status)
                except ConnectionError:
                    statuses.append(None)  # had not been taken yet: nginx would ask the next instance
                peer.socket.close()
            assert running.process.wait(5) == 0, running.log
            assert set(statuses) <= {200, 503, None}, statuses
            assert turn < 3 or 200 in statuses, statuses


def test_sigterm_with_idle_and_half_sent_connections_ends_in_time(site):
    for program in ("verify", "login"):
        with alone(site, program) as (running, path):
            idle, half = fastcgi.Peer(path), fastcgi.Peer(path)
            idle.ask(fastcgi.get(PLACES[program]), keep=True)
            half.send(fastcgi.begin()[:5])
            start = time.monotonic()
            assert running.end() == 0
            assert time.monotonic() - start < 2.5
            idle.socket.close()
            half.socket.close()


def test_300_kept_connections_starve_nobody(site):
    for program in PROGRAMS:
        path = site.stack.socket(program)
        question = fastcgi.get(PLACES[program])
        kept = [fastcgi.Peer(path) for _ in range(300)]
        for peer in kept:
            assert peer.ask(question, keep=True).status in (401, 405)
        answer, seconds = fastcgi.timed(path, question)
        assert answer.status in (401, 405) and seconds < 1, program
        for peer in kept:
            assert peer.ask(question, keep=True).status in (401, 405)
            peer.socket.close()


def test_more_than_1024_descriptors_are_no_trouble(site):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    try:
        with alone(site, "verify") as (running, path):
            peers = [fastcgi.Peer(path) for _ in range(1200)]
            for peer in peers[::100] + peers[-3:]:
                assert peer.ask(fastcgi.get("/_auth/verify"), keep=True).status == 401
            assert answers(path, "verify") and running.alive
            for peer in peers:
                peer.socket.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_program_out_of_descriptors_comes_back(site):
    limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))  # noqa: E731
    with alone(site, "verify", preexec_fn=limit) as (running, path):
        peers = [fastcgi.Peer(path) for _ in range(80)]
        time.sleep(0.3)
        used = pathlib.Path(f"/proc/{running.process.pid}/stat").read_text().split()[13:15]
        time.sleep(0.5)
        after = pathlib.Path(f"/proc/{running.process.pid}/stat").read_text().split()[13:15]
        assert sum(map(int, after)) - sum(map(int, used)) < 30, "it spins while it has no descriptor to spare"
        for peer in peers:
            peer.socket.close()
        assert running.alive and eventually(lambda: answers(path, "verify"))


def test_a_client_that_leaves_before_the_answer_is_no_trouble(site, user):
    body = json.dumps(dict(username=user.name, password=user.password)).encode()
    with alone(site, "login") as (running, path):
        for _ in range(20):
            with fastcgi.Peer(path) as peer:
                peer.send(fastcgi.message(fastcgi.post("/auth/login", body), body))
        assert eventually(lambda: answers(path, "login")) and running.alive


def test_logins_are_hashed_side_by_side_and_the_gate_holds(site, user):
    """Forty at once: each is answered with 200, or with 503 and Retry-After; verify does not wait for them."""
    body = json.dumps(dict(username=user.name, password=user.password)).encode()
    answers_to_login, slowest = [], []

    def log_in():
        answers_to_login.append(fastcgi.ask(site.stack.socket("login"), fastcgi.post("/auth/login", body), body))

    threads = [threading.Thread(target=log_in) for _ in range(40)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        slowest.append(fastcgi.timed(site.stack.socket("verify"), fastcgi.get("/_auth/verify"))[1])
    assert {answer.status for answer in answers_to_login} <= {200, 503}
    assert [answer for answer in answers_to_login if answer.status == 200]
    assert all(answer.header("Retry-After") for answer in answers_to_login if answer.status == 503)
    assert max(slowest) < 1


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_a_program_tells_about_itself(option):
    for program in PROGRAMS:
        result = subprocess.run(
            [binary(program), option], capture_output=True, env=environment(), timeout=5, stdin=subprocess.DEVNULL
        )
        assert result.returncode in (0, 1, 2, 64)
