"""The guard (值守): it sees that patrols come, with Prefect or without. See `guard`."""
