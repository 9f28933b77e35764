"""Everybody who can answer auth_request, side by side."""

from benchmarks.contestants import FASTCGI, HTTP, Basic, C, Foreign, Nginx, Njs, express, go
from benchmarks.ours import ours
from benchmarks.race import BASE, columns, compared, race, row, steadiness
from benchmarks.report import Section

# Of the password "bench"; htpasswd's default cost for bcrypt.
APR1 = "$apr1$benchmrk$JKtTV1L.eXlAABcNY.izn0"
BCRYPT = "$2b$05$/NbQghT1uKLHgpEXJSIA.eZqf0zEW/c93pcNFKYoavpaeA6AexISm"

LEAST = "c-epoll"  # the least that asking a program costs


def everybody(build_dir):
    """In this order, so that those most compared are neighbours in time."""
    return [
        Nginx(BASE),
        C(LEAST, "epoll.c"),
        C(f"{LEAST}-snippets", "epoll.c", snippets=True),
        *ours(build_dir),
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
    """Those named and nginx, in the table's order; SystemExit with the names there are for one that is not."""
    found = everybody(build_dir)
    known = [each.name for each in found]
    if unknown := set(names) - set(known):
        raise SystemExit(f"nobody is called {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    return [each for each in found if not names or each.name in (*names, BASE)]


def sections(given):
    entries = race(chosen(given.only, given.build_dir), given.rounds, given.seconds)
    notes = steadiness(entries)
    for other in (LEAST, f"{LEAST}-snippets"):
        notes += compared(entries, "ed25519", other)
    yield Section("verify", "Verify", [row(entry, entries, LEAST) for entry in entries], columns(LEAST), notes)
