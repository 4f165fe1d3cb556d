"""The worker: it takes flow runs from the server and carries them out in processes that stay warm. See `worker`."""
