"""上门登记 · Request bodies of what was found at a door."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.bodies import Body, Day, Instant, PlainText, Subject
from chalicelib.model import Close, VisitOutcome, Word


class VisitReport(Body):
    """What was found at a door."""

    outcome: VisitOutcome
    made_at: Instant
    notice_left: bool
    refused_in_writing: bool = False
    deceased_on: Day | None = None
    document_seen: bool = True  # seen: face to face, with the person's document
    countersigned_by: Subject | None = None  # seen or met: the grid leader, where no document was
    is_relative: bool = False  # of the worker
    through: Close | None = None  # not met: somebody close was asked …
    told_by: Annotated[PlainText, Field(min_length=1, max_length=40)] | None = None  # … who …
    word: Word | None = None  # … and what they say: it holds a suspension, and certifies nobody
    refused_in_person: bool = False  # refused: by the person herself, known to the worker; countersigned


class NoticeDelivery(Body):
    """On which day a printed notice was left with the person, or at the door."""

    left_on: Day
