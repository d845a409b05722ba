"""What it costs to rehearse a rule book: all evidence out of the lake, decided by the old words and the new.

    python -m bench.rehearsing 34000

The lake is the project's own, in Parquet; the roster is at hand (reading it is DynamoDB's part).
"""

from __future__ import annotations

import gc
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bench.decisions import ON, PACK, Case, invented
from bench.status import deployment
from chalicelib import pack
from chalicelib.engine.replay import Replay, Subject, replay
from chalicelib.engine.rulebook import RuleBook
from chalicelib.model import Evidence, FeedId, FileId, PersonId
from chalicelib.storage import lake
from chalicelib.storage.gist import Gist

TOGETHER: Final = 50_000  # people for whom the lake is read at once, as the operator's command does


def _stricter(rules: RuleBook) -> RuleBook:
    """The rule book with all tiers cut by a third."""
    periods = rules.policy.periods
    tiers = tuple(tier.model_copy(update={"months": tier.months * 2 // 3}) for tier in periods.tiers)
    policy = rules.policy.model_copy(update={"periods": periods.model_copy(update={"tiers": tiers})})
    return replace(rules, version="stricter", policy=policy)


def cpu_seconds(count: int, seed: int = 1) -> tuple[float, Replay]:
    """CPU seconds of one rehearsal with so many people, and what came of it."""
    with deployment():
        cases = [case for batch in invented(count, seed) for case in batch]
        for feed, items in _by_feed(cases).items():
            lake.put_evidence(feed, FileId("invented"), items)
        lake.tidy({}, always=True)
        rules = pack.load(PACK).rules
        gc.collect()
        gc.freeze()  # what the bench itself holds is not gone through again and again
        begun = time.process_time()
        replayed = replay(_subjects(cases), rules, _stricter(rules), ON)
        return time.process_time() - begun, replayed


def _by_feed(cases: list[Case]) -> dict[FeedId, dict[PersonId, list[Evidence]]]:
    found: dict[FeedId, dict[PersonId, list[Evidence]]] = defaultdict(lambda: defaultdict(list))
    for person, _, items in cases:
        for item in items:
            found[item.key.feed][person.id].append(item)
    return found


def _subjects(cases: list[Case]) -> Iterator[Subject]:
    gist = Gist()
    for first in range(0, len(cases), TOGETHER):
        some = cases[first : first + TOGETHER]
        found = gist.of_many([person.id for person, _, _ in some])
        for person, entitlements, _ in some:
            yield Subject(person, tuple(entitlements), found[person.id])


if __name__ == "__main__":
    seconds, done = cpu_seconds(int(sys.argv[1]))
    print(f"{seconds:.3f} CPU s, {done.entitlements} entitlements, {sum(done.effects.values())} effects")
