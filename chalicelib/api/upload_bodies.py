"""请求体 · What is sent to ask for an upload."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.api.bodies import Body
from chalicelib.storage.s3.objects import LARGEST


class UploadWish(Body):
    """Of which feed a file is to be dropped, of which kind, and how large it is at most."""

    feed: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")]
    kind: Literal["csv", "jsonl", "xlsx"]
    bytes: Annotated[int, Field(ge=1, le=LARGEST)]
