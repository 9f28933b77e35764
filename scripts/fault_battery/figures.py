"""What a row ends with: one line of figures, and whether they are what was aimed at."""

import dataclasses
import math
import time
import typing

ROWS = {}


class NotRun(Exception):
    """Why a row can't be run here."""


@dataclasses.dataclass
class Row:
    what: str
    run: typing.Callable


@dataclasses.dataclass
class Size:
    """How much of it: everything, or the short form that the tests run; seconds after which a row begins no more rounds."""

    long: bool
    seconds: float = math.inf

    def pick(self, long, short):
        return long if self.long else short

    def rounds(self, long, short):
        """Numbers from 0, until there were so many or the time is over."""
        end = time.monotonic() + self.seconds
        for turn in range(self.pick(long, short)):
            if time.monotonic() > end:
                return
            yield turn


@dataclasses.dataclass
class Figure:
    """`done` says with counts what was done; of lost, wrongly_allowed and false_401 the target is none at all.

    measures  further figures by name
    missed    the other targets that were not met, in words
    """

    done: str
    lost: list = dataclasses.field(default_factory=list)
    wrongly_allowed: list = dataclasses.field(default_factory=list)
    false_401: list = dataclasses.field(default_factory=list)
    measures: dict = dataclasses.field(default_factory=dict)
    missed: list = dataclasses.field(default_factory=list)
    met: bool = True
    row: str = ""
    seconds: float = 0.0

    def __post_init__(self):
        self.met = self.met and not (self.lost or self.wrongly_allowed or self.false_401 or self.missed)

    def expect(self, holds, otherwise):
        """Notes a target of the row's own that was not met."""
        if not holds:
            self.missed.append(otherwise)
            self.met = False
        return self

    def line(self):
        words = [f"lost={len(self.lost)}", f"wrongly_allowed={len(self.wrongly_allowed)}",
                 f"false_401={len(self.false_401)}", *(f"{name}={value}" for name, value in self.measures.items())]
        text = f"FIGURE {self.row} {'met' if self.met else 'MISSED'}: {self.done}; {' '.join(words)} ({self.seconds:.0f} s)"
        bad = [*self.missed, *self.lost[:3], *self.wrongly_allowed[:3], *self.false_401[:3]]
        return "\n".join([text, *(f"    {reason}" for reason in bad)])


def row(name, what):
    """Registers a row under its id in the list of faults."""

    def add(run):
        ROWS[name] = Row(what, run)
        return run

    return add


def table(done):
    lines = [f"{'row':14} {'target':7} {'lost':>5} {'allowed':>8} {'401':>4}  what was done"]
    for figure in done:
        lines.append(f"{figure.row:14} {'met' if figure.met else 'MISSED':7} {len(figure.lost):5} "
                     f"{len(figure.wrongly_allowed):8} {len(figure.false_401):4}  {figure.done}")
    return "\n".join(lines)


def percentile(values, share):
    """Of seconds, in milliseconds."""
    ordered = sorted(values)
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1) if ordered else 0.0
