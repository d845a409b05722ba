"""请求体 · What is sent to grant an account."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from chalicelib.api.bodies import Body, Day, PlainText, Subject
from chalicelib.api.tokens import AREA, AUTHORITY, Role


def _works_here(role: Role) -> Role:
    if role is Role.CITIZEN:
        raise PydanticCustomError("shape", "a citizen needs no account")
    return role


class AccountGrant(Body):
    """Whose account, for which post, what it may do, and how long; `subject` is what the issuer says."""

    subject: Subject
    post: Annotated[PlainText, Field(min_length=2, max_length=60)]
    role: Annotated[Role, AfterValidator(_works_here)]
    area: Annotated[str, Field(pattern=rf"^(?:{AREA.pattern})$")]
    authority: Annotated[str, Field(pattern=rf"^{AUTHORITY.pattern}$")] | None = None
    since: Day | None = None
    until: Day | None = None
