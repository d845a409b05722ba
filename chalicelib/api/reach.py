"""管辖范围 · Whether what a request is about lies within the caller's reach: area first, then authority.

The edge asks before the endpoint, and before a repeated request gets its answer again: a caller whose area or
authority has changed reaches no more than a new one. What lies beyond does not exist for them: 404.
What the line of the table means stands in `policy`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from chalicelib.api import bodies, ids, pages
from chalicelib.api.account_bodies import AccountGrant
from chalicelib.api.policy import COUNTY_DIGITS, About, Policy
from chalicelib.api.problems import not_found
from chalicelib.api.tokens import Caller
from chalicelib.jurisdiction import current
from chalicelib.model import AreaCode, BenefitCode, DroppedFile, PersonId, PersonRecord, UserAccount
from chalicelib.storage.dynamodb import files, people, user_accounts


@dataclass(frozen=True, slots=True)
class Reached:
    """What a request is about, once it is known to be within reach: an area to list, a record, a file or
    an account.

    `authority` limits what the caller is shown and may decide to the benefits that it runs; None: all.
    """

    authority: str | None
    area: AreaCode | None = None
    record: PersonRecord | None = None
    file: DroppedFile | None = None
    account: UserAccount | None = None

    def runs(self, benefit: BenefitCode) -> bool:
        """Whether a benefit is within the caller's authority."""
        return self.authority is None or run_by(benefit) == self.authority

    def serves(self, record: PersonRecord) -> bool:
        """Whether the person draws, or has drawn, anything within the caller's authority."""
        return self.authority is None or any(self.runs(e.benefit) for e in record.entitlements)

    def concerns(self, benefit: BenefitCode | None, record: PersonRecord) -> bool:
        """Whether something about one benefit of a person, or about the person, concerns the caller."""
        return self.serves(record) if benefit is None else self.runs(benefit)

    def part_of(self, record: PersonRecord) -> PersonRecord:
        """The record as far as it concerns the caller: nothing of other authorities' benefits."""
        if self.authority is None:
            return record
        own = tuple(e for e in record.entitlements if self.runs(e.benefit))
        return replace(
            record,
            entitlements=own,
            messages=record.messages if own == record.entitlements else (),  # they are about all benefits
            suspicions=tuple(s for s in record.suspicions if self.concerns(s.benefit, record)),
            objections=tuple(o for o in record.objections if self.concerns(o.benefit, record)),
            instructions=tuple(i for i in record.instructions if self.runs(i.benefit)),
            proposals=tuple(p for p in record.proposals if any(map(self.runs, p.benefits))),
            recoveries=tuple(r for r in record.recoveries if self.runs(r.benefit)),
            owed_to_heirs=tuple(o for o in record.owed_to_heirs if self.runs(o.benefit)),
        )


def admitted(
    caller: Caller,
    policy: Policy,
    named: Mapping[str, str],
    body: bodies.Body | None,
    query: Mapping[str, str],
) -> Reached:
    """What a request is about, by the ids in its address, its body and its query, held against its policy.

    Problem 403 for whom the table does not name at all; 404 for what is not the caller's to know of.
    """
    policy.check(caller)
    reach = Reached(policy.limits(caller))
    match policy.about:
        case About.NUMBER | About.ONESELF:
            return reach
        case About.LIST:
            return replace(reach, area=pages.area_of(caller, query.get("area")))
        case About.RULES | About.SUBSCRIPTIONS:
            if not caller.may_see_area(current().rules.policy.area):
                raise not_found()
            return reach
        case About.FIGURES | About.FILE:
            return _of_jurisdiction(caller, policy.about, reach, named)
        case About.ACCOUNT:
            return _of_account(caller, reach, named, body)
        case About.LIMIT:
            county, _, benefit = ids.limit_id(named["id"])
            if not (caller.may_see_area(county) and reach.runs(benefit)):
                raise not_found()
            return reach
        case _:
            return _of_person(caller, policy.about, reach, named, body)


def _of_account(
    caller: Caller, reach: Reached, named: Mapping[str, str], body: bodies.Body | None
) -> Reached:
    """An account that there is, or is to be; of an authority, only of the caller's own."""
    if isinstance(body, AccountGrant):
        if not caller.may_see_area(body.area):
            raise not_found()
        return reach
    account = user_accounts.find(ids.account_id(named["id"]))
    if account is None or not caller.may_see_area(account.area):
        raise not_found()
    if caller.authority is not None and account.authority not in (None, caller.authority):
        raise not_found()
    return replace(reach, account=account)


def _of_jurisdiction(caller: Caller, about: About, reach: Reached, named: Mapping[str, str]) -> Reached:
    home = current().rules.policy.area
    if not (caller.may_see_area(home) or caller.area.startswith(home)):
        raise not_found()
    if about is About.FIGURES:
        return reach
    dropped = files.find(ids.file_id(named["id"]))
    if reach.authority not in (None, dropped.department):
        raise not_found()
    return replace(reach, file=dropped)


def _of_person(
    caller: Caller, about: About, reach: Reached, named: Mapping[str, str], body: bodies.Body | None
) -> Reached:
    current()  # here, and not only for whom it is found: AWS is asked the same whoever it is about
    record = people.load(_person(named, body))
    if not caller.may_see(record.person.id, record.person.area):
        raise not_found()
    if not any(reach.concerns(benefit, record) for benefit in _concerned(about, record, named, body)):
        raise not_found()
    return replace(reach, record=record)


def _person(named: Mapping[str, str], body: bodies.Body | None) -> PersonId:
    if isinstance(body, bodies.AboutPerson):
        return PersonId(body.person)
    return ids.person_of(named["id"])


def _concerned(
    about: About, record: PersonRecord, named: Mapping[str, str], body: bodies.Body | None
) -> Iterable[BenefitCode | None]:
    """The benefits that the request is about; None stands for all that the person draws."""
    match about:
        case About.PROPOSAL:
            number = ids.numbered(named["id"])[1]
            return [code for p in record.proposals if p.number == number for code in p.benefits]
        case About.SUSPICION:
            wanted = ids.suspicion_id(named["id"])
            return [s.benefit for s in record.suspicions if (s.kind, s.day) == (wanted.kind, wanted.day)]
        case About.ENDING:
            wanted = ids.suspicion_id(named["id"])
            mine = [s for s in record.suspicions if (s.kind, s.day) == (wanted.kind, wanted.day)]
            return [benefit for s in mine for benefit in (*(s.ends or ()), *s.signed)]
        case About.OBJECTION:
            number = ids.numbered(named["id"])[1]
            return [o.benefit for o in record.objections if o.number == number]
        case About.INSTRUCTION:
            _, name = ids.instruction_id(named["id"])
            return [i.benefit for i in record.instructions if i.name == name]
        case About.RECOVERY:
            number = ids.numbered(named["id"])[1]
            return [r.benefit for r in record.recoveries if r.number == number]
        case About.OWED_TO_HEIRS:
            _, benefit = ids.owed_id(named["id"])
            return [o.benefit for o in record.owed_to_heirs if o.benefit == benefit]
        case _:
            if isinstance(body, bodies.DoubtReport | bodies.RestartReport | bodies.StopAsked):
                return [BenefitCode(body.benefit)]
            return [None]


def decides_for(caller: Caller) -> Callable[[BenefitCode], bool]:
    """For which benefits a caller decides: those of the authority that an office of a county or above names.

    Villages, townships and whoever names no authority serve all, and decide for none.
    """
    mine = caller.authority if len(caller.area) <= COUNTY_DIGITS else None
    return lambda benefit: mine is not None and run_by(benefit) == mine


def run_by(benefit: BenefitCode) -> str | None:
    """The authority that runs a benefit; None for one that nobody has declared."""
    declared = current().rules.benefits.get(benefit)
    return declared.run_by.value if declared is not None else None
