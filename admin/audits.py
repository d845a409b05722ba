"""Audit chains, their signed roots and failed looks, on the operator's command line."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from admin.tables import show
from chalicelib import audit_roots, clock
from chalicelib.errors import ConflictError, NotFoundError
from chalicelib.model import PersonId
from chalicelib.storage.crypto import signatures
from chalicelib.storage.dynamodb import callers, everybody, shards
from chalicelib.storage.dynamodb.audit import Finding
from chalicelib.storage.dynamodb.audit_findings import ChainEnds, findings_about

Signed = Mapping[PersonId, ChainEnds]
console = Console()


def add_to(subjects: Any) -> None:
    """Add the commands to the command line."""
    verbs = subjects.add_parser("audit", help="audit chains and their signed roots").add_subparsers(
        dest="verb", required=True
    )
    verify = verbs.add_parser("verify", help="every record against its chain, every chain against a root")
    verify.add_argument("--night", type=date.fromisoformat, help="against the root of this night; the newest")
    prove = verbs.add_parser("prove", help="what a third party needs to check one record of a night")
    prove.add_argument("person")
    prove.add_argument("--night", type=date.fromisoformat, help="the newest unless said")
    prove.add_argument("--out", type=Path, required=True)
    verbs.add_parser("key", help="the public key of the roots, as PEM")
    verbs.add_parser("nights", help="which nights have a root")
    failed = verbs.add_parser("failed-looks", help="who failed to find somebody, by day")
    failed.add_argument("--days", type=int, default=7, help="today and so many days before, less one")


def run(options: argparse.Namespace) -> int:
    """Run one of the commands; 0 if it did what was asked, and found nothing."""
    match options.verb:
        case "verify":
            return verify(options.night)
        case "prove":
            return _prove(PersonId(options.person), options.night, options.out)
        case "key":
            print(signatures.public_key(), end="")
        case "nights":
            for night in audit_roots.nights():
                console.print(night.isoformat(), highlight=False)
        case _:
            return list_failed_looks(options.days)
    return 0


def verify(night: date | None = None) -> int:
    """Hold every record against its chain, and every chain against a night's root; 1 if one is not so.

    Without a root yet, the chains alone; a root that is not as it was signed ends it at once. A record that
    others keep changing is named as busy: it is to be verified again.
    """
    night = night or _newest()
    try:
        signed = {} if night is None else audit_roots.chains_of(night)
    except (NotFoundError, ValueError) as error:
        console.print(f"{error}", highlight=False)
        return 1
    table, broken, seen = Table("person", "difference", "item", box=None), 0, 0
    for person, found in _findings(signed):
        seen += 1
        broken += bool(found)
        for each in found:
            difference, item = ("busy", "") if each is None else (each.difference.value, each.item)
            table.add_row(person, difference, item or "–")
    if broken:
        show(console, table, "person")
    against = "no root yet" if night is None else f"the root of {night} holds"
    console.print(f"{seen} people, {broken} broken, {against}", highlight=False)
    return 1 if broken else 0


def _newest() -> date | None:
    return max(audit_roots.nights(), default=None)


def _findings(signed: Mapping[str, Signed]) -> Iterator[tuple[PersonId, tuple[Finding | None, ...]]]:
    """Everybody who is there or whose chain was signed, shard by shard, with what was found."""
    of_all = {person: ends for shard in signed.values() for person, ends in shard.items()}
    for shard in shards.every_shard():
        for person in everybody.ids_of(shard):
            yield person, _found(person, of_all.pop(person, None))
    for person, ends in of_all.items():  # who is on no list any more
        yield person, _found(person, ends)


def _found(person: PersonId, ends: ChainEnds | None) -> tuple[Finding | None, ...]:
    """What is found about one; None: it could not be looked at."""
    try:
        return findings_about(person, ends)
    except ConflictError:
        return (None,)


def _prove(person: PersonId, night: date | None, out: Path) -> int:
    night = night or _newest()
    if night is None:
        console.print("还没有任何一夜的根。 No night has a root yet.")
        return 1
    try:
        proof = audit_roots.proof_of(person, night)
    except (NotFoundError, ValueError) as error:
        console.print(f"{error}", highlight=False)
        return 1
    out.write_text(json.dumps(proof, indent=1), encoding="utf-8")
    console.print(f"{out}: python docs/auditor/check_proof.py {out}", highlight=False)
    return 0


def list_failed_looks(days: int) -> int:
    """Print who failed to find somebody in the last days, today's first, the most of a day first."""
    table = Table("day", "role", "area", "subject", "times", box=None)
    for back in range(days):
        found = callers.failed_looks(clock.today() - timedelta(days=back))
        for each in sorted(found, key=lambda each: -each.times):
            table.add_row(each.day.isoformat(), each.role, each.area or "–", each.subject, str(each.times))
    show(console, table, "subject")
    return 0
