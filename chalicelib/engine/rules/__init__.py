"""The rules as declared (规则), and the rule book of all of them.

policy            every figure that is no benefit's own
case_times        of these, what a case does when
limits            of these, what a file, a day or a month may cause
suspicion_policy  of these, suspicions: terms, and what is held meanwhile
recheck_policy    of these, checks on certificates by hand
money_policy      of these, terms of recoveries and arrears
quantities        days, months and shares, as they may be declared
benefits          a benefit: dated versions, each with its legal reference
benefit_files     complete versions out of files that say what differs
conditions        the closed vocabulary of conditions
words             which words of lists say nothing new when they are said again
amounts           what a benefit pays a month
counties          a county's own values
rulebook          all of it together, of one jurisdiction
checks            what only several declarations together can show wrong
"""
