"""步骤 · What is measured, one after the other over one store: a city's first roster, its files, its passes.

    python -m bench.city.steps first_roster 1000 build/bench/city/1000 build/bench/city/year answer.json

Each step is a process of its own, so that its peak memory is its own; what it leaves is the next one's.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from bench.city import crowd, laying, memory
from bench.city.aws import Counted
from bench.city.capacity import Units
from bench.city.deployment import Deployment, deployed
from bench.city.invoking import Invocation, Lambda
from bench.city.kept import Kept
from chalicelib import clock, messages
from chalicelib.engine.calendar.periods import add_months
from chalicelib.model import Change, FileState, PersonId, Template
from chalicelib.storage.dynamodb import everybody, files, paid, people, shards, tables
from chalicelib.storage.dynamodb.tables import Work
from chalicelib.storage.s3 import lake

AWAITED_DAYS: Final = 45  # whose certificate ends within these is awaited
FAR_DAYS: Final = 190
ROWS_EACH: Final = 4  # of a file of evidence, about one recipient


@dataclass
class Scene:
    """The deployment, who plays Lambda, and whom it is about."""

    here: Deployment
    played: Lambda
    count: int
    year: Path

    @property
    def numbers(self) -> list[str]:
        """Everybody's identity number."""
        return crowd.numbers(self.count)

    @property
    def ends_from(self) -> date:
        """From which day on certificates end, over a year."""
        return laying.day_of(self.year) + timedelta(20)


Step = Callable[[Scene], int]
"""Does what is measured; of how many people, or rows, it was."""


def _drop(scene: Scene, key: str, data: bytes) -> None:
    """Drop a file; RuntimeError unless it is loaded."""
    scene.played.drop(key, data)
    (state,) = {each.state for each in files.everything() if each.key == key}
    if state is not FileState.LOADED:
        raise RuntimeError(f"{key} is {state}")


def first_roster(scene: Scene) -> int:
    """Everybody is new, in a deployment that has always kept rows and payments as it does."""
    shards.note(shards.layout(), {})
    tables.put(Work(*paid.LAYOUT, body=paid.WHOLE))
    scene.here.go_to(add_months(laying.day_of(scene.year), -2).replace(day=5))
    day = clock.today()
    data = crowd.roster(scene.numbers, scene.ends_from)
    _drop(scene, f"hrss/roster/{day:%Y%m%d}/roster.csv", data)
    return scene.count


def monthly_roster(scene: Scene) -> int:
    """A month later: one amount in a thousand is another."""
    scene.here.go_to(add_months(laying.day_of(scene.year), -1).replace(day=5))
    day = clock.today()
    data = crowd.roster(scene.numbers, scene.ends_from, raised=max(1, scene.count // 1000))
    _drop(scene, f"hrss/roster/{day:%Y%m%d}/roster.csv", data)
    return scene.count


def payments(scene: Scene) -> int:
    """A pay run: everybody is paid one benefit."""
    month = clock.today().replace(day=1) - timedelta(1)
    data = crowd.payments(scene.numbers, month.replace(day=1))
    _drop(scene, f"hrss/payments/{clock.today():%Y%m%d}/payments.csv", data)
    return scene.count


def evidence_awaited(scene: Scene) -> int:
    """A file of which every row is about somebody whose certificate ends soon."""
    return _checkups(scene, "awaited", 0, AWAITED_DAYS)


def evidence_waiting(scene: Scene) -> int:
    """A file about people whose certificates last: it waits in the lake."""
    return _checkups(scene, "waiting", FAR_DAYS, crowd.ENDS_WITHIN)


def _checkups(scene: Scene, name: str, first: int, last: int) -> int:
    ends = [place * 101 % crowd.ENDS_WITHIN for place in range(scene.count)]
    chosen = [number for number, end in zip(scene.numbers, ends, strict=True) if first <= end < last]
    day = clock.today()
    data = crowd.checkups(chosen, day, len(chosen) * ROWS_EACH)
    _drop(scene, f"health/health_checkups/{day:%Y%m%d}/{name}.csv", data)
    return len(chosen)


def one_person_in_the_lake(scene: Scene) -> int:
    """What the lake holds about one person."""
    person = next(iter(everybody.ids_of(shards.EVERYBODY)))
    scene.played.invoke("certification_step", "step", lambda: lake.evidence_of(person))
    return 1


def lay_the_year(scene: Scene) -> int:
    """Not measured: what a year leaves of each."""
    scene.here.go_to(laying.day_of(scene.year))
    return laying.lay(scene.here, scene.year)


def _pass(name: str) -> Step:
    def do(scene: Scene) -> int:
        scene.played.do_pass(name)
        return scene.count

    return do


def open_cases(scene: Scene) -> int:
    """The daily run, on a day on which all are looked at who come due within its horizon."""
    scene.played.do_pass("open_cases")
    return scene.count


def send(scene: Scene) -> int:
    """One message to each of a tenth of the people."""
    some = sorted(everybody.ids_of(shards.EVERYBODY))[::10]
    for person in some:
        _compose(person)
    scene.played.do_pass("send")
    return len(some)


def _compose(person: PersonId) -> None:
    record = people.load(person)
    words = {"deadline": "2025-07-31", "code": "000001"}
    message = messages.compose(record.person, Template.REMIND, "bench", words, clock.today())
    people.change(person, lambda _: Change("reminded", "bench", clock.now(), messages=(message,)))


STEPS: Final[Mapping[str, Step]] = {
    "first_roster": first_roster,
    "monthly_roster": monthly_roster,
    "evidence_awaited": evidence_awaited,
    "evidence_waiting": evidence_waiting,
    "payments": payments,
    "lay_the_year": lay_the_year,
    "one_person_in_the_lake": one_person_in_the_lake,
    "statistics": _pass("statistics"),
    "results": _pass("results"),
    "audit_roots": _pass("audit_roots"),
    "retention": _pass("retention"),
    "open_cases": open_cases,
    "send": send,
}

NOT_MEASURED: Final = frozenset({"lay_the_year"})
"""What only prepares the steps after it."""


def measured(name: str, count: int, store: Path, year: Path) -> dict[str, Any]:
    """Do one step over a store, and tell what it took."""
    # A city's files are larger than what is read whole, and of more people than are taken in at once.
    as_in_a_city: dict[str, Any] = {"people_at_once": str(count // 50), "large_file_bytes": str(count * 5)}
    with Kept(store) as kept, deployed(kept, laying.day_of(year), **as_in_a_city) as here:
        played = Lambda(here)
        warm()
        began = memory.now_mb()
        subjects = STEPS[name](Scene(here, played, count, year))
        return {
            "subjects": subjects,
            "began_mb": began,
            "at_once": played.at_once,
            "invocations": told(played.done),
        }


def warm() -> None:
    """What every process of a function loads before its first event."""
    from chalicelib.jurisdiction import current

    current()
    people.is_known(PersonId("nobody"))


def told(done: list[Invocation]) -> list[dict[str, Any]]:
    """Invocations by function and step."""
    found: dict[tuple[str, str], list[Invocation]] = {}
    for each in done:
        found.setdefault((each.function, each.step), []).append(each)
    return [
        {"function": function, "step": step, "count": len(of), **_sums(of)}
        for (function, step), of in found.items()
    ]


def _sums(of: list[Invocation]) -> dict[str, Any]:
    counted = _together([each.counted for each in of])
    return {
        "seconds": sum(each.seconds for each in of),
        "cpu": sum(each.cpu for each in of),
        "longest": max(each.seconds for each in of),
        "longest_gap": max(each.longest_gap for each in of),
        "grown_mb": max(each.grown_mb for each in of),
        "calls": dict(counted.calls),
        "read": counted.units.read,
        "write": counted.units.write,
        "hottest": dict(counted.partitions.most_common(3)),
        "written": dict(counted.written),
        "stored": counted.stored,
        "fetched": counted.fetched,
    }


def _together(of: list[Counted]) -> Counted:
    whole = Counted()
    for each in of:
        whole.calls += each.calls
        whole.partitions += each.partitions
        whole.written += each.written
        whole.units += Units(*each.units)
        whole.stored += each.stored
        whole.fetched += each.fetched
    return whole


if __name__ == "__main__":
    step, people_count, store_file, year_folder, answer = sys.argv[1:]
    found_out = measured(step, int(people_count), Path(store_file), Path(year_folder))
    Path(answer).write_text(json.dumps(found_out), encoding="utf-8")
