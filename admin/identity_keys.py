"""The keys of the identity secret, rotated step by step on the operator's command line (decision 0025)."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from typing import Any, Final

from rich.console import Console

from chalicelib import clock
from chalicelib.runs import run as over_many
from chalicelib.storage.crypto import hmac_ids
from chalicelib.storage.crypto.hmac_ids import Keys
from chalicelib.storage.dynamodb import rekeying, shards

_VERBS: Final = {
    "status": "which keys there are",
    "add": "a new key, by which nothing is made yet; the day after: use",
    "use": "the newest key makes ids and marks from now on; then: rekey",
    "rekey": "have the current key find everybody; may break off and be said again",
    "drop": "take the older keys out, once nobody needs them",
}
console = Console()


def add_to(subjects: Any) -> None:
    """The command's own words."""
    verbs = subjects.add_parser("identity", help="keys of the identity secret").add_subparsers(
        dest="verb", required=True
    )
    for verb, says in _VERBS.items():
        verbs.add_parser(verb, help=says)


def run(options: Namespace) -> int:
    """Do one step; 1 where it cannot be done yet, with the reason."""
    known = hmac_ids.keys()
    reason = _refused(options.verb, known)
    if reason is not None:
        console.print(reason, highlight=False)
        return 1
    match options.verb:
        case "add":
            _keep(known.with_another())
        case "use":
            _keep(known.with_the_newest())
        case "rekey":
            console.print(f"{_rekeyed()} people are found by key {known.current} now", highlight=False)
        case "drop":
            _keep(known.with_nothing_else())
    now = hmac_ids.keys()
    console.print(f"keys {', '.join(now.by_version)}; {now.current} is in use", highlight=False)
    return 0


def _refused(verb: str, known: Keys) -> str | None:
    """Why a step cannot be taken now; None where it can."""
    is_today = known.changed == clock.today().isoformat()
    match verb:
        case "add" if len(known.by_version) > 1:
            return "a rotation is under way: finish it first"
        case "use" if known.newest == known.current:
            return "there is no newer key: add one"
        case "drop" if len(known.by_version) == 1:
            return "there is one key alone"
        case "drop" if known.newest != known.current:
            return "the newest key is not in use"
        case "use" | "drop" if is_today:
            return "the keys were changed today: functions that know less may still run; tomorrow"
        case "drop" if (left := _rekeyed()) > 0:
            return f"{left} people were found by an older key alone until now: again tomorrow"
        case "drop" if (left := rekeying.only_related()) > 0:
            return f"{left} people are known only as somebody's related person, by an older key: it must stay"
    return None


def _rekeyed() -> int:
    with over_many("rekey") as each:
        return sum(rekeying.rekey_some(shard, each).people for shard in shards.every_shard())
    return 0


def _keep(changed: Keys) -> None:
    hmac_ids.keep(replace(changed, changed=clock.today().isoformat()))
