"""Conducting a rehearsal on a running stack: the clock, the simulated people, and what is printed. See `conductor`."""
