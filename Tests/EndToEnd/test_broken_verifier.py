"""A verifier that answers what ours never would, or not at all: nginx lets nobody in (V-N4)."""

import contextlib
import socket
import threading
import time

import fastcgi
import pytest
from site_under_test import ACCESS, REFRESH


RECEIVED = []  # what was sent to the played verifier


def play(listener, answer):
    """Answers every request on the socket with the same bytes after END of its STDIN, then closes."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            connection.settimeout(10)
            received = b""
            while not received.endswith(fastcgi.record(fastcgi.STDIN)):
                chunk = connection.recv(65536)
                if not chunk:
                    break
                received += chunk
            RECEIVED.append(received)
            connection.sendall(answer)


def spoken(head):
    end = fastcgi.record(fastcgi.END, b"\0" * 8)
    return fastcgi.record(fastcgi.STDOUT, head + b"\r\n") + fastcgi.record(fastcgi.STDOUT) + end


BROKEN = {
    "302": spoken(b"Status: 302 Found\r\nLocation: /\r\n"), "400": spoken(b"Status: 400 x\r\n"),
    "404": spoken(b"Status: 404 x\r\n"), "429": spoken(b"Status: 429 x\r\n"), "500": spoken(b"Status: 500 x\r\n"),
    "503": spoken(b"Status: 503 x\r\n"), "nothing": b"", "half a record": b"\x01\x06\x00\x01\x00\x20\x00\x00Stat",
    "no header": fastcgi.record(fastcgi.STDOUT, b"\0\1\2") + fastcgi.record(fastcgi.END, b"\0" * 8),
    "garbage": b"HTTP/1.1 200 OK\r\n\r\n", "no status of HTTP": spoken(b"Status: abc\r\n"),
    "a header without end": fastcgi.record(fastcgi.STDOUT, b"Status: 204 x\r\nX-Auth-User: " + b"a" * 60000),
}  # fmt: skip


@pytest.fixture(scope="module")
def without_verifier(new_site):
    """A site whose verifier is played by the test: it yields the function that says with which bytes."""
    site = new_site()
    site.stack.programs["verify"].stop()
    path = site.stack.socket("verify")
    running = []

    def be(answer):
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(50)
        running.append(listener)
        threading.Thread(target=play, args=(listener, answer), daemon=True).start()
        return site

    yield be
    for listener in running:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_a_verifier_that_says_anything_else_lets_nobody_in(without_verifier, answer):
    """V-N4, CVE-2026-26998: neither a status that is none of its own, nor a broken answer, nor one without end."""
    site = without_verifier(answer)
    with site.client() as client:
        started = time.monotonic()
        for place in ("/private/", "/admin/"):
            told = client.get(place)
            # A status that only another program would send stays nginx's own 500; no answer is ours, to try again.
            assert told.status in (500, 503) and "X-Auth-User" not in dict(told.headers), told
            assert told.status == 500 or (told.code == "unavailable" and told.header("Retry-After")), told
        assert time.monotonic() - started < 12


def test_a_verifier_that_is_gone_lets_nobody_in(without_verifier):
    """V-N4: not even its socket is left."""
    site = without_verifier(b"")
    site.stack.socket("verify").unlink()
    with site.client() as client:
        assert client.get("/private/").status == 503
        assert client.navigate("/private/").status == 503


FORMS = [
    "{a}; {r}; {d}", "{r}; x=y; {a}", "{r};{d};{a}", "{d}; x=__Host-refresh=theirs; {a}; {r}; y=z; {r};", "{r}", "{a}",
    "{a}; x=y; {a}", "x=y;{a};{r};{a};z", "{a}; {a}; {a}", "{a};x=y;{a};{d};{a};z;{a}",
]  # fmt: skip
# Where a name comes more than twice verify sees none of them, and renew decides.
MOST_SHOWN = 2


@pytest.mark.parametrize("form", FORMS)
def test_the_verifier_is_shown_the_access_token_and_no_other_cookie(without_verifier, form):
    """Who takes verify over must not be able to make tokens for those who ask."""
    site = without_verifier(b"")
    text = form.format(a=f"{ACCESS}=shown", r=f"{REFRESH}=hidden", d="__Host-device=hidden")
    RECEIVED.clear()
    with site.client() as client:
        assert client.get("/private/", [("Cookie", text)]).status == 503
        assert client.get("/private/", [("Cookie", one.strip()) for one in text.split(";") if one]).status == 503
    assert len(RECEIVED) >= 2
    for asked in RECEIVED:
        assert asked.count(b"REQUEST_URI") == asked.count(b"AUTH_REQUEST_ID") == 1
        assert b"hidden" not in asked and b"theirs" not in asked
        sent = form.count("{a}")
        assert asked.count(b"shown") == (sent if sent <= MOST_SHOWN else 0)
