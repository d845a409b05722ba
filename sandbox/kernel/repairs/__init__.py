"""What moto 5.2.5 does differently from AWS where it matters here, and the repairs.

Each repair has a reason and, in tests/sandbox/kernel/test_repairs.py, a contract that holds with it and
fails without it. They are attribute replacements in moto's modules and hold for exactly one version:
another one is refused, because a repair that no longer fits fails silently.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

from sandbox.kernel.repairs import functions, machines, queues, reading, tables, transactions
from sandbox.kernel.repairs.patches import Patches, World

MOTO: Final = "5.2.5"


class WrongMotoError(RuntimeError):
    """Another version of moto is installed than the one that was repaired."""


@dataclass(frozen=True, slots=True)
class Repair:
    """One repair: what moto does, why that matters, and what is put in its place."""

    name: str
    reason: str
    install: Callable[[Patches, World], None]


REPAIRS: Final = (
    Repair(
        "functions in process",
        "moto runs Lambda functions in containers; here they are called in this process.",
        functions.in_process,
    ),
    Repair(
        "one writer",
        "moto's DynamoDB loses updates between threads (two of 160 compare-and-swaps both won).",
        tables.one_writer,
    ),
    Repair(
        "one partition",
        "A query reads and sorts the whole table; it may touch one partition only.",
        tables.one_partition,
    ),
    Repair(
        "plain answers",
        "Every value of an answer is looked up in the service model: half of the time of a large query.",
        reading.plain_answers,
    ),
    Repair(
        "quick query",
        "A query measures and compares every item through several layers; most are of a dozen text keys.",
        reading.quick_query,
    ),
    Repair(
        "quick scan",
        "Each page of a scan walks the table from its front: the time grows with the square of its size.",
        reading.quick_scan,
    ),
    Repair(
        "read in place",
        "Every item that is read is copied, although the answer is written before anybody can change it.",
        reading.read_in_place,
    ),
    Repair(
        "small snapshots",
        "A transaction deep-copies every table it touches; it need only remember its own items.",
        tables.small_snapshots,
    ),
    Repair(
        "quick transactions",
        "A transaction reads each condition three times and snapshots its tables, in case it fails.",
        transactions.quick_transactions,
    ),
    Repair(
        "idempotent transactions",
        "ClientRequestToken is ignored: the retry of a transaction applies it twice.",
        tables.idempotent_transactions,
    ),
    Repair(
        "twenty-five at a time",
        "A batch of 26 writes is accepted.",
        tables.batch_limit,
    ),
    Repair(
        "virtual queues",
        "Messages become visible, and expire, by the machine's clock.",
        queues.virtual_time,
    ),
    Repair(
        "retention alone",
        "Every message received has all messages of its queue counted three times.",
        queues.retention_alone,
    ),
    Repair(
        "strands",
        "Executions run in threads of their own, in any order, and wait in real time; Retry too.",
        machines.strands,
    ),
    Repair(
        "maps in order",
        "The items of a Map run in threads of their own, in any order, and cannot wait in virtual time.",
        machines.map_in_order,
    ),
    Repair(
        "tokens answered once",
        "A token that was answered or has timed out is accepted again, silently.",
        machines.tokens_once,
    ),
    Repair(
        "caught back",
        "A Catch whose Next is its own state goes to the state's Next instead.",
        machines.caught_back,
    ),
    Repair(
        "named executions",
        'An execution started without a name is called "None"; the second one collides.',
        machines.names,
    ),
    Repair(
        "kept clients",
        "Step Functions makes a client for every task, and parses definitions and paths every time.",
        machines.kept,
    ),
)


QUICK: Final = ("one partition", "quick query", "quick scan", "small snapshots", "quick transactions")
_NOWHERE: Final[Any] = None  # they ask nothing of what is running


def install(world: World, without: Collection[str] = ()) -> Patches:
    """Put the repairs in place; `undo` on the result takes them out. Raises WrongMotoError.

    `without`: names of repairs to leave out, for the tests that show that each is still needed.
    """
    return _installed(world, [repair for repair in REPAIRS if repair.name not in without])


@contextmanager
def quick_tables() -> Iterator[None]:
    """The repairs by which tables answer the same, sooner; of a test whose platform is not running."""
    patches = _installed(_NOWHERE, [repair for repair in REPAIRS if repair.name in QUICK])
    try:
        yield
    finally:
        patches.undo()


def _installed(world: World, wanted: Collection[Repair]) -> Patches:
    found = version("moto")
    if found != MOTO:
        raise WrongMotoError(f"the repairs fit moto {MOTO}, here is {found}: see {__name__}")
    patches = Patches()
    for repair in wanted:
        repair.install(patches, world)
    return patches


__all__ = ["MOTO", "REPAIRS", "Patches", "Repair", "World", "WrongMotoError", "install", "quick_tables"]
