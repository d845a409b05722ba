"""规则引擎 · What the rule book says: pure functions of a person, the evidence, the rules and a day.

calendar       months, days, working days
rules          the declarations that officers write, and the book made of them
certification  what the evidence makes of each entitlement, and what speaks against it
money          what is due, arrears, what was overpaid, benefits drawn twice
suspicion      what people must verify: its opening, its end, and the way back
suspension     whether and when a benefit may be suspended (rule 10): visits, objections, waits
texts          messages, receipts, the words of a status, carriers' words
rehearsal      what a change of the rules would do
statistics     what each record adds to the figures of an area, an authority and a benefit

Nothing here knows AWS, files, the clock or the environment. A room asks only rooms above it in this list.
Start reading at `certification/decide.py`.
"""
