"""批处理执行 · The steps of statemachines/everybody.asl.json, one function each, for all passes.

Plan          which shards there are, and which function does the pass
Do            one slice of one shard; again while there is more
Put together  what all slices have found; a shard that failed is named, counted and told, never hidden
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from chalicelib import clock, schedules
from chalicelib.errors import UnfinishedError
from chalicelib.observability import count, logger
from chalicelib.passes.slices import Shard, Whole
from chalicelib.passes.table import PASSES
from chalicelib.runs import run

SLICE: Final = 400.0  # seconds of a slice: with what was begun last, far below the 900 of an invocation
MOST_SLICES: Final = 200  # of one shard: a day; more of them would go round in circles

Event = Mapping[str, Any]
Answer = dict[str, Any]


def run_pass(event: Event) -> Answer:
    """Do the step that the state machine names; unknown steps and passes raise KeyError."""
    return STEPS[event["state"]](event)


def plan(event: Event) -> Answer:
    """The shards of a pass; each knows all that its slices need. `functions` is what there are, by name."""
    said, this = event["input"], PASSES[event["input"]["pass"]]
    function = event["functions"][this.does.value]
    day = date.fromisoformat(said["day"])
    known = [
        Shard(event["execution"], said["pass"], day, function, shard, said["about"]).to_json()
        for shard in this.shards(said["about"])
    ]
    return {**said, "function": function, "at_once": this.at_once(said["about"]), "shards": known}


def do(event: Event) -> Answer:
    """One slice of a shard; stops in time and says whether there is more."""
    shard = Shard.of(event["shard"])
    if shard.slices >= MOST_SLICES:
        raise UnfinishedError(f"{shard.execution}: shard {shard.shard} does not end", 1)
    return shard.done(PASSES[shard.pass_name].do, clock.stopping_after(SLICE)).to_json()


def put_together(event: Event) -> Answer:
    """Put together what was found, and leave word that the pass has reached its end.

    UnfinishedError, when all that can be done is done, if a shard failed, somebody was left out, or something
    could not be put together.
    """
    said = event["input"]
    this = PASSES[said["pass"]]
    failed = [each["shard"] for each in said["done"] if each.get("failed")]
    done = [Shard.of(each) for each in said["done"] if not each.get("failed")]
    for shard in failed:
        logger.error("a shard failed", extra={"execution": event["execution"], "shard": shard})
    count(ShardsFailed=len(failed))
    left_out = sum(shard.left_out for shard in done)
    try:
        with run(said["pass"]) as each:
            day = date.fromisoformat(said["day"])
            whole = Whole(event["execution"], said["about"], day, done, failed, each)
            with each(part="put together"):
                this.put_together(whole)
    except UnfinishedError as unfinished:
        left_out += unfinished.left_out
    of = f"{len(done)} of {len(done) + len(failed)} shards"
    if failed or left_out:
        raise UnfinishedError(f"{event['execution']}: {of}, {left_out} left out", left_out)
    if this.ends is not None:
        schedules.reached(this.ends)
    logger.info("pass done", extra={"execution": event["execution"], "of": of})
    return {"of": of}


STEPS: Final[Mapping[str, Callable[[Event], Answer]]] = {
    "Plan": plan,
    "Do": do,
    "Put together": put_together,
}
"""State name → its function."""
