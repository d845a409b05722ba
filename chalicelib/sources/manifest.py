"""What a department says about a file of its own: `<name>.manifest.json` beside it, where one is sent."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from chalicelib.sources.feed import Feed
from chalicelib.sources.holds import Hold, HoldCode, hold


def _digest(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", text.lower()):
        raise ValueError("64 hexadecimal digits")
    return text.lower()


def _month(text: str) -> str:
    if not re.fullmatch(r"[12]\d{3}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?", text):
        raise ValueError("a month like 2025-06, or a day")
    return text


class Manifest(BaseModel):
    """Rows without the header, SHA-256 of the file as dropped, its month, and whole or new rows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: Annotated[int, Field(ge=0)] | None = None
    sha256: Annotated[str, AfterValidator(_digest)] | None = None
    period: Annotated[str, AfterValidator(_month)] | None = None
    load: Literal["full", "delta"] | None = None

    @classmethod
    def read(cls, data: bytes) -> Manifest | Hold:
        """The manifest in a dropped file, or why the file that it is about must wait."""
        try:
            return cls.model_validate_json(data.removeprefix(b"\xef\xbb\xbf"))
        except ValidationError:
            return hold(HoldCode.MANIFEST_UNREADABLE)

    def contradicted_by(self, data: bytes, feed: Feed) -> Hold | None:
        """Why the bytes are not what was announced, before they are read."""
        if self.sha256 is not None:
            digest = hashlib.sha256(data).hexdigest()
            if digest != self.sha256:
                return hold(HoldCode.MANIFEST_DIGEST, f"{digest[:12]}… ≠ {self.sha256[:12]}…")
        if self.load == "delta" and feed.is_full:
            return hold(HoldCode.MANIFEST_LOAD, "delta ≠ full")
        return None

    def miscounted(self, rows: int) -> Hold | None:
        """Why the rows are not those announced, once they are counted."""
        if self.rows is None or self.rows == rows:
            return None
        return hold(HoldCode.MANIFEST_ROWS, f"{rows} ≠ {self.rows}")
