"""统计汇总 · Cells put together: for an area, for what lies below it, for an authority, for a benefit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from chalicelib.engine.statistics.cells import Amount, Cell, Figure, Level
from chalicelib.model import EntitlementStatus
from chalicelib.model.recoveries import WALKS

_OPEN: Final = frozenset(state.value for state in WALKS)


@dataclass(frozen=True, slots=True)
class Arrears:
    """Resumptions with months to be paid: ordered and not arrived, and arrived."""

    awaited: int = 0
    awaited_fen: int = 0
    arrived: int = 0
    days_on_average: float | None = None
    """From the first day of the first month that was not paid to the payment; None where nothing arrived."""


@dataclass(frozen=True, slots=True)
class Recoveries:
    """What was paid for months that were not due: all, those still walking, and what came back."""

    number: int = 0
    open: int = 0
    fen: int = 0
    recovered_fen: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of one scope; of people None where entitlements to one benefit are counted."""

    recipients: int | None = None
    cases: Mapping[str, int] | None = None
    visits: Mapping[str, int] | None = None
    suspicions: Mapping[str, Mapping[str, int]] | None = None  # kind → state → how many
    entitlements: Mapping[str, int] = field(default_factory=dict)  # by status
    certified: Mapping[str, int] = field(default_factory=dict)  # by route
    due: int = 0
    suspended: Mapping[str, int] = field(default_factory=dict)  # by the first month that was not paid
    arrears: Arrears = Arrears()
    recoveries: Recoveries = Recoveries()


class Report(NamedTuple):
    """The figures of an area, and of its parts."""

    area: Summary
    below: Mapping[str, Summary]  # the next areas down
    by_authority: Mapping[str, Summary]
    by_benefit: Mapping[str, Summary]


Lines = Iterable[tuple[Cell, Amount]]


def report(lines: Lines, authority: str | None = None) -> Report:
    """Put together the cells of an area; `area` of each is that of the part below in which it lies.

    `authority`: what it counts alone, of people and of entitlements.
    """
    level = Level.AREA if authority is None else Level.AUTHORITY
    whole, below = _Sums(), defaultdict[str, _Sums](_Sums)
    by_authority, by_benefit = defaultdict[str, _Sums](_Sums), defaultdict[str, _Sums](_Sums)
    for cell, amount in lines:
        if authority is not None and cell.authority != authority:
            continue
        if cell.level in (level, Level.BENEFIT):
            whole.add(cell, amount)
            below[cell.area].add(cell, amount)
        if cell.level is not Level.AREA and cell.authority:
            by_authority[cell.authority].add(cell, amount)
        if cell.level is Level.BENEFIT:
            by_benefit[cell.benefit].add(cell, amount)
    return Report(
        whole.of_people(),
        {area: sums.of_people() for area, sums in sorted(below.items())},
        {code: sums.of_people() for code, sums in sorted(by_authority.items())},
        {code: sums.of_entitlements() for code, sums in sorted(by_benefit.items())},
    )


class _Sums:
    """Amounts by figure, and by the word by which it is told."""

    def __init__(self) -> None:
        self.numbers: dict[Figure, Counter[str]] = defaultdict(Counter)
        self.certified: Counter[str] = Counter()
        self.suspicions: dict[str, Counter[str]] = defaultdict(Counter)
        self.fen: Counter[Figure] = Counter()
        self.days = 0

    def add(self, cell: Cell, amount: Amount) -> None:
        """Count a cell under the word by which its figure is told."""
        word = cell.month if cell.figure is Figure.SUSPENDED else cell.status
        self.numbers[cell.figure][word] += amount.number
        self.fen[cell.figure] += amount.fen
        self.days += amount.days
        if cell.figure is Figure.SUSPICIONS:
            self.suspicions[cell.kind][cell.status] += amount.number
        if cell.figure is Figure.ENTITLEMENTS and cell.status == EntitlementStatus.ACTIVE:
            self.certified[cell.route] += amount.number

    def of_people(self) -> Summary:
        """The figures of people, and of their entitlements."""
        return replace(
            self.of_entitlements(),
            recipients=self.numbers[Figure.RECIPIENTS].total(),
            cases=_sorted(self.numbers[Figure.CASES]),
            visits=_sorted(self.numbers[Figure.VISITS]),
            suspicions={kind: _sorted(states) for kind, states in sorted(self.suspicions.items())},
        )

    def of_entitlements(self) -> Summary:
        """The figures of entitlements alone."""
        arrived, recoveries = self.numbers[Figure.ARREARS_ARRIVED].total(), self.numbers[Figure.RECOVERIES]
        return Summary(
            entitlements=_sorted(self.numbers[Figure.ENTITLEMENTS]),
            certified=_sorted(self.certified),
            due=self.numbers[Figure.DUE].total(),
            suspended=_sorted(self.numbers[Figure.SUSPENDED]),
            arrears=Arrears(
                self.numbers[Figure.ARREARS_AWAITED].total(),
                self.fen[Figure.ARREARS_AWAITED],
                arrived,
                round(self.days / arrived, 1) if arrived else None,
            ),
            recoveries=Recoveries(
                recoveries.total(),
                sum(number for state, number in recoveries.items() if state in _OPEN),
                self.fen[Figure.RECOVERIES],
                self.fen[Figure.RECOVERED],
            ),
        )


def _sorted(counted: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counted.items()))
