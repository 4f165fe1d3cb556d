"""The embedded stack: PostgreSQL, Prefect's server, and what starts, finds, watches and ends them. See `stack`."""
