"""Every audited action is crossed by a sweep of crash points, or it is said why it need not be.

The closed list is read out of the code: each name that a `Change` is given, and each state of the machines.
What a sweep is said to cross is checked behind that very test (`tests/conftest.py`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from chalicelib.cases import joining_trails
from chalicelib.steps import certification, suspicion
from chalicelib.storage.dynamodb import rekeying
from infra.template import ROOT
from tests.workflow.crossed_actions import CROSSED
from tests.workflow.test_crash_points_of_steps import OF_A_CASE, OF_A_SUSPICION, SILENT
from tests.workflow.test_crash_points_of_words import LIVES

TREES: Final = [
    ast.parse(path.read_text())
    for path in sorted((ROOT / "chalicelib").rglob("*.py"))
    if path.name != "user_accounts.py"
]  # of those who work here: a chain of its own
TAKES: Final = {  # what is given an action, and at which place
    "Change": 0,
    "change": 0,
    "followed": 3,
    "_step": 2,
    "_decide": 2,
    "withdraw": 2,
}
NAMED: Final = {
    "JOINED": joining_trails.JOINED,
    "SEPARATED": joining_trails.SEPARATED,
    "MET": joining_trails.MET,
    "ACTION": rekeying.ACTION,
}
WHY_NOT: Final = {
    "Clear": "what it settles is evidence that arrives; what it pays is withheld under another number",
    "Undo": "ending reversed, and payment started again, by their own names",
    "joining doubted": "one write, and what it starts is started by the daily run if nothing walks",
    joining_trails.MET: "one write, and what it starts is started by the daily run if nothing walks",
    "message …": "stands beside its record: test_dying_while_a_message_is_sent, …_the_carrier_reports",
    "certified in person": "is evidence that arrives, with the use of its assertion in one write",
    "refused in person at a visit": "is evidence that arrives, as seen at a visit is",
    "objection …": "upheld and rejected, by their own names",
    "roster": "one write, repeated with its file: test_dying_while_a_roster_is_taken_in",
    "identity re-keyed": "one write by the operator's own tool, which goes on where it stopped",
    "message followed": "one write of the daily run, which comes again tomorrow",
    "first payment seen": "one write, repeated with its file: test_dying_while_payments_are_taken_in",
    "payments matched": "one write, repeated with its file: test_dying_while_payments_are_taken_in",
    "payments taken back": "one write, repeated with its file: …_corrected_payments_are_taken_in",
    "rosters compared": "one write, and what it starts is started by the daily run if nothing walks",
    "listed after an ending": "one write, and what it starts is started by the daily run if nothing walks",
    "related person reported": "one write, repeated with its file",
    "two numbers under one payee": "one write for each of the two, repeated with their roster",
    "looked ahead": "one write, and the row of its day stays until it is done",
    "Match data": "one write of what the lake holds: as evidence that arrives",
    "Gather evidence": "one write of what the lake holds: as evidence that arrives",
    "Close suspicion": "one write that only ends a wait",
}


def given() -> Iterator[ast.expr]:
    """Every expression by which an action is given."""
    for tree in TREES:
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
            by_name = next((k.value for k in node.keywords if k.arg == "action"), None)
            if by_name is not None:
                yield by_name
            elif name in TAKES and len(node.args) > TAKES[name]:
                yield node.args[TAKES[name]]


def actions() -> set[str]:
    """The closed list of audited actions."""
    found = {*map(str, certification.STEPS), *map(str, suspicion.STEPS)}
    for expression in given():
        match expression:
            case ast.Constant(value=str(said)):
                found.add(said)
            case ast.Attribute(attr=attr) | ast.Name(id=attr) if attr in NAMED:
                found.add(NAMED[attr])
            case ast.JoinedStr(values=[ast.Constant(value=str(head)), *_]):
                found.add(f"{head}…")
            case _:
                pass  # handed on: named where it was given first
    for tree in TREES:  # a name that is chosen before it is given
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "action":
                found |= {n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant) and n.value}
    return {each for each in found if isinstance(each, str)}


def test_every_audited_action_is_crossed_by_a_sweep_or_said_why_not() -> None:
    crossed = {action for actions in CROSSED.values() for action in actions}
    crossed |= {*LIVES.values(), *set(OF_A_CASE) - set(SILENT), *set(OF_A_SUSPICION) - set(SILENT)}
    swept = crossed | set(WHY_NOT)
    assert sorted(actions() - swept) == [], "no sweep dies in it: add one, or say why it need not be"
    assert sorted(set(WHY_NOT) & crossed) == [], "swept by now"


def test_the_list_is_closed() -> None:
    """What a few well-known places write is on it."""
    assert {"Suspend", "ending reversed", "numbers joined", "suspicion cleared", "message …"} <= actions()
