"""What the figures are to be, beside what they were: for the questions that this run has asked."""

from benchmarks.report import Column, Section
from benchmarks.verify_table import LEAST

COLUMNS = [Column("what", "what"), Column("limit, or what it is measured by", "limit"), Column("aim", "aim"),
           Column("reached", "reached", "{:.2f}"), Column("", "met")]
FIRST_ANSWER = 50.0  # milliseconds


def row(what, limit, reached, least=None, most=None):
    met = (least is None or reached >= least) and (most is None or reached <= most)
    aim = f"at least {least}" if least is not None else f"at most {most}"
    return {"what": what, "limit": limit, "aim": aim, "reached": reached, "met": "met" if met else "MISSED"}


def verify(rows):
    ours = next((each for each in rows if each["who"] == "ed25519"), {})
    if ours.get(f"of {LEAST}") is None:
        return
    yield row("verify, Ed25519: requests/s", f"those of `{LEAST}`", ours[f"of {LEAST}"], least=0.95)
    yield row("verify, Ed25519: p99", f"that of `{LEAST}`", ours[f"p99 of {LEAST}"], most=1.25)
    yield row("verify, Ed25519: processor time", f"µs a request more than `{LEAST}`", ours[f"over {LEAST}"], most=8)


def first_sight(rows):
    yield row("first sight of a token: requests/s", "`openssl speed`, one core", rows[0]["share"], least=0.9)


def memory(rows):
    yield row("verify at rest", "MiB", rows[0]["at rest"], most=12)
    yield row("verify after the tokens", "MiB", rows[0]["loaded"], most=24)


def revocations(rows):
    if rows[-1].get("of none") is not None:
        yield row("verify with the revocations: requests/s", "without", rows[-1]["of none"], least=0.95)


def cold(rows):
    yield row(
        "cold start, the slowest program's median", "ms to the first answer",
        max(each.get("median", float("inf")) for each in rows if "revocations" not in each["who"]), most=FIRST_ANSWER)
    yield row("requests lost while a program starts", "", sum(each.get("lost", 1) for each in rows), most=0)


def section(sections):
    """One table of all that can be told from these."""
    found = {each.key: each.rows for each in sections}
    judges = {"verify": verify, "first-sight": first_sight, "memory": memory, "revocations": revocations, "cold": cold}
    rows = [line for key, judge in judges.items() if key in found for line in judge(found[key])]
    return Section("aims", "Aims", rows, COLUMNS)
