"""What an embedded server is told of Redis, by which it is one with others."""

from pathlib import Path

from deployments.stack.environment import Addresses, environment, server_environment
from deployments.stack.machines import in_common
from duban.settings import CLOCK_VARIABLE

API = "http://127.0.0.1:4200"
HERE = Addresses(f"{API}/api", f"{API}/v2", "postgresql://ledger", "postgresql://prefect", Path("/var"))
SAID = {name: value for name, value in in_common("redis://redis:6379").items() if "MIGRATE" not in name}


def test_an_offices_server_keeps_what_is_said_of_redis_and_no_other_setting_of_prefects() -> None:
    told = server_environment(HERE, {**SAID, "PREFECT_API_URL": "http://elsewhere", "PREFECT_LOGGING_LEVEL": "DEBUG"})
    assert SAID.items() <= told.items()
    assert told["PREFECT_API_URL"] == HERE.api
    assert "PREFECT_LOGGING_LEVEL" not in told


def test_workers_and_a_rehearsals_server_are_told_nothing_of_redis() -> None:
    rehearsed = server_environment(HERE, {**SAID, CLOCK_VARIABLE: "/clock"})
    for told in (environment(HERE, SAID), rehearsed):
        assert not SAID.keys() & told.keys()
