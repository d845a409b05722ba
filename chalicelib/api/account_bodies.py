"""请求体 · What is sent to grant an account."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.api.bodies import Body, Day, PlainText, Subject
from chalicelib.api.tokens import AREA, AUTHORITY, Role


class AccountGrant(Body):
    """Whose account, for which post, what it may do, and how long; `subject` is what the issuer says."""

    subject: Subject
    post: Annotated[PlainText, Field(min_length=2, max_length=60)]
    role: Annotated[
        Literal[Role.APP, Role.GRID_WORKER, Role.OFFICER, Role.AUDITOR], Field(strict=False)
    ]  # a citizen needs none
    area: Annotated[str, Field(pattern=rf"^(?:{AREA.pattern})$")]
    authority: Annotated[str, Field(pattern=rf"^{AUTHORITY.pattern}$")] | None = None
    since: Day | None = None
    until: Day | None = None
