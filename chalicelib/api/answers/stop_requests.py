"""答复 · What somebody has asked to stop, and until when that is undone."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from chalicelib.api.answers.shared import Titled, Words


class StopRequestState(StrEnum):
    """Where a request stands."""

    ASKED = "asked"  # an officer has still to speak with the person
    SPOKEN_ABOUT = "spoken_about"  # a letter goes to the registered address; another officer looks after that
    STOPPING = "stopping"
    STOPPED = "stopped"
    UNDONE = "undone"
    REFUSED = "refused"


class StopRequest(Titled):
    """A request to stop a benefit: nothing stops before two officers have spoken, and seven days are over."""

    id: str
    person: str
    asked: date
    state: StopRequestState
    undo_until: date | None
    may_be_undone: bool
    what_happens: Words
