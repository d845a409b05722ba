"""What the rule book says: pure functions of a person, the evidence, the rules and a day.

    policy, benefits, rulebook   the declarations that officers write, and their check
    periods, workdays            months, days, working days
    weigh, decide, explain       what the evidence makes of each entitlement, and how to say it
    timeline, stays, suspension  when a case does what, and when a benefit may be suspended (rule 10)
    suspicion, money, wording    verification, fen by month, the words of messages and notices

Nothing here knows AWS, files, the clock or the environment. Start reading at `decide.decide`.
"""
