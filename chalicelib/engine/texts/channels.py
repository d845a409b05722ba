"""送达渠道 · By which way a message reaches somebody, and by which next where one has failed (rules 8 and 9).

Their own phone, then the phone of a registered helper, then a printed notice that somebody brings. A decision
about money goes to nobody's helper first: whoever has no phone gets it on paper, at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from chalicelib.engine.calendar.periods import civil_time
from chalicelib.engine.texts.recovery_notices import WRITTEN
from chalicelib.model import (
    BY_PHONE,
    REMINDERS,
    Channel,
    Message,
    MessageState,
    Person,
    PersonRecord,
    Template,
)

DECISIONS: Final = frozenset(
    {
        Template.SUSPENDED,
        Template.TERMINATED,
        Template.PAUSED,
        Template.RESUMED,
        Template.RESTORED,
        Template.RESTARTED,
        Template.SEPARATED,
        Template.ANSWERED,
        Template.OBJECTED_AGAIN,
        Template.PAY_IN_PERSON,
    }
)
"""What stops or restarts a payment, or answers an objection: the notice says why, and how to contest it."""
SAYS_UNTIL: Final = (Template.CERTIFIED, Template.CORRECTED)
"""What says until when somebody is certified."""
UNHEARD: Final = timedelta(days=1)  # [choice] what nobody knows the fate of after a day counts as failed


def _open_to(person: Person) -> Iterator[Channel]:
    """The channels to somebody, in the order in which they are tried."""
    if person.has_phone and not person.opted_out:
        yield Channel.SMS
    if person.has_helper and not person.helper_opted_out:
        yield Channel.HELPER
    yield Channel.NOTICE


def first_channel(person: Person, template: Template) -> Channel:
    """The channel that a new message takes."""
    if template in WRITTEN or person.deceased_on is not None:
        return Channel.NOTICE
    first = next(_open_to(person))
    return Channel.NOTICE if first is Channel.HELPER and template in DECISIONS else first


def next_channel(person: Person, failed: Channel) -> Channel | None:
    """The channel after one that has failed; None after the last: somebody has to go there anyhow."""
    order = list(Channel)
    after = order[order.index(failed) + 1 :]
    return next((channel for channel in _open_to(person) if channel in after), None)


def following_channel(record: PersonRecord, failed: Message) -> Channel | None:
    """The channel by which another message goes in the stead of one that reached nobody.

    None where one goes already, where no channel is left, of a reminder whose case is over, and of a day that
    has been corrected since.
    """
    case = record.open_case
    is_over = failed.template in REMINDERS and (case is None or case.due.isoformat() != failed.about)
    follows = any(other.follows == failed.id for other in record.messages)
    if is_over or follows or _is_corrected(failed, record):
        return None
    return next_channel(record.person, failed.channel)


def _is_corrected(said: Message, record: PersonRecord) -> bool:
    """Whether a message says until when somebody is certified, and another has said otherwise since."""
    if said.template not in SAYS_UNTIL:
        return False
    before = (said.day, said.template is Template.CORRECTED)
    return any(m.template is Template.CORRECTED and (m.day, True) > before for m in record.messages)


def has_failed(message: Message, now: datetime, unreported_hours: int | None) -> bool:
    """Whether a message has finally not reached anybody's phone: refused, or of a fate that stays unknown.

    What a carrier has taken and says nothing of has not, either, after so many hours; None: it is waited for.
    """
    if message.channel not in BY_PHONE:
        return False
    if message.state is MessageState.UNKNOWN:
        return civil_time(now).date() >= again_on(message)
    if message.state is MessageState.SENT and message.changed is not None and unreported_hours is not None:
        return now - message.changed >= timedelta(hours=unreported_hours)
    return message.state is MessageState.FAILED


def again_on(message: Message) -> date:
    """The day from which a message of unknown fate counts as failed, and one without a report may."""
    return _changed_on(message) + UNHEARD


def printed_on(message: Message) -> date:
    """The day of whose bundle a printed notice is."""
    return _changed_on(message)


def _changed_on(message: Message) -> date:
    return civil_time(message.changed).date() if message.changed is not None else message.day
