"""Everybody who can answer auth_request, side by side."""

from benchmarks.contestants import FASTCGI, HTTP, Basic, C, Foreign, Nginx, Njs, express, go
from benchmarks.ours import ours
from benchmarks.race import LEAST, race, row
from benchmarks.report import Column, Section

# Of the password "bench"; htpasswd's default cost for bcrypt.
APR1 = "$apr1$benchmrk$JKtTV1L.eXlAABcNY.izn0"
BCRYPT = "$2b$05$/NbQghT1uKLHgpEXJSIA.eZqf0zEW/c93pcNFKYoavpaeA6AexISm"

COLUMNS = [
    Column("who", "who"), Column("checks", "checks"), Column("requests/s", "rate", "{:.0f}"),
    Column("of `return 204`", "of 204", "{:.2f}"), Column(f"of {LEAST}", f"of {LEAST}", "{:.2f}"),
    Column("p50 ms", "p50", "{:.2f}"), Column("p99 ms", "p99", "{:.2f}"), Column("nginx µs", "nginx", "{:.1f}"),
    Column("verifier µs", "verifier", "{:.1f}"), Column("MiB at rest", "at rest", "{:.1f}"),
    Column("MiB after", "loaded", "{:.1f}")]


def everybody(build_dir):
    return [
        Nginx("nginx"),
        *ours(build_dir),
        C(LEAST, "epoll.c"),
        C(f"{LEAST}-snippets", "epoll.c", snippets=True),
        C("c-threads", "threads.c"),
        Njs("njs"),
        Foreign("go-fastcgi", "HS256", FASTCGI, go("fastcgi")),
        Foreign("go-fastcgi-ed25519", "EdDSA", FASTCGI, go("fastcgi")),
        Foreign("go-http", "HS256", HTTP, go("http")),
        Foreign("go-http-ed25519", "EdDSA", HTTP, go("http")),
        Foreign("express", "HS256", HTTP, express),
        Foreign("express-ed25519", "EdDSA", HTTP, express),
        Basic("basic-apr1", "apr1", APR1),
        Basic("basic-bcrypt", "bcrypt", BCRYPT),
    ]


def chosen(names, build_dir):
    """Those named, in the table's order, with what all are compared to; SystemExit with the names there are."""
    found = everybody(build_dir)
    known = [each.name for each in found]
    if unknown := set(names) - set(known):
        raise SystemExit(f"nobody is called {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    return [each for each in found if not names or each.name in names or each is found[0]]


def sections(given):
    entries = race(chosen(given.only, given.build_dir), given.rounds, given.seconds)
    yield Section("verify", "Verify", [row(entry, entries) for entry in entries], COLUMNS)
