"""Commands about what carries the plan: `up`, `patrol`, `doctor`, `test-channels`."""
