"""Suspensions (暂停): whether a payment may be suspended, and when a case does what.

readiness       may it be suspended today? rule 10, one by one
blockers        what holds it: suspicion, objection, stay, absence, missing data
visits          which visits count as failed, and from when to when, and how, the next one is made
graded_stop     a month that is paid in person first, where a benefit's authority says so
signs_of_life   what is too weak to certify, and asks for one more visit
line_decisions  who may confirm, approve or refuse a line of a list
outages         days on which the platform was away shorten nobody's notice
objections      by when one is decided, and who may
timeline        when a case opens, and the waits of its states, in seconds
"""
