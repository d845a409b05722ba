"""What certifies a person (认证). Start reading at `decide`.

facts               the evidence on a day, sorted
weighing            strong evidence alone, weak evidence in combination: why one bus ride is not enough
weak_alone          how long weak evidence alone may carry
contradictions      what speaks against an entitlement
findings            what people must verify
decide              what all of it makes of each entitlement
lazy_renewal        which evidence may wait in the lake
stays               stays in hospital or a care home
cleared_conditions  a condition that a person has cleared
reasons             why, in words
rule_lines          lines of the rule book, in words
"""
