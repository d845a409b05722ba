"""What it costs to rehearse a rule book: all evidence out of the lake, decided by the old words and the new.

    python -m bench.rehearsing 34000 answer.json

The lake is the project's own, in Parquet, in memory; the roster is made as it is needed and not counted
(reading it is DynamoDB's part), so that neither it nor what fills the lake is held.
"""

from __future__ import annotations

import gc
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from bench.decisions import BATCH, ON, PACK, Case, invented
from bench.status import deployment
from chalicelib import jurisdiction
from chalicelib.engine.rehearsal.replay import Replay, Subject, replay
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import Evidence, FeedId, FileId, PersonId
from chalicelib.storage.s3 import lake
from chalicelib.storage.s3.lake_snapshot import LakeSnapshot

TOGETHER: Final = 50_000 // BATCH  # batches of people looked up at once, as the operator's command does


class Watch:
    """The CPU seconds of this process, but for what is said not to count."""

    def __init__(self) -> None:
        """Begin."""
        self.spent = -time.process_time()

    def stop(self) -> None:
        """What follows does not count."""
        self.spent += time.process_time()

    def go_on(self) -> None:
        """What follows counts again."""
        self.spent -= time.process_time()


def stricter(rules: RuleBook) -> RuleBook:
    """The rule book with all tiers cut by a third: nearly everybody's certificate changes."""
    periods = rules.policy.periods
    tiers = tuple(tier.model_copy(update={"months": tier.months * 2 // 3}) for tier in periods.tiers)
    policy = rules.policy.model_copy(update={"periods": periods.model_copy(update={"tiers": tiers})})
    return replace(rules, version="stricter", policy=policy)


class Cost(NamedTuple):
    """What one rehearsal took, and what came of it."""

    cpu: float
    peak_mb: float  # from its beginning on, the lake in memory and what filling it left behind included
    replay: Replay


def rehearse(count: int, seed: int = 1) -> Cost:
    """One rehearsal with so many people."""
    with deployment():
        for number, cases in enumerate(_gathered(count, seed)):
            for feed, items in _by_feed(cases).items():
                lake.put_evidence(feed, FileId(f"invented-{number}"), items)
        lake.tidy({}, always=True)
        rules = jurisdiction.load(PACK).rules
        gc.collect()
        _forget_peak()
        watch = Watch()
        replayed = replay(_subjects(count, seed, watch), rules, stricter(rules), ON)
        watch.stop()
        return Cost(watch.spent, _peak_mb(), replayed)


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1000 if found else 0.0


def _gathered(count: int, seed: int) -> Iterator[list[Case]]:
    batches = invented(count, seed)
    while some := [case for batch in islice(batches, TOGETHER) for case in batch]:
        yield some


def _by_feed(cases: list[Case]) -> dict[FeedId, dict[PersonId, list[Evidence]]]:
    found: dict[FeedId, dict[PersonId, list[Evidence]]] = defaultdict(lambda: defaultdict(list))
    for person, _, items in cases:
        for item in items:
            found[item.key.feed][person.id].append(item)
    return found


def _subjects(count: int, seed: int, watch: Watch) -> Iterator[Subject]:
    gist = LakeSnapshot()
    watch.stop()
    for cases in _gathered(count, seed):
        roster = [(person, tuple(entitlements)) for person, entitlements, _ in cases]
        cases.clear()
        watch.go_on()
        found = gist.of_many([person.id for person, _ in roster])
        for person, entitlements in roster:
            yield Subject(person, entitlements, found[person.id])
        watch.stop()
    watch.go_on()


if __name__ == "__main__":
    cost = rehearse(int(sys.argv[1]))
    done, effects = cost.replay, sum(cost.replay.effects.values())
    print(f"{cost.cpu:.3f} CPU s, {cost.peak_mb:.0f} MB, {done.entitlements} entitlements, {effects} effects")
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(
            json.dumps({"cpu": cost.cpu, "peak_mb": cost.peak_mb, "people": done.people})
        )
