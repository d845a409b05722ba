"""Pages for those who answer for the rules: one per benefit and per feed, out of the declarations.

words     what our words are called, in both languages
benefit   how a benefit is certified, in sentences
feed      what a feed proves, and how its file is read
writing   the pages of all packs into docs/sheets, and whether they are up to date
"""
