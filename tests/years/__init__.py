"""Years of villages, lived on the sandbox's own clock: chance from one seed, and what must hold throughout.

    make years                                             # 20 villages, 36 months
    python -m tests.years --village 7 --months 36 --seed 1 # one village of them again

`story` is what happens in a village, `invariants` what must hold, each month and at the end. The platform
below it stays as it is: no other rule book, state machine or layout comes in between.
"""
