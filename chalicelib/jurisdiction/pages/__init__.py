"""规则说明页 · What declarations say, in sentences of both languages, for those who answer for them.

benefit    how a benefit is certified, for how long, on what conditions
differing  what two rule books say differently
terms      what a condition asks
words      what our words are called, and how a page's lines are laid out
"""
