"""The rules as declared (规则): policy, benefits, conditions, counties, and the rule book of all of them."""
