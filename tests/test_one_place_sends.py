"""What reaches people is said and sent in one place, which puts in who signs it and whom to call."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SENDS = "chalicelib/messages.py"
SAYS = "chalicelib/engine/texts/message_templates.py"
# name → where it may be used, beside where it is defined
ONLY_IN = {
    "publish": {"chalicelib/carriers/sns.py"},  # to the carrier, or to the gateway
    "hand_over": {SENDS},  # to whichever carrier
    "put_notices": {"chalicelib/printing.py"},  # to be printed
    "print_notices": {SENDS},
    "text": {SENDS},  # of `message_templates`
    "document": {SENDS},  # likewise
    "render": {SAYS},
    "words_of_policy": {SENDS, SAYS},
    "signed": {SAYS},
    "SMS": {SAYS},  # the templates; not the channel of that name
    "HELPER": {SAYS},  # likewise
    "NOTICES": {SAYS},
    # A night's root has one, too, which no message bears.
    "signature": {SAYS, "chalicelib/audit_roots.py", "chalicelib/storage/s3/audit_roots.py"},
    # The number alone: on the receipt, on the person's page, and to a department that is late.
    "hotline": {
        SAYS,
        "chalicelib/api/status.py",
        "chalicelib/engine/texts/receipt.py",
        "chalicelib/intake/feed_watch.py",
    },
}
OF_TEMPLATES = {"text", "document", "render", "words_of_policy", "signed", "SMS", "HELPER", "NOTICES"}


def used_in(tree: ast.Module) -> Iterator[str]:
    """The names of `ONLY_IN` that a module uses."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.endswith("message_templates"):
            yield from (each.name for each in node.names if each.name in OF_TEMPLATES)
        elif isinstance(node, ast.Attribute) and node.attr in ONLY_IN:
            of_templates = ast.unparse(node.value).endswith("message_templates")
            if of_templates or node.attr not in OF_TEMPLATES:
                yield node.attr


def test_nobody_else_says_signs_or_sends_what_reaches_people() -> None:
    found = [
        f"{place}: {name}"
        for path in sorted((ROOT / "chalicelib").rglob("*.py"))
        for name in used_in(ast.parse(path.read_text(encoding="utf-8")))
        if (place := path.relative_to(ROOT).as_posix()) not in ONLY_IN[name]
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("from chalicelib.engine.texts.message_templates import render", "render"),
        ("message_templates.text(message, policy)", "text"),
        ("client('sns').publish(Message=text)", "publish"),
        ("said = policy.messages.signature + said", "signature"),
        ("objects.put_notices(area, day, page, version)", "put_notices"),
    ],
)
def test_what_counts_as_saying_or_sending(text: str, name: str) -> None:
    assert list(used_in(ast.parse(text))) == [name]


@pytest.mark.parametrize(
    "text", ["channel = Channel.SMS", "found.text", "message_templates.check_code(a, b)"]
)
def test_what_does_not(text: str) -> None:
    assert list(used_in(ast.parse(text))) == []
