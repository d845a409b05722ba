"""Who may do what: every endpoint with its roles, in one table.

A route that is not here cannot be registered. Beyond the role, each endpoint keeps to the caller's
area (`Caller.may_see`); who acts at which level of office stands here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib.api.problems import Problem
from chalicelib.api.tokens import Caller, Role

TOWNSHIP_DIGITS: Final = 9
COUNTY_DIGITS: Final = 6
CITY_DIGITS: Final = 4

_EVERYBODY: Final = frozenset({Role.CITIZEN, Role.APP, Role.GRID_WORKER, Role.OFFICER, Role.AUDITOR})
_SERVING: Final = frozenset({Role.CITIZEN, Role.APP, Role.GRID_WORKER, Role.OFFICER})
_FIELD: Final = frozenset({Role.GRID_WORKER, Role.OFFICER})
_OFFICE: Final = frozenset({Role.OFFICER})
_OVERSIGHT: Final = frozenset({Role.OFFICER, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may use an endpoint.

    `at_least_digits` is for what a township does (its area code has 9 digits or more),
    `at_most_digits` for what only a county (6 digits or fewer) or a city (4) or a level above it does.
    """

    roles: frozenset[Role]
    at_least_digits: int = 0
    at_most_digits: int = 12

    def check(self, caller: Caller) -> None:
        """Raise Problem 403 if the caller's role or level of office may not do this."""
        if caller.role not in self.roles:
            raise Problem("role_not_allowed")
        if not self.at_least_digits <= len(caller.area) <= self.at_most_digits:
            raise Problem("level_not_allowed")


REVIEW: Final = Policy(_OFFICE, at_most_digits=COUNTY_DIGITS)
"""An objection raised again (rule 22): decided above the townships, who had their word the first time."""

POLICIES: Final[Mapping[tuple[str, str], Policy]] = {
    ("POST", "/v1/persons:lookup"): Policy(_SERVING),
    ("GET", "/v1/persons/{id}/status"): Policy(_EVERYBODY),
    ("GET", "/v1/persons/{id}/certificate"): Policy(_SERVING),
    ("GET", "/v1/persons/{id}/audit"): Policy(frozenset({Role.CITIZEN, Role.AUDITOR})),
    ("POST", "/v1/self-certifications"): Policy(frozenset({Role.CITIZEN, Role.APP, Role.OFFICER})),
    ("GET", "/v1/visits"): Policy(_FIELD),
    ("POST", "/v1/visits/{id}/outcome"): Policy(_FIELD),
    ("GET", "/v1/suspension-proposals"): Policy(_OFFICE),
    # Two levels and two people: the township confirms a line, the authority above it approves (rule 10 f).
    ("POST", "/v1/suspension-proposals/{id}/confirm"): Policy(_OFFICE, at_least_digits=TOWNSHIP_DIGITS),
    ("POST", "/v1/suspension-proposals/{id}/approve"): Policy(_OFFICE, at_most_digits=COUNTY_DIGITS),
    ("POST", "/v1/suspension-proposals/{id}/refuse"): Policy(_OFFICE),
    ("GET", "/v1/suspension-limits"): Policy(_OFFICE),
    # Counties approve the lines: where they are far too many, the level above looks (rule 12).
    ("POST", "/v1/suspension-limits/{id}/lift"): Policy(_OFFICE, at_most_digits=CITY_DIGITS),
    ("GET", "/v1/suspicions"): Policy(_OFFICE),
    ("POST", "/v1/suspicions"): Policy(_OFFICE),
    ("POST", "/v1/suspicions/{id}/outcome"): Policy(_OFFICE),
    ("POST", "/v1/suspicions/{id}/approve"): Policy(_OFFICE),
    ("POST", "/v1/objections"): Policy(_SERVING),
    ("GET", "/v1/objections"): Policy(_OFFICE),
    ("POST", "/v1/objections/{id}/decision"): Policy(_OFFICE),
    ("GET", "/v1/instructions"): Policy(_OFFICE),
    ("POST", "/v1/instructions/{id}/acknowledge"): Policy(_OFFICE),
    ("GET", "/v1/files"): Policy(_OVERSIGHT),
    ("GET", "/v1/files/{id}"): Policy(_OVERSIGHT),
    ("GET", "/v1/files/{id}/suggestions"): Policy(_OFFICE),
    # A file concerns every village: a county or a level above it decides.
    ("POST", "/v1/files/{id}/release"): Policy(_OFFICE, at_most_digits=COUNTY_DIGITS),
    ("POST", "/v1/files/{id}/refuse"): Policy(_OFFICE, at_most_digits=COUNTY_DIGITS),
    ("GET", "/v1/feeds"): Policy(frozenset({Role.APP, Role.OFFICER, Role.AUDITOR})),
    ("GET", "/v1/stats"): Policy(frozenset({Role.APP, Role.OFFICER, Role.AUDITOR})),
}

# What anybody may read without a token: nothing about a person, a file or a count stands there.
OPEN_TO_ALL: Final = frozenset({"/v1/openapi.json"})
