"""What one process keeps, each function's own process would have to ask for.

In the sandbox all functions share one process and whatever storage keeps in it: a function that finds what
another has asked for makes no call that could be judged. So whoever looks is judged as if it asked.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from chalicelib.jurisdiction import bundles
from chalicelib.settings import settings
from chalicelib.storage.crypto import encryption, hmac_ids
from chalicelib.storage.dynamodb import worklist_rows
from chalicelib.storage.s3 import lake
from sandbox.rights.judge import Judge


class Remembered(NamedTuple):
    """A function of storage that keeps what it gave, and the call that it makes otherwise."""

    owner: Any
    name: str
    service: str
    operation: str
    asked: Callable[..., dict[str, Any]]


REMEMBERED: Final = (
    Remembered(
        encryption,
        "_new_key",
        "kms",
        "GenerateDataKey",
        lambda *_: {"KeyId": settings().data_key_id},
    ),
    Remembered(
        encryption,
        "_unwrapped",
        "kms",
        "Decrypt",
        lambda wrapped, *_: {"CiphertextBlob": base64.b64decode(wrapped[:_KEY_LETTERS])},
    ),
    Remembered(
        hmac_ids,
        "_key",
        "secretsmanager",
        "GetSecretValue",
        lambda: {"SecretId": settings().identity_secret},
    ),
    Remembered(
        lake,
        "_frame",
        "s3",
        "GetObject",
        lambda stored: {"Bucket": settings().lake_bucket, "Key": stored.key},
    ),
    Remembered(
        bundles,
        "fetch",
        "s3",
        "GetObject",
        lambda name: {"Bucket": settings().rules_bucket, "Key": f"bundles/{name}.zip"},
    ),
    Remembered(
        worklist_rows,
        "remember_county",
        "dynamodb",
        "PutItem",
        lambda _: {"TableName": settings().work_table},
    ),
)
_KEY_LETTERS: Final = 48  # of base64: the 36 bytes that name the key


def judged(one: Remembered, judge: Judge) -> Callable[..., Any]:
    """The function, judged each time it is asked."""
    kept = getattr(one.owner, one.name)

    def ask(*arguments: Any) -> Any:
        judge.remembers(one.service, one.operation, one.asked(*arguments))
        return kept(*arguments)

    return ask
