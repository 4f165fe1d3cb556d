"""Commands about the plan as it is written: `check`, `diff`, `apply`, `rehearse`, `roll` and what helps to write."""
