"""一次性标记 · What may be used once: a mark that goes into the transaction of its use.

ONCE#<hash of the name> / ONCE     with a time to live
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final

from chalicelib import clock
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.tables import People, Put

_ONCE = "ONCE"
KEPT: Final = timedelta(hours=48)  # far longer than anything that is used once may be old


def mark(name: str) -> Put:
    """What is written with the use of a name; it is refused where the name was used before."""
    now = clock.now()
    expires = int((now + KEPT).timestamp())
    return Put(People(_place(name), _ONCE, body=now.isoformat(), expires=expires), tables.absent(People))


def is_used(name: str) -> bool:
    """Whether a name has been used."""
    return tables.get(People, _place(name), _ONCE) is not None


def _place(name: str) -> str:
    """The name is whatever an app likes to send: it is hashed before it becomes a key of ours."""
    return f"ONCE#{hashlib.sha256(name.encode()).hexdigest()}"
