"""Suspensions (暂停): whether a payment may be suspended, and when a case does what.

readiness   may it be suspended today? rule 10, one by one
blockers    what holds it: suspicion, objection, stay, absence, missing data
visits      which visits count as failed, and from when to when the next one is due
objections  by when one is decided, and who may
timeline    the waits of a case's states, in seconds
"""
