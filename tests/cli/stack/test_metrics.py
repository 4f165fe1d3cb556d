"""`duban metrics`: the figures are what the ledger and the commands say, and a source that fails is named."""

import subprocess
import sys
from collections import Counter
from datetime import timedelta
from threading import Event, Thread
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from deployments.metrics import collecting
from deployments.metrics.collecting import Source, Sources
from deployments.metrics.served import Figured
from deployments.metrics.serving import server, sources_of, told
from deployments.stack.server import free_port
from duban.cli.exits import Exit
from duban.outbox import deliver_due
from duban.ports import Round, Rounder
from duban.settings import load_settings
from duban.wiring import gear
from tests.cli.conftest import Bureau

PLAN = "small-2024"
DRAFT, OFFICER = "cosmetics/draft", "protection-officer"


def figures(text: str) -> dict[str, float]:
    """Every sample, as `name{value of a label,…}`, these sorted."""
    return {
        key(sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def key(name: str, *labels: str) -> str:
    return f"{name}{{{','.join(sorted(labels))}}}"


def scraped(bureau: Bureau) -> dict[str, float]:
    return figures(bureau.ok("metrics", "--once"))


def test_figures_are_what_the_ledger_says_after_some_acts(bureau: Bureau) -> None:
    bureau.tick()
    bureau.ok("sign", DRAFT, "--as", OFFICER)
    bureau.at("2024-04-01 09:05").tick("cosmetics")
    bureau.at("2024-04-15 09:00").tick()
    with gear(load_settings()) as at:
        now = at.service.clock.now()
        deliver_due(at.service, at.carrier, at.wording)
        for by, minutes in ((Rounder.PATROL, 30), (Rounder.PATROL, 7), (Rounder.SEAL, 60), (Rounder.BACKUP, 90)):
            at.service.ledger.note_round(by, Round(now - timedelta(minutes=minutes)))
        with at.service.ledger.stream() as entries:
            stored = Counter(entry.initiative for entry in entries)
        ended = at.service.ledger.outcomes(now - timedelta(days=1))
    found = scraped(bureau)
    assert found[f"duban_ledger_entries{{{PLAN}}}"] == stored.total()
    assert found[f"duban_ledger_chains{{{PLAN}}}"] == len(stored)
    assert found[f"duban_ledger_bytes{{{PLAN}}}"] > 0
    assert {name: many for name, many in found.items() if name.startswith("duban_letters{") and many} == {
        key("duban_letters", PLAN, outcome): many for outcome, many in ended.items()
    }
    assert sum(ended.values()) > 0
    lights = Counter(one["light"] for section in bureau.json("show")["sections"] for one in section["initiatives"])
    assert {name: many for name, many in found.items() if name.startswith("duban_initiatives{") and many} == {
        key("duban_initiatives", PLAN, light): many for light, many in lights.items()
    }
    assert found[key("duban_rounds_total", PLAN, "patrol")] == 2
    assert found[key("duban_round_age_seconds", PLAN, "patrol")] == 420
    assert found[key("duban_round_age_seconds", PLAN, "seal")] == 3600
    assert found[key("duban_round_age_seconds", PLAN, "backup")] == 5400
    assert key("duban_round_age_seconds", PLAN, "guard") not in found
    assert found["duban_scrape_error{ledger}"] == 0


def test_ticks_and_what_they_took_from_what_woke_them_are_counted(bureau: Bureau) -> None:
    bureau.tick()
    before = scraped(bureau)
    bureau.ok("sign", DRAFT, "--as", OFFICER)
    waiting = scraped(bureau)
    bureau.at("2024-04-01 09:01").tick("cosmetics")
    after = scraped(bureau)
    assert before[f"duban_ticks_total{{{PLAN}}}"] == 2
    assert waiting[f"duban_initiatives_waiting{{{PLAN}}}"] == 1
    assert after[f"duban_ticks_total{{{PLAN}}}"] == 3
    assert after[f"duban_initiatives_waiting{{{PLAN}}}"] == 0
    assert after[f"duban_wake_seconds_count{{{PLAN}}}"] - before[f"duban_wake_seconds_count{{{PLAN}}}"] == 1
    assert after[f"duban_wake_seconds_sum{{{PLAN}}}"] - before[f"duban_wake_seconds_sum{{{PLAN}}}"] == 60
    kept, quicker = (key("duban_wake_seconds_bucket", PLAN, limit) for limit in ("60.0", "30.0"))
    assert (after[kept] - before[kept], after[quicker] - before[quicker]) == (1, 0)


def test_what_is_held_up_has_an_age(bureau: Bureau) -> None:
    bureau.tick()
    with gear(load_settings()) as at:
        at.service.ledger.wake(["cosmetics", "training"], at.service.clock.now())
    found = scraped(bureau.at("2024-04-01 09:10"))
    assert found[f"duban_initiatives_waiting{{{PLAN}}}"] == 2
    assert found[f"duban_initiatives_waiting_seconds{{{PLAN}}}"] == 600
    assert found[f"duban_letters_due{{{PLAN}}}"] > 0


def test_a_try_that_others_were_quicker_than_is_counted(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    bureau.tick()
    with gear(load_settings()) as at, gear(load_settings()) as other:
        ledger, overtaken = at.service.ledger, []
        view = type(at.service).view

        def late(self: object, name: str) -> object:
            seen = view(self, name)  # type: ignore[arg-type]  # as it is
            if not overtaken:
                overtaken.append(name)
                monkeypatch.setattr(type(at.service), "view", view)
                other.service.act(command(other.service))
            return seen

        monkeypatch.setattr(type(at.service), "view", late)
        at.service.tick("cosmetics")
        assert ledger.readings(at.service.clock.now()).counted["conflicts"] == 1
    assert scraped(bureau)[f"duban_conflicts_total{{{PLAN}}}"] == 1


def command(service: object) -> object:
    """Somebody signs for the draft."""
    from duban.core.deciding.commands import Command  # noqa: PLC0415  as it is named there
    from duban.core.deciding.matter import Verb  # noqa: PLC0415  as above
    from duban.core.planning.plan import StepRef  # noqa: PLC0415  as above

    return Command(Verb.SIGN, StepRef("cosmetics", "draft"), OFFICER)


def test_a_ledger_that_cannot_be_read_is_named_and_is_no_error_of_the_page(bureau: Bureau) -> None:
    bureau.tick()
    ledger = bureau.var / "ledger.sqlite"
    ledger.write_bytes(b"no database" * 500)
    result = bureau.run("metrics", "--once")
    assert result.exit_code == Exit.PROBLEMS
    assert figures(result.stdout) == {"duban_scrape_error{ledger}": 1}
    status, text = asked(sources_of(load_settings(), prefect=False))
    assert (status, figures(text)) == (200, {"duban_scrape_error{ledger}": 1})


def test_a_server_of_prefects_that_is_away_takes_no_other_figure_along(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau.tick()
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{free_port('127.0.0.1', 24_600)}/api")
    monkeypatch.setenv("PREFECT_CLIENT_MAX_RETRIES", "0")
    result = bureau.run("metrics", "--once")
    found = figures(result.stdout)
    assert result.exit_code == Exit.PROBLEMS
    assert (found["duban_scrape_error{prefect}"], found["duban_scrape_error{ledger}"]) == (1, 0)
    assert found[f"duban_ledger_entries{{{PLAN}}}"] > 0


def test_a_source_that_hangs_is_named_and_not_asked_again_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "PATIENCE", 0.05)
    let_go, asked_for = Event(), []

    def hangs(figured: Figured) -> None:
        asked_for.append(1)
        let_go.wait()

    sources = Sources((Source("slow", hangs), Source("quick", lambda figured: figured("duban_ticks", 3, PLAN))))
    for _ in range(3):
        found = figures(told(sources).decode())
        assert (found["duban_scrape_error{slow}"], found[f"duban_ticks_total{{{PLAN}}}"]) == (1, 3)
    assert len(asked_for) == 1
    let_go.set()
    while sources.sources[0].end(0) is None:
        pass
    assert figures(told(sources).decode())["duban_scrape_error{slow}"] == 0


def asked(sources: Sources, path: str = "/metrics") -> tuple[int, str]:
    """What is answered at an address of these sources."""
    with server(sources, "127.0.0.1", 0) as answering:
        thread = Thread(target=answering.serve_forever)
        thread.start()
        try:
            with urlopen(f"http://127.0.0.1:{answering.server_port}{path}") as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, ""
        finally:
            answering.shutdown()
            thread.join()


def test_nothing_else_is_served(bureau: Bureau) -> None:
    sources = Sources(())
    assert [asked(sources, path)[0] for path in ("/healthz", "/metrics", "/metrics?x=1", "/", "/board")] == [
        200, 200, 200, 404, 404,
    ]  # fmt: skip


def test_the_process_beside_a_stack_serves_them(bureau: Bureau) -> None:
    bureau.tick()
    port = free_port("127.0.0.1", 24_500)
    command = [sys.executable, "-m", "deployments.metrics", str(port)]
    with subprocess.Popen(command, cwd=bureau.root) as process:
        try:
            text = first_answer(process, f"http://127.0.0.1:{port}/metrics")
        finally:
            process.terminate()
    assert figures(text)[f"duban_ticks_total{{{PLAN}}}"] == 2


def first_answer(process: "subprocess.Popen[bytes]", address: str) -> str:
    """What a process that has just been started answers, once it listens."""
    while process.poll() is None:
        try:
            with urlopen(address) as answer:  # noqa: S310  our own
                return str(answer.read().decode())
        except OSError:
            continue
    raise AssertionError("it ended")


def test_what_a_plan_holds_is_in_no_figure(bureau: Bureau) -> None:
    bureau.tick()
    text = bureau.ok("metrics", "--once")
    assert not [word for word in ("化妆品", "cosmetics", OFFICER, "保护处") if word in text]
    assert text.isascii()
