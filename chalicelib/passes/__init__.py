"""全员批处理 · Passes over everybody, shard by shard, on one state machine (decision 0015).

table      the passes: what each does to a part of a shard, and with what is found
slices     a part of a shard, as far as there is time; what all parts together have found
running    the steps of statemachines/everybody.asl.json
starting   an execution for a pass and a day, once
"""

from chalicelib.passes.running import run_pass
from chalicelib.passes.starting import slot_of, start

__all__ = ["run_pass", "slot_of", "start"]
