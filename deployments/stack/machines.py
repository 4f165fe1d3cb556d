"""Prefect's own parts on several machines: what its API servers and its services are told, so that they are one server.

Events, locks and background work go through one Redis (`pip install duban[machines]`), everything lasting through one
PostgreSQL, whose tables are made once (`prefect server database upgrade`) before anything starts.
"""


def in_common(redis: str) -> dict[str, str]:
    """The variables of every API server and of the services; `redis` is its address, `redis://HOST:PORT`."""
    return {
        "PREFECT_MESSAGING_BROKER": "prefect_redis.messaging",
        "PREFECT_MESSAGING_CACHE": "prefect_redis.messaging",
        "PREFECT_REDIS_MESSAGING_URL": f"{redis}/0",
        "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect_redis.lease_storage",
        "PREFECT_SERVER_DOCKET_URL": f"{redis}/1",
        "PREFECT_SERVER_DATABASE_MIGRATE_ON_START": "false",  # one makes the tables, before any starts
    }
