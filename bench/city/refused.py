"""拒绝 · What AWS says when it refuses."""

from __future__ import annotations

import json
from collections.abc import Sequence


class RefusedError(Exception):
    """A refusal, as it goes over the wire."""

    def __init__(self, body: bytes, status: int = 400) -> None:
        super().__init__(body)
        self.body = body
        self.status = status

    @classmethod
    def of(cls, code: str, reasons: Sequence[str] = ()) -> RefusedError:
        """By a service that speaks JSON; `reasons`: of a transaction, one for each of its items."""
        said: dict[str, object] = {"__type": f"aws#{code}", "message": f"refused [{', '.join(reasons)}]"}
        if reasons:
            said["CancellationReasons"] = [{"Code": reason} for reason in reasons]
        return cls(json.dumps(said).encode())

    @classmethod
    def by_bucket(cls, code: str, status: int) -> RefusedError:
        """By S3."""
        return cls(f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode(), status)
