"""路由 · An endpoint as it was registered: what the document of the API says of it (`openapi`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chalice.app import Response

from chalicelib.api import bodies
from chalicelib.api.answers import Answer
from chalicelib.api.policy import POLICIES, Policy


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address; answer: what it says, None for a page to print."""

    method: str
    path: str
    view: Callable[..., Response]
    answer: type[Answer] | None = None
    body: type[bodies.Body] | None = None
    query: tuple[str, ...] = ()
    once: bool = False
    tagged: bool = False

    @property
    def policy(self) -> Policy | None:
        """Who may use it; None: anybody, without a token."""
        return POLICIES.get((self.method, self.path))
