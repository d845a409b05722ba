"""S3错误代码 · What S3 answers where nothing stands under a key, or something else than was expected."""

from __future__ import annotations

from typing import Final

from botocore.exceptions import ClientError

GONE: Final = frozenset({"NoSuchKey", "404", "NotFound"})
UNCHANGED: Final = frozenset({"304", "NotModified"})
CHANGED: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})


def code_of(error: ClientError) -> str:
    """The code of an error, as one of the words above."""
    return str(error.response.get("Error", {}).get("Code", ""))
