"""Pages for those who answer for the rules: one per benefit and per feed, out of the declarations.

feed      what a feed proves, how its file is read, and what has changed about it
scenarios which situations of the tests concern a benefit or a policy
writing   the pages of all packs into docs/sheets, the API into docs/openapi.json; are they current?
"""
