"""审计存证 · Each night one root over the ends of all audit chains, signed: nobody rewrites a chain unseen.

A pass over everybody (`passes.table`): each person's line says where the chain of steps and the chain of
looks ended; the lines of a shard, in order of ids, make a tree (`merkle`), and the roots of the shards one
more. Whoever rewrites a chain later, or removes a person, no longer comes to what was signed
(`audit_findings`). From the signed text a third party checks that a record was what it was (`proof_of`,
docs/auditor/check_proof.py). Nobody is read twice a night: the pass that counts everybody leaves where the
chains ended as it came by (decision 0028).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Any, Final

from chalicelib.errors import NotFoundError
from chalicelib.model import PersonId
from chalicelib.runs import Each, Stop, Walk, never
from chalicelib.storage.crypto import merkle, signatures
from chalicelib.storage.dynamodb import audit_findings, everybody
from chalicelib.storage.dynamodb.audit_findings import ChainEnds
from chalicelib.storage.dynamodb.items import canonical
from chalicelib.storage.s3 import audit_roots, pass_parts
from chalicelib.storage.s3.audit_roots import NightRoot, ShardRoot

FORMAT: Final = "wugan-audit-root 1"
_ENDS: Final = "ends"
_AT_ONCE: Final = 50  # people of one read: two items each


def leave_ends(shard: str, day: date, after: str, ends: Iterable[ChainEnds], then: str | None) -> None:
    """Leave, for the root of a day, where chains ended as another pass has read them, from one person on."""
    pass_parts.hand_on(_ENDS, day, shard, after, ends, then)


def ends_of_some(
    shard: str, day: date, each: Each, after: str = "", stop: Stop = never
) -> tuple[list[ChainEnds], str | None]:
    """Where the chains of a shard, behind one of its people, end; and behind whom to go on.

    As the pass that counts everybody has read them on that day; from where it has left nothing they are read.
    """
    found, then = list[ChainEnds](), after
    while (part := pass_parts.handed_on(_ENDS, day, shard, then)) is not None:
        found += map(ChainEnds._make, part.lines)
        if part.after is None:
            return found, None
        then = part.after
    rest, behind = _read_ends(shard, each, then, stop)
    return found + rest, behind


def _read_ends(shard: str, each: Each, after: str, stop: Stop) -> tuple[list[ChainEnds], str | None]:
    walk, found = Walk(everybody.ids_of(shard, after), stop), list[ChainEnds]()
    one_by_one = iter(walk)
    while batch := list(islice(one_by_one, _AT_ONCE)):
        found += audit_findings.ends_of(batch, each)
    return found, None if walk.is_over else walk.last


def sign_root(shards: Iterable[tuple[str, Iterable[ChainEnds]]], day: date, attempt: str) -> NightRoot:
    """Sign the root over shards in their order and keep it; a night that has one keeps the first."""
    roots: list[ShardRoot] = []
    for shard, ends in shards:
        lines = [_line(each) for each in ends]
        root = merkle.root_of([merkle.leaf_of(line) for line in lines])
        key = audit_roots.put_chains(day, attempt, shard, lines)
        roots.append(ShardRoot(shard, len(lines), root, key))
    text = _text(day, roots)
    night = NightRoot(text, signatures.sign(text), tuple(roots))
    audit_roots.put_root(day, night)
    return night


def nights() -> list[date]:
    """The nights that have a root, the oldest first."""
    return sorted(audit_roots.nights())


def chains_of(day: date) -> dict[str, dict[PersonId, ChainEnds]]:
    """By shard, where everybody's chains ended as a night's root says.

    NotFoundError if the night has none; ValueError if signature, shards or lines are not what was signed.
    """
    night = _night(day)
    if not signatures.is_signed(night.text, night.signature) or night.text != _text(day, night.shards):
        raise ValueError(f"{day}: the root is not as it was signed")
    return {shard.shard: {each.person: each for each in _chains(shard)} for shard in night.shards}


def proof_of(person: PersonId, day: date) -> dict[str, Any]:
    """What a third party needs to check one record against the signed text of a night.

    Chain and items are those of now: changed since, the items no longer agree with the chain of that night.
    NotFoundError for a night without a root, or somebody who was not there.
    """
    night = _night(day)
    for place, shard in enumerate(night.shards):
        ends = list(_chains(shard))
        here = next((at for at, each in enumerate(ends) if each.person == person), None)
        if here is None:
            continue
        leaves = [merkle.leaf_of(_line(each)) for each in ends]
        above = [merkle.leaf_of(_shard_line(each)) for each in night.shards]
        return {
            "root": night.text,
            "signature": night.signature.hex(),
            "public_key": signatures.public_key(),
            "person": _line(ends[here]),
            "path": [step._asdict() for step in merkle.path_of(leaves, here)],
            "shard": _shard_line(shard),
            "shard_path": [step._asdict() for step in merkle.path_of(above, place)],
            **audit_findings.chain_and_items(person, ends[here].sequence),
        }
    raise NotFoundError("nobody of that night")


def _night(day: date) -> NightRoot:
    night = audit_roots.read_root(day)
    if night is None:
        raise NotFoundError(f"no root of {day}")
    return night


def _chains(shard: ShardRoot) -> Iterator[ChainEnds]:
    lines = audit_roots.read_chains(shard.chains)
    if merkle.root_of([merkle.leaf_of(line) for line in lines]) != shard.root:
        raise ValueError(f"shard {shard.shard}: the chains are not those that were signed")
    return map(ChainEnds.of, lines)


def _text(day: date, roots: Iterable[ShardRoot]) -> str:
    """What is signed: one line each of format, day, number of people, root."""
    shards = list(roots)
    root = merkle.root_of([merkle.leaf_of(_shard_line(each)) for each in shards])
    people = sum(each.people for each in shards)
    return f"{FORMAT}\nday {day.isoformat()}\npeople {people}\nroot {root}\n"


def _shard_line(shard: ShardRoot) -> str:
    said: Mapping[str, object] = {"shard": shard.shard, "people": shard.people, "root": shard.root}
    return canonical(said)


def _line(ends: ChainEnds) -> str:
    return canonical(ends._asdict())
