"""认证个案 · Cases: everything that may happen to a person's record, whoever causes it.

evidence_effects        evidence arrives: certificates move, suspicions open, waiting cases wake
repeated_words          of these, what a list only says again waits in the lake
evidence_withdrawal     evidence is taken back, and what it caused is undone
daily_run               who comes due, what should walk and does not
restored                after a loss: nobody is told twice or hurried, and what walked walks again
daily_following         what no pay run has shown, and what is recovered, followed every day
dates                   what a date alone will change is looked at before it comes
executions              the port to Step Functions
home_visits             a grid worker reports what was found at the door
visit_corrections       a wrong tap is corrected, and what rested on it falls
suspension_proposals    two people decide a line of a suspension list
suspension_limits       far more lines in a month than foreseen wait for a person of the city
suspicion_verification  a person ends a suspicion; an authority approves that its benefit ends
authority_doubts        an authority doubts a result about its own benefit
stop_requests           a person asks that a payment stop, and may undo that
restarts                what rightly ended a payment is over: a person decides against the document
notices                 who has left which printed notice, and when
objections              somebody objects, and somebody not involved decides
instructions            an authority acknowledges what it was told
recovery_following      recoveries follow what was overpaid, and those concerned are written to
recoveries              officers recover it in the order of the law
withheld_before_end     what a suspension withheld before another end is paid once the person is seen
bereavement             one death: what heirs are owed, and one letter to the household
payment_comparison      what was paid is held against what is due
double_receipt          who stands on the rosters twice, or for benefits that exclude each other
two_numbers             perhaps one person under two numbers
joined_numbers          found to be one person, two numbers are joined
joining_trails          what the audit chains tell of a joining
joining_doubts          whoever shows that joined numbers are two people's is heard
separated_numbers       found to be two people's, they are separated
no_longer_listed        whom no roster lists any more
related_persons         what is known of a related person reaches the recipient whose benefit asks
freshness               whether a feed's silence says anything
next_files              when the next file is due of a feed that has told of somebody
rechecks                some of what people and data certified is checked again each month
subscriptions           apps are subscribed to events
user_accounts           accounts of those who work here: granted and ended one level up
retention               what is older than its feed may be kept goes, from the records and from the lake
"""

from chalicelib.cases.authority_doubts import doubt
from chalicelib.cases.bereavement import release as release_to_heirs
from chalicelib.cases.evidence_effects import Arrival, evidence_arrived, judge
from chalicelib.cases.evidence_withdrawal import evidence_restored, evidence_withdrawn
from chalicelib.cases.home_visits import DOCUMENT, Asked, seen_at_the_door, visit_made
from chalicelib.cases.instructions import acknowledge_instruction, approve_arrears
from chalicelib.cases.joining_doubts import doubt_joining, met_under
from chalicelib.cases.notices import notice_left, notices_left
from chalicelib.cases.objections import decide_objection, object_to
from chalicelib.cases.recoveries import (
    agree_instalments,
    approve_closing,
    decide_recovery,
    demand_recovery,
    propose_closing,
    record_answer,
    record_refund,
    record_repayment,
)
from chalicelib.cases.restarts import raise_restart
from chalicelib.cases.stop_requests import ask_to_stop
from chalicelib.cases.stop_requests import undo as undo_stop
from chalicelib.cases.suspension_limits import Reach, lift, reaches
from chalicelib.cases.suspension_proposals import approve_proposal, confirm_proposal, refuse_proposal
from chalicelib.cases.suspicion_verification import approve_ending, approve_suspicion, suspicion_verified

__all__ = [
    "DOCUMENT",
    "Arrival",
    "Asked",
    "Reach",
    "acknowledge_instruction",
    "agree_instalments",
    "approve_arrears",
    "approve_closing",
    "approve_ending",
    "approve_proposal",
    "approve_suspicion",
    "ask_to_stop",
    "confirm_proposal",
    "decide_objection",
    "decide_recovery",
    "demand_recovery",
    "doubt",
    "doubt_joining",
    "evidence_arrived",
    "evidence_restored",
    "evidence_withdrawn",
    "judge",
    "lift",
    "met_under",
    "notice_left",
    "notices_left",
    "object_to",
    "propose_closing",
    "raise_restart",
    "reaches",
    "record_answer",
    "record_refund",
    "record_repayment",
    "refuse_proposal",
    "release_to_heirs",
    "seen_at_the_door",
    "suspicion_verified",
    "undo_stop",
    "visit_made",
]
