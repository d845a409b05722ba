"""规则引擎 · What the rule book says: pure functions of a person, the evidence, the rules and a day.

    policy, benefits, clauses, amounts, counties   the declarations that officers write
    rulebook, checks             the book made of them, and what refuses them with file and line
    periods, workdays            months, days, working days
    facts, weigh, decide         what the evidence makes of each entitlement
    against, findings, claims    what speaks against it, what people must verify, what nobody claimed
    dues, money                  too little or too much, and fen by month
    reasons, lines, statuses, explain   how to say it
    timeline, stays, suspension  when a case does what, and when a benefit may be suspended (rule 10)
    objections                   by when one is decided, and who may (rule 22)
    doubts                       what an authority's doubt of a result opens
    suspicion, ending, wording   verification, its end, the words of messages and notices
    replay, coverage             what a change of the rules would do

Nothing here knows AWS, files, the clock or the environment. Start reading at `decide.decide`.
"""
