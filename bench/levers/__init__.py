"""What each lever of decision 0013 gives alone: the town of the sandbox with it, and without.

python -m bench.levers                     # every lever; some minutes each
python -m bench.levers better_visits       # these, and the platform as it is
"""
