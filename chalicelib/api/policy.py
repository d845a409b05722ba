"""访问权限表 · Who may do what: every endpoint with its roles, its area and its authority, in one table.

A route that is not here cannot be registered, and none stands here without saying what it is about (`About`,
which says whose area must lie in the caller's) and whose benefits it serves (`Whose`). The edge holds every
request against its line before the endpoint sees it, a repeated one too (`reach`). Decision 0009.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
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
_PUBLIC: Final = frozenset({Role.APP, Role.OFFICER, Role.AUDITOR})


class About(StrEnum):
    """What a request is about; its area must be the caller's own or lie within it, else it does not exist.

    A person, and whatever is theirs, lies in the person's area; citizens ask about themselves alone. A list
    is of the area asked for. A limit is its county's, an account its own. Files and figures are the whole
    jurisdiction's: open to whoever works within it or above it. Who changes its rules, or says which apps are
    told of its people, answers for all of it: no part of it does.
    """

    ONESELF = "oneself"  # whoever asks
    NUMBER = "number"  # the endpoint finds the person
    PERSON = "person"
    VISIT = "visit"
    NOTICE = "notice"
    PROPOSAL = "proposal"
    SUSPICION = "suspicion"
    ENDING = "ending"
    OBJECTION = "objection"
    INSTRUCTION = "instruction"
    RECOVERY = "recovery"
    OWED_TO_HEIRS = "owed to heirs"
    LIST = "list"
    LIMIT = "limit"
    FILE = "file"
    FIGURES = "figures"
    RULES = "rules"
    SUBSCRIPTIONS = "subscriptions"
    ACCOUNT = "account"

    @property
    def is_somebody(self) -> bool:
        """Whether it is about one person, so that a request is a look at them, or fails to be one."""
        return self not in (
            About.ACCOUNT,
            About.ONESELF,
            About.LIST,
            About.LIMIT,
            About.FILE,
            About.FIGURES,
            About.RULES,
            About.SUBSCRIPTIONS,
        )


class Whose(StrEnum):
    """Which officers an endpoint serves, by the authority that their token names, if it names one.

    An officer of no authority works for an office that serves all (a village, a township, a counter) and
    never decides for a benefit. Other roles name no authority.
    """

    ALL = "all"  # of any authority or none
    SEEN = "seen"  # who names an authority reaches the people who draw its benefits, and sees these alone
    SEEN_ABOVE = "seen above the townships"  # villages and townships serve all; above them as SEEN
    OWN = "own"  # of the authority that runs the benefit
    OWN_ABOVE = "own above the townships"  # villages and townships serve all; above them as OWN
    SENDER = "sender"  # of the department that sent the file


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may use an endpoint, about what, and for which authority.

    `at_least_digits` is for what a township does (its area code has 9 digits or more),
    `at_most_digits` for what only a township (9 digits or fewer), a county (6) or a city (4) or a level above
    it does.
    """

    roles: frozenset[Role]
    about: About
    whose: Whose
    at_least_digits: int = 0
    at_most_digits: int = 12

    def check(self, caller: Caller) -> None:
        """Raise Problem 403 if the caller's role, level of office or authority may not do this at all."""
        if caller.role not in self.roles:
            raise Problem("role_not_allowed")
        if not self.at_least_digits <= len(caller.area) <= self.at_most_digits:
            raise Problem("level_not_allowed")
        if self.needs_authority(caller) and caller.authority is None:
            raise Problem("authority_required")

    def admits(self, caller: Caller) -> bool:
        """Whether `check` lets the caller pass: about whom, and when, is another question."""
        try:
            self.check(caller)
        except Problem:
            return False
        return True

    def needs_authority(self, caller: Caller) -> bool:
        """Whether this caller acts for an authority here, and must name it."""
        if caller.role is not Role.OFFICER:
            return False
        above = len(caller.area) < TOWNSHIP_DIGITS
        return self.whose in (Whose.OWN, Whose.SENDER) or (self.whose is Whose.OWN_ABOVE and above)

    def limits(self, caller: Caller) -> str | None:
        """The authority beyond whose benefits (or files) this caller reaches nothing here; None: of all."""
        if caller.role is not Role.OFFICER or self.whose is Whose.ALL:
            return None
        serves_all = self.whose in (Whose.SEEN_ABOVE, Whose.OWN_ABOVE) and len(caller.area) >= TOWNSHIP_DIGITS
        return None if serves_all else caller.authority


REVIEW: Final = Policy(_OFFICE, About.OBJECTION, Whose.SEEN, at_most_digits=COUNTY_DIGITS)
"""An objection raised again (rule 22): decided above the townships, who had their word the first time."""

_RULES: Final = Policy(_OFFICE, About.RULES, Whose.ALL, at_most_digits=CITY_DIGITS)
_SUBSCRIPTIONS: Final = Policy(_OFFICE, About.SUBSCRIPTIONS, Whose.ALL, at_most_digits=CITY_DIGITS)
_RECOVERY: Final = Policy(_OFFICE, About.RECOVERY, Whose.OWN, at_most_digits=COUNTY_DIGITS)

POLICIES: Final[Mapping[tuple[str, str], Policy]] = {
    ("GET", "/v1/me"): Policy(_EVERYBODY, About.ONESELF, Whose.ALL),
    # One level up, and above the villages; who may what exactly stands in cases.user_accounts (row J5).
    ("GET", "/v1/accounts"): Policy(_OVERSIGHT, About.LIST, Whose.ALL),
    ("GET", "/v1/accounts/{id}"): Policy(_OVERSIGHT, About.ACCOUNT, Whose.ALL),
    ("POST", "/v1/accounts"): Policy(_OFFICE, About.ACCOUNT, Whose.ALL, at_most_digits=TOWNSHIP_DIGITS),
    ("POST", "/v1/accounts/{id}/approve"): Policy(
        _OFFICE, About.ACCOUNT, Whose.ALL, at_most_digits=CITY_DIGITS
    ),
    ("POST", "/v1/accounts/{id}/end"): Policy(
        _OFFICE, About.ACCOUNT, Whose.ALL, at_most_digits=TOWNSHIP_DIGITS
    ),
    # At hosts that the operator lists; who says so answers for everybody (row A5).
    ("GET", "/v1/subscriptions"): Policy(
        _OVERSIGHT, About.SUBSCRIPTIONS, Whose.ALL, at_most_digits=CITY_DIGITS
    ),
    ("GET", "/v1/subscriptions/{id}"): Policy(
        _OVERSIGHT, About.SUBSCRIPTIONS, Whose.ALL, at_most_digits=CITY_DIGITS
    ),
    ("POST", "/v1/subscriptions"): _SUBSCRIPTIONS,
    ("POST", "/v1/subscriptions/{id}/end"): _SUBSCRIPTIONS,
    ("POST", "/v1/persons:lookup"): Policy(_SERVING, About.NUMBER, Whose.ALL),
    ("GET", "/v1/persons/{id}/status"): Policy(_EVERYBODY, About.PERSON, Whose.SEEN),
    ("GET", "/v1/persons/{id}/certificate"): Policy(_SERVING, About.PERSON, Whose.SEEN),
    ("GET", "/v1/persons/{id}/audit"): Policy(
        frozenset({Role.CITIZEN, Role.AUDITOR}), About.PERSON, Whose.ALL
    ),
    # Who decides about somebody sees all of it at once (row J8); who audits, whom it was decided about.
    ("GET", "/v1/persons/{id}/portrait"): Policy(_OVERSIGHT, About.PERSON, Whose.SEEN),
    ("GET", "/v1/people"): Policy(
        frozenset({Role.GRID_WORKER, Role.OFFICER, Role.AUDITOR}), About.LIST, Whose.SEEN_ABOVE
    ),
    ("GET", "/v1/today"): Policy(_FIELD, About.LIST, Whose.SEEN_ABOVE),
    # Every counter certifies everybody: nobody is sent away for having come to the wrong window (rule 1).
    ("POST", "/v1/self-certifications"): Policy(
        frozenset({Role.CITIZEN, Role.APP, Role.OFFICER}), About.PERSON, Whose.ALL
    ),
    ("GET", "/v1/visits"): Policy(_FIELD, About.LIST, Whose.SEEN_ABOVE),
    # Whoever is met certifies, whatever they draw and whether or not somebody was sent (rules 1 and 18).
    ("POST", "/v1/visits"): Policy(_FIELD, About.PERSON, Whose.ALL),
    ("POST", "/v1/visits/{id}/outcome"): Policy(_FIELD, About.VISIT, Whose.SEEN_ABOVE),
    ("GET", "/v1/notices"): Policy(_FIELD, About.LIST, Whose.SEEN_ABOVE),
    ("POST", "/v1/notices/{id}/delivery"): Policy(_FIELD, About.NOTICE, Whose.SEEN_ABOVE),
    # Two levels and two people: the township confirms a line, the benefit's own authority above it approves
    # (rule 10 f); that it is another person, and no visitor: engine/suspension/line_decisions. A village does
    # not confirm for its township.
    ("GET", "/v1/suspension-proposals"): Policy(_OFFICE, About.LIST, Whose.OWN_ABOVE),
    ("POST", "/v1/suspension-proposals/{id}/confirm"): Policy(
        _OFFICE,
        About.PROPOSAL,
        Whose.OWN_ABOVE,
        at_least_digits=TOWNSHIP_DIGITS,
        at_most_digits=TOWNSHIP_DIGITS,
    ),
    ("POST", "/v1/suspension-proposals/{id}/approve"): Policy(
        _OFFICE, About.PROPOSAL, Whose.OWN, at_most_digits=COUNTY_DIGITS
    ),
    ("POST", "/v1/suspension-proposals/{id}/refuse"): Policy(_OFFICE, About.PROPOSAL, Whose.OWN_ABOVE),
    ("GET", "/v1/suspension-limits"): Policy(_OFFICE, About.LIST, Whose.OWN),
    # Counties approve the lines: where they are far too many, the level above looks (rule 12).
    ("POST", "/v1/suspension-limits/{id}/lift"): Policy(
        _OFFICE, About.LIMIT, Whose.OWN, at_most_digits=CITY_DIGITS
    ),
    ("GET", "/v1/suspicions"): Policy(_OFFICE, About.LIST, Whose.SEEN_ABOVE),
    ("POST", "/v1/suspicions"): Policy(_OFFICE, About.PERSON, Whose.OWN),
    # Whoever is shown the document asks; two others decide (rule 15).
    ("POST", "/v1/restarts"): Policy(_OFFICE, About.PERSON, Whose.OWN_ABOVE),
    # Likewise whoever is shown that two numbers which were joined are two people's (rules 14 and 19).
    ("POST", "/v1/joining-doubts"): Policy(_OFFICE, About.PERSON, Whose.OWN_ABOVE),
    # Villages and townships verify for all authorities; an office above them speaks for its own.
    ("POST", "/v1/suspicions/{id}/outcome"): Policy(_OFFICE, About.SUSPICION, Whose.OWN_ABOVE),
    ("POST", "/v1/suspicions/{id}/approve"): Policy(_OFFICE, About.SUSPICION, Whose.OWN_ABOVE),
    # Whoever confirmed the fact, each benefit ends by the word of its own authority (rule 15).
    ("GET", "/v1/endings"): Policy(_OFFICE, About.LIST, Whose.OWN, at_most_digits=COUNTY_DIGITS),
    ("POST", "/v1/endings/{id}/approve"): Policy(
        _OFFICE, About.ENDING, Whose.OWN, at_most_digits=COUNTY_DIGITS
    ),
    # Only the person asks that a benefit stop, by phone or at a counter; whoever serves them may undo it.
    ("POST", "/v1/stop-requests"): Policy(
        frozenset({Role.CITIZEN, Role.APP, Role.OFFICER}), About.PERSON, Whose.ALL
    ),
    ("POST", "/v1/stop-requests/{id}/undo"): Policy(_SERVING, About.SUSPICION, Whose.ALL),
    ("POST", "/v1/objections"): Policy(_SERVING, About.PERSON, Whose.ALL),
    ("GET", "/v1/objections"): Policy(_OFFICE, About.LIST, Whose.SEEN),
    ("POST", "/v1/objections/{id}/decision"): Policy(_OFFICE, About.OBJECTION, Whose.SEEN),
    ("GET", "/v1/instructions"): Policy(_OFFICE, About.LIST, Whose.OWN),
    ("POST", "/v1/instructions/{id}/acknowledge"): Policy(_OFFICE, About.INSTRUCTION, Whose.OWN),
    # Many months on one person's word wait for a second, of the authority that pays them (rule 18).
    ("POST", "/v1/instructions/{id}/approve"): Policy(
        _OFFICE, About.INSTRUCTION, Whose.OWN, at_most_digits=COUNTY_DIGITS
    ),
    # Villages and townships hear those concerned for all authorities; then the authority acts (rule 17).
    ("GET", "/v1/recoveries"): Policy(_OFFICE, About.LIST, Whose.OWN_ABOVE),
    ("POST", "/v1/recoveries/{id}/hearing"): Policy(_OFFICE, About.RECOVERY, Whose.OWN_ABOVE),
    ("POST", "/v1/recoveries/{id}/decision"): _RECOVERY,
    ("POST", "/v1/recoveries/{id}/demand"): _RECOVERY,
    ("POST", "/v1/recoveries/{id}/instalments"): _RECOVERY,
    ("POST", "/v1/recoveries/{id}/repayments"): _RECOVERY,
    ("POST", "/v1/recoveries/{id}/refunds"): _RECOVERY,
    ("POST", "/v1/recoveries/{id}/closing"): _RECOVERY,
    ("POST", "/v1/recoveries/{id}/closing/approve"): _RECOVERY,
    ("GET", "/v1/owed-to-heirs"): Policy(_OFFICE, About.LIST, Whose.OWN),
    ("POST", "/v1/owed-to-heirs/{id}/release"): Policy(
        _OFFICE, About.OWED_TO_HEIRS, Whose.OWN, at_most_digits=COUNTY_DIGITS
    ),
    # What was paid to whom concerns the authority that pays, and no village.
    ("GET", "/v1/reconciliation"): Policy(_OFFICE, About.LIST, Whose.OWN, at_most_digits=COUNTY_DIGITS),
    # Villages make most certificates by hand: who checks them stands above.
    ("GET", "/v1/rechecks"): Policy(_OFFICE, About.LIST, Whose.SEEN_ABOVE, at_most_digits=TOWNSHIP_DIGITS),
    ("GET", "/v1/files"): Policy(_OVERSIGHT, About.FIGURES, Whose.SENDER),
    ("GET", "/v1/files/{id}"): Policy(_OVERSIGHT, About.FILE, Whose.SENDER),
    ("GET", "/v1/files/{id}/suggestions"): Policy(_OFFICE, About.FILE, Whose.SENDER),
    # Who sends a feed drops its files and gets back what was rejected of them: identity numbers in clear.
    ("POST", "/v1/uploads"): Policy(_OFFICE, About.FIGURES, Whose.SENDER),
    ("GET", "/v1/files/{id}/rejected-rows"): Policy(_OFFICE, About.FILE, Whose.SENDER),
    # A file concerns every village: a county or a level above it decides.
    ("POST", "/v1/files/{id}/release"): Policy(
        _OFFICE, About.FILE, Whose.SENDER, at_most_digits=COUNTY_DIGITS
    ),
    ("POST", "/v1/files/{id}/refuse"): Policy(
        _OFFICE, About.FILE, Whose.SENDER, at_most_digits=COUNTY_DIGITS
    ),
    ("GET", "/v1/feeds"): Policy(_PUBLIC, About.FIGURES, Whose.ALL),
    ("GET", "/v1/stats"): Policy(_PUBLIC, About.FIGURES, Whose.ALL),
    # What holds, whoever works by it may read; what is to hold is two people's, of the whole jurisdiction.
    ("GET", "/v1/rules"): Policy(_PUBLIC, About.FIGURES, Whose.ALL),
    ("GET", "/v1/rules/{id}"): Policy(_PUBLIC, About.FIGURES, Whose.ALL),
    ("GET", "/v1/rule-changes"): Policy(_OVERSIGHT, About.RULES, Whose.ALL, at_most_digits=CITY_DIGITS),
    ("GET", "/v1/rule-changes/{id}"): Policy(_OVERSIGHT, About.RULES, Whose.ALL, at_most_digits=CITY_DIGITS),
    ("GET", "/v1/rule-changes/{id}/report"): Policy(
        _OVERSIGHT, About.RULES, Whose.ALL, at_most_digits=CITY_DIGITS
    ),
    ("POST", "/v1/rule-changes"): _RULES,
    ("POST", "/v1/rule-changes/{id}/rehearse"): _RULES,
    ("POST", "/v1/rule-changes/{id}/propose"): _RULES,
    ("POST", "/v1/rule-changes/{id}/approve"): _RULES,
    ("POST", "/v1/rule-changes/{id}/activate"): _RULES,
}

# Without a token: what anybody may read, about nobody; and what a gateway has signed.
OPEN_TO_ALL: Final = frozenset(
    {("GET", "/v1/openapi.json"), ("GET", "/v1/sign-in"), ("POST", "/v1/carrier-reports")}
)
