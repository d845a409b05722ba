"""The rules as declared (规则), and the rule book of all of them.

policy            every figure that is no benefit's own
suspicion_policy  its section on suspicions: terms, and what is held meanwhile
benefits          a benefit: dated versions, each with its legal reference
benefit_files     complete versions out of files that say what differs
conditions        the closed vocabulary of conditions
amounts           what a benefit pays a month
counties          a county's own values
rulebook          all of it together, of one jurisdiction
checks            what only several declarations together can show wrong
"""
