"""请求体 · What is sent to subscribe an app to events."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.bodies import Body, Subject
from chalicelib.api.tokens import AREA
from chalicelib.model import EventKind


class SubscriptionWish(Body):
    """Which app, at which address, about people of which area (by default all), of which kinds (all)."""

    app: Subject
    address: Annotated[str, Field(min_length=10, max_length=300)]
    area: Annotated[str, Field(pattern=rf"^(?:{AREA.pattern})$")] | None = None
    kinds: Annotated[list[EventKind], Field(max_length=len(EventKind))] = []
