"""Keys that are rotated every few seconds under load (R-11)."""

import base64
import concurrent.futures
import json
import subprocess
import tempfile
import threading
import time

from client import bearer
from faulty_site import FaultySite
from figures import Figure, row

EVERY, LIFETIME = 5.0, 4  # seconds between two rotations, and of a token
PKCS8 = bytes.fromhex("302e020100300506032b657004220420")  # what comes before an Ed25519 seed (RFC 8410)


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signed(key, token, now):
    """The token again with a fresh life, by a key of the key file, through openssl."""
    head, body, _ = token.split(".")
    claims = json.loads(decode(body)) | dict(iat=now, exp=now + LIFETIME)
    head = encode(json.dumps(json.loads(decode(head)) | dict(kid=key["kid"])).encode())
    text = f"{head}.{encode(json.dumps(claims).encode())}"
    with tempfile.NamedTemporaryFile() as pem, tempfile.NamedTemporaryFile() as message:
        lines = base64.b64encode(PKCS8 + decode(key["d"])).decode()
        pem.write(f"-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n".encode())
        message.write(text.encode())
        pem.flush(), message.flush()
        done = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", pem.name, "-in", message.name],
                              capture_output=True, check=True)
    return f"{text}.{encode(done.stdout)}"


def keys(site):
    return {key["kid"]: key for key in json.loads((site.keys / "signing.json").read_text())["keys"]}


def browse(site, user, done, figure):
    """A token until it has half expired, then the next one: each must be let in. Returns how often it asked."""
    count = 0
    with site.client() as client:
        while not done.is_set():
            token = user.client.post("/auth/refresh").json["access_token"]
            until = time.monotonic() + LIFETIME / 2
            while time.monotonic() < until and not done.is_set():
                status = client.get("/private/", bearer(token), cookies=False).status
                count += 1
                if status != 200:
                    figure.false_401.append(f"{status} of a token that is {LIFETIME / 2} s old at most")
    return count


def forge(site, user, seen, figure):
    """Fresh tokens signed by every key that was retired: how many were tried."""
    token = user.client.post("/auth/refresh").json["access_token"]
    current = json.loads(decode(token.split(".")[0]))["kid"]
    assert site.status_of(signed(keys(site)[current], token, int(time.time()))) == 200, "the forge does not work"
    retired = {kid: key for kid, key in seen.items() if kid not in {*list(keys(site))[-1:], current}}
    for kid, key in retired.items():
        if site.status_of(signed(key, token, int(time.time()))) != 401:
            figure.wrongly_allowed.append(f"a token signed by the retired key {kid}")
    return len(retired)


@row("R-11", "key rotation every 5 s under load")
def rotated(size):
    figure, done = Figure(""), threading.Event()
    with FaultySite(AUTH_ACCESS_TTL=f"{LIFETIME}s") as site, concurrent.futures.ThreadPoolExecutor(4) as pool:
        users = [site.sign_up() for _ in range(4)]
        browsing = [pool.submit(browse, site, user, done, figure) for user in users]
        seen, rotations, end = keys(site), 0, time.monotonic() + min(size.pick(180, 12), size.seconds)
        try:
            while time.monotonic() < end:
                site.ctl("key", "rotate", "--now")
                rotations += 1
                seen |= keys(site)
                time.sleep(EVERY)
        finally:
            done.set()
        verifies = sum(one.result() for one in browsing)
        time.sleep(LIFETIME + 1)
        site.ctl("key", "rotate", "--now")
        time.sleep(LIFETIME + 2)
        old = forge(site, users[0], seen, figure)
    figure.done = f"{rotations} rotations, {verifies} verifies, {old} retired keys tried"
    figure.met = not (figure.false_401 or figure.wrongly_allowed)
    return figure.expect(old >= rotations - 1 and verifies > 100, "the load was no load")
