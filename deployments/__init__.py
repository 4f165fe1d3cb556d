"""What carries duban on a machine. Its rooms: `stack`, `worker`, `guard`, `rehearsal`; `applying` applies a plan.

At the top stand two processes: `conduct`, which puts several of these together, and `runner`, whose name servers keep.
"""
