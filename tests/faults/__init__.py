"""The fault machine: the real handlers, interleaved at every call to AWS, while calls fail as they can fail.

    make faults                                # 10,000 faults over 500 seeds
    python -m tests.faults --seed 17 --trace   # one seed again: the same calls, the same faults, the same end

`machine` is the sandbox with chance in it: whose turn it is, and what becomes of each call. `story` is what
happens in a village meanwhile. `invariants` says what must hold once nothing fails any more and everything
has drained, judged by what was told and signed on the way as well as by the end.
"""
