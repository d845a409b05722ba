"""请求体 · What is sent to change a rule."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.bodies import Body, Day, PlainText
from chalicelib.jurisdiction.amendment import KEY, SOURCE


class WantedValue(Body):
    """A value as YAML, in one line, as it would stand in the file: `20`, `month_of_death`."""

    key: Annotated[str, Field(pattern=rf"^{KEY.pattern}$", max_length=40)]
    value: Annotated[PlainText, Field(min_length=1, max_length=2_000)]


class RuleDraft(Body):
    """What is to hold from a day: of a benefit, or (`policy`) of what most share.

    `authority`: the document on which it stands; `source` stands beside each value: [pub] …, [choice] why.
    """

    what: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,63}$")]
    since: Day
    authority: Annotated[PlainText, Field(min_length=2, max_length=200)]
    reviewed_by: Annotated[PlainText, Field(min_length=2, max_length=60)]
    reviewed_on: Day
    source: Annotated[PlainText, Field(pattern=rf"^{SOURCE.pattern}$", max_length=200)]
    note: Annotated[PlainText, Field(min_length=2, max_length=200)]
    values: Annotated[list[WantedValue], Field(min_length=1, max_length=20)]


class RuleApproval(Body):
    """The number that the report states: whoever approves has read it."""

    report: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class RuleActivation(Body):
    """From which day to come it is in force."""

    since: Day
