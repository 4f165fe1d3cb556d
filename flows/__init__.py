"""What Prefect runs: `tick` holds the flow of an initiative from its beginning to its end, `patrol` that of the patrol.

`wanted` says what a server should hold so that they run, `forms` what people fill in, `ours` which runs are refused.
"""
