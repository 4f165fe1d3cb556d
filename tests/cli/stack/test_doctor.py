"""`doctor`: everything it looks at, well and unwell."""

import json
import re
import shutil
from collections import namedtuple
from datetime import UTC, datetime
from itertools import islice
from threading import Event
from typing import Any

import psutil
import pytest
from sqlalchemy import text

from deployments.stack.password import keep_password, password_file
from duban.adapters import host_files
from duban.adapters.ledger_engine import reading
from duban.adapters.sql_ledger import open_ledger
from duban.applying import Author, apply
from duban.cli.exits import Exit
from duban.cli.prefect_server import QUIET
from duban.cli.stack.doctor import health, prefect
from duban.cli.stack.doctor.health import Level
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.ports import Commit
from duban.settings import CLOCK_FILE, load_settings
from duban.wiring import gear, load_office
from tests.cli.conftest import COSMETICS, DIRECTORY, PLAN, TRAINING, Bureau, write
from tests.http_server import HttpServer
from tests.receivers import How, Tap


def findings(bureau: Bureau, code: int = 0) -> dict[str, list[dict[str, str]]]:
    """What doctor found, by check."""
    result = bureau.run("doctor", "--json")
    assert result.exit_code == code, result.output
    report = json.loads(result.stdout)
    assert report["healthy"] is (code == 0)
    found: dict[str, list[dict[str, str]]] = {}
    for one in report["findings"]:
        found.setdefault(one["check"], []).append(one)
    return found


def levels(found: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {check: max(one["level"] for one in all_of_it) for check, all_of_it in found.items()}


def test_a_new_bureau_is_well_but_for_what_does_not_run_yet(bureau: Bureau) -> None:
    found = findings(bureau)
    assert levels(found) == {
        **dict.fromkeys(("python", "settings", "disk", "private", "plan", "calendar", "channels", "ledger"), "ok"),
        "stack": "warn",
    }
    assert found["ledger"][0]["found"].startswith("none yet")
    assert not (bureau.var / "ledger.sqlite").exists()


def test_a_ledger_in_use_is_verified(bureau: Bureau) -> None:
    bureau.tick()
    found = findings(bureau)
    assert found["ledger"][0]["found"].endswith("entries, whole")
    assert "schema 0008" in found["ledger"][0]["found"]
    assert levels(found)["notices"] == levels(found)["waiting"] == "ok"
    assert found["clock"][0] == {
        "check": "clock",
        "level": "warn",
        "found": "a rehearsal's: 2024-04-01 09:00 Asia/Shanghai",
        "remedy": f"in a real office remove {bureau.var / CLOCK_FILE}",
    }


def test_files_that_say_something_else_than_the_plan_in_force_are_told_of(bureau: Bureau) -> None:
    bureau.tick()
    assert findings(bureau)["applied"][0]["found"].startswith("nothing yet")
    with gear(load_settings()) as at:
        apply(at.service, load_office(load_settings()), Author("coordinator"))
    assert levels(findings(bureau))["applied"] == "ok"
    edited = COSMETICS.replace("2024-04-12", "2024-04-19")
    write(bureau.config, {"plans/small-2024/protection/cosmetics.yaml": edited})
    found = findings(bureau)["applied"]
    assert [(one["level"], one["remedy"]) for one in found] == [("warn", "duban diff, then duban apply")]
    write(bureau.config, {"plans/small-2024/protection/cosmetics.yaml": edited + "  - what\n"})
    found = findings(bureau, code=1)
    assert found["applied"][0]["remedy"] == "duban check"
    assert found["ledger"][0]["found"].endswith("entries, whole")


def test_the_table_ends_with_a_count(bureau: Bureau) -> None:
    bureau.tick()
    printed = bureau.ok("doctor").splitlines()
    assert printed[0].split() == ["check", "found", "remedy"]
    assert printed[-1] == "0 bad, 2 to watch"


def test_the_real_clock_is_told_apart(bureau: Bureau) -> None:
    (bureau.var / CLOCK_FILE).unlink()
    bureau.tick()
    assert findings(bureau)["clock"][0]["found"].startswith("real: ")


def test_a_clock_that_cannot_be_read_stops_nothing_else(bureau: Bureau) -> None:
    bureau.tick()
    (bureau.var / CLOCK_FILE).write_text("noon", encoding="ascii")
    found = findings(bureau, code=1)
    assert levels(found)["clock"] == levels(found)["notices"] == "bad"
    assert levels(found)["ledger"] == "ok"


def test_settings_that_cannot_be_read_end_it(bureau: Bureau) -> None:
    write(bureau.config, {"duban.toml": "plans = 1\n"})
    found = findings(bureau, code=1)
    assert set(found) == {"python", "settings"}
    assert "unknown setting plans" in found["settings"][0]["found"]


def test_problems_of_the_plan_are_shown_up_to_three(bureau: Bureau) -> None:
    bad = (bureau.config / "plans/small-2024/protection/cosmetics.yaml").read_text("utf-8")
    for name in ("draft", "publicity", "issue"):
        bad = bad.replace(f"needs: [{name}]", f"needs: [{name}s]")
    write(bureau.config, {"plans/small-2024/protection/cosmetics.yaml": bad, "rehearsal.yaml": "seed: x\n"})
    found = findings(bureau, code=1)
    assert len(found["plan"]) == 4
    assert found["plan"][-1]["found"].endswith("more problems")
    assert found["ledger"][0]["found"].startswith("none yet")


TARGET = "{at_least: 9, unit: 件}"


def test_variables_of_actions_and_measures_are_named_and_never_their_values(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    measures = (
        "{by: sql, url: '${CASES}', query: select 1}",
        "{by: http, url: 'http://a.example/', path: a, headers: {Key: '${TOKEN}'}}",
    )
    steps = "".join(
        f"  - {{id: count-{number}, title: 件数, kind: indicator, target: {TARGET}, measure: {measure}}}\n"
        for number, measure in enumerate((*measures, measures[0]))
    )
    steps += "  - {id: tell, title: 推送, kind: action, action: {uses: http, parameters: "
    steps += "{url: 'http://a.example/', headers: {Key: '${TOKEN}'}}}}\n"
    write(bureau.config, {"plans/small-2024/service/training.yaml": TRAINING + steps})
    monkeypatch.setenv("TOKEN", "very-private-word")
    found = findings(bureau, code=1)
    assert [one["found"] for one in found["outside"]] == ["${CASES} of training/count-0 and 1 more is not set"]
    monkeypatch.setenv("CASES", "sqlite:///very-private-place")
    found = findings(bureau)
    assert [one["found"] for one in found["outside"]] == ["2 variables of actions and measures, all set"]
    assert "very-private" not in str(found)


def test_variables_of_channels_are_named_and_never_their_values(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = 'title: 保护处联络员, channels: ["json://${HOST}/${SECRET_WORD}"]'
    write(bureau.config, {"directory.yaml": DIRECTORY.replace("title: 保护处联络员", channel)})
    monkeypatch.setenv("HOST", "very-private-host")
    found = findings(bureau, code=1)
    assert [one["found"] for one in found["channels"] if one["level"] == "bad"] == [
        "${SECRET_WORD} of protection-officer is not set"
    ]
    monkeypatch.setenv("SECRET_WORD", "very-private-word")
    assert found["channels"][0]["level"] == "bad"
    printed = bureau.ok("doctor")
    assert "protection-officer: json://${HOST}\n" in re.sub(" +\n", "\n", printed)
    assert "1 posts with channels" in printed
    assert "very-private" not in printed


@pytest.mark.parametrize(
    ("channel", "told", "level_and_remedy"),
    [
        ("dingtalkk://abc", "dingtalkk://*** of {post}: there is no such kind", ("bad", "did you mean 'dingtalk'?")),
        ("dingtalk://${WORD}", "dingtalk://${{WORD}} of {post}: it cannot be read", ("bad", "see Channels in docs")),
        ("feishu://abc?base=http://example.cn", "its base would be spoken to in the clear", ("bad", "write https://")),
        ("mailto://me:${WORD}@mail.example.cn?to=a@b.cn", "sends a password in the clear", ("warn", "mailtos://")),
        ("mailtos://me:${WORD}@mail.example.cn?to=a@b.cn", "{post}: mailtos://mail.example.cn", ("ok", "")),
    ],
)
def test_each_channel_is_read_and_what_is_wrong_with_it_told(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, channel: str, told: str, level_and_remedy: tuple[str, str]
) -> None:
    level, remedy = level_and_remedy
    post = f'title: 保护处联络员, channels: ["{channel}"]'
    write(bureau.config, {"directory.yaml": DIRECTORY.replace("title: 保护处联络员", post)})
    monkeypatch.setenv("WORD", "very-private+word")
    found = findings(bureau, code=1 if level == "bad" else 0)["channels"]
    (one,) = [one for one in found if told.format(post="protection-officer") in one["found"]]
    assert one["level"] == level
    assert remedy in one["remedy"]
    assert "private" not in str(found)


def test_years_not_announced_are_to_watch(bureau: Bureau) -> None:
    plan = bureau.config / "plans/small-2024/plan.yaml"
    plan.write_text(plan.read_text("utf-8").replace("ends: 2024-06-28", "ends: 2039-06-28"), "utf-8")
    assert {one["level"] for one in findings(bureau)["calendar"]} == {"warn"}


def test_a_year_is_to_watch_that_only_a_deadline_reaches_until_its_days_are_entered(bureau: Bureau) -> None:
    """The plan is of 2026, and what may end up to forty working days after its draft is due in February 2027."""
    plan = PLAN.replace("starts: 2024-04-01", "starts: 2026-12-01").replace("ends: 2024-06-28", "ends: 2026-12-31")
    late = COSMETICS.replace("2024-04-12", "2026-12-21").replace("8 working", "40 working")
    late = late.replace(", due: 2024-05-17}", "}")
    files = {"plan.yaml": plan, "protection/cosmetics.yaml": late}
    write(bureau.config, {f"plans/small-2024/{name}": text for name, text in files.items()})
    (bureau.config / "plans/small-2024/service/training.yaml").unlink()
    bureau.at("2026-12-01 09:00")
    for _ in range(2):
        assert [(one["level"], one["found"]) for one in findings(bureau)["calendar"]] == [
            ("warn", "holidays of 2027 are not announced yet")
        ]
        bureau.tick()
    write(bureau.config, {"calendar.yaml": "announced: [2027]\n"})
    assert [one["level"] for one in findings(bureau)["calendar"]] == ["ok"]


def test_a_ledger_that_is_no_database(bureau: Bureau) -> None:
    (bureau.var / "ledger.sqlite").write_text("no database " * 100, encoding="utf-8")
    assert "not a SQLite database" in findings(bureau, code=1)["ledger"][0]["found"]


def test_what_other_accounts_can_read_is_named(bureau: Bureau) -> None:
    bureau.tick()
    bureau.ok("ledger", "seal")
    assert levels(findings(bureau))["private"] == "ok"
    (bureau.var / "mail").mkdir(mode=0o755)
    (bureau.var / "mail").chmod(0o755)
    (bureau.var / "ledger.sqlite").chmod(0o644)
    (found,) = findings(bureau, code=1)["private"]
    assert found["found"].startswith(f"other accounts can read 2 files and folders of {bureau.var}, first ")


def test_a_broken_ledger(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    bureau.tick()
    monkeypatch.setattr("duban.core.ledger.entries.hash_of", lambda entry: "another")
    assert "broken at small-2024: cosmetics, entry 1" in findings(bureau, code=1)["ledger"][0]["found"]


def test_notices_that_reached_nobody(bureau: Bureau) -> None:
    bureau.tick()
    late = datetime(2024, 4, 1, 0, tzinfo=UTC)
    rows = [
        NoticeRow(key, "cosmetics", "draft", "remind", "remind", "coordinator", delivery, late, next_try, 1, "550")
        for key, delivery, next_try in (
            ("a", Delivery.DEAD, None),
            ("b", Delivery.DEAD, None),
            ("b/instead/protection-head", Delivery.SENT, None),
            ("c", Delivery.RETRYING, late),
            *((f"d{number}", Delivery.DEAD, None) for number in range(3)),
        )
    ]
    with gear(load_settings()) as at:
        at.service.ledger.commit(Commit("cosmetics", (), notices=tuple(rows)))
    found = findings(bureau, code=1)["notices"]
    told = "remind to coordinator about cosmetics/draft: 550"
    assert [(one["level"], one["found"]) for one in found] == [
        *(("bad", told), ("bad", told), ("bad", told)),
        ("bad", "1 more reached nobody"),
        ("warn", "1 late or refused so far"),
    ]
    assert found[0]["remedy"] == (
        "correct the channels of coordinator; duban notices resend cosmetics/a --as administrator --reason TEXT"
    )
    assert found[3]["remedy"] == "duban notices; duban notices resend --dead --as administrator --reason TEXT"


def test_dead_notices_whose_matter_is_over_or_that_a_deputy_has_are_no_trouble(bureau: Bureau) -> None:
    bureau.tick()
    bureau.ok("cancel", "cosmetics/draft", "--as", "coordinator", "--reason", "并入")
    dead = (Delivery.DEAD, datetime(2024, 4, 1, tzinfo=UTC), None, 4, "550")
    row = NoticeRow("a", "cosmetics", "draft", "remind", "remind", "coordinator", *dead)
    with gear(load_settings()) as at:
        at.service.ledger.commit(Commit("cosmetics", (), notices=(row,)))
    assert [(one["level"], one["found"]) for one in findings(bureau)["notices"]] == [
        ("ok", "none stuck; 1 undeliverable ones went to deputies, or their matter is over")
    ]


def test_initiatives_nobody_has_looked_at_for_hours(bureau: Bureau) -> None:
    bureau.tick("cosmetics")
    assert findings(bureau)["waiting"][0]["found"] == "1 initiatives have waited for a look for more than 60 min"
    bureau.at("2024-04-12 12:00")
    assert findings(bureau)["waiting"][0]["found"] == "2 initiatives have waited for a look for more than 60 min"


@pytest.mark.parametrize(("free", "level"), [(5e9, Level.OK), (5e8, Level.WARN), (5e7, Level.BAD)])
def test_room_on_the_disk(bureau: Bureau, monkeypatch: pytest.MonkeyPatch, free: float, level: Level) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(free))
    assert health.disk(load_settings()).level is level


def test_a_server_that_is_named_and_does_not_answer_is_bad(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    found: Any = findings(bureau, code=1)
    assert levels(found)["stack"] == "ok"
    assert "does not answer" in found["server"][0]["found"]


def test_a_password_that_others_can_read_is_bad(bureau: Bureau) -> None:
    keep_password(bureau.var, None)
    assert "password" not in findings(bureau)
    password_file(bureau.var).chmod(0o640)
    found = findings(bureau, code=1)["password"]
    assert [(one["level"], one["found"]) for one in found] == [
        ("bad", f"{password_file(bureau.var)} can be read by others")
    ]


@pytest.mark.parametrize(("status", "level"), [(200, Level.BAD), (401, Level.OK)])
def test_an_offices_server_that_lets_anybody_in_is_bad(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, http_server: HttpServer, status: int, level: Level
) -> None:
    for name in QUIET:
        monkeypatch.setenv(name, QUIET[name])  # it is told so anyway, and must forget it afterwards
    (bureau.var / CLOCK_FILE).unlink()
    monkeypatch.setenv("PREFECT_API_URL", http_server.says("3.8.8").url)
    answers, closed = islice(prefect.server(load_settings(), None), 1), prefect.closed
    assert [one.level for one in answers] == [Level.OK]
    http_server.says("3.8.8", status)
    assert closed(http_server.url).level is level


@pytest.mark.parametrize("login", ["me:s3cr3t", "me:s3cr3t@evil.cn", "me:1/s3cr3t", "me:s3cr3t?x=y", "s3cr3t"])
def test_a_login_in_the_address_of_prefects_server_is_not_told(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", f"http://{login}@127.0.0.1:1/api")
    result = bureau.run("doctor")
    assert result.exit_code == 1
    assert "does not answer" in result.output
    assert not any(part in result.output for part in ("s3cr3t", "evil", "me:"))
    told = bureau.run("report", "cosmetics/draft", "--as", "protection-officer", "--progress", "10", "--note", "x")
    assert "s3cr3t" not in told.output


def test_the_password_of_the_ledger_is_not_told(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    for login in ("duban:s3cr3t", "duban:p@s3cr3t", "duban:s3/cr3t"):
        monkeypatch.setenv("DUBAN_LEDGER_URL", f"postgresql://{login}@127.0.0.1:1/ledger?password=s3cr3t")
        result = bureau.run("doctor")
        assert result.exit_code == 1
        assert "s3cr3t" not in result.output
        assert "cr3t" not in result.output


# What hangs -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duban.cli.stack.doctor.doctor.LONGEST", 4.0)
    monkeypatch.setattr("duban.cli.stack.doctor.doctor.ALTOGETHER", 8.0)
    monkeypatch.setattr("duban.cli.stack.doctor.doctor.LEAST", 2.0)


LOOKS = {
    "disk": health.disk,
    "server": prefect.server,
    "password": prefect.password,
    "people": health.people,
    "notices": health.notices,
    "ledger": health.ledger,
    "clock": health.clock,
}


@pytest.mark.usefixtures("hasty")
def test_whatever_hangs_is_named_and_keeps_doctor_from_no_answer(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau.tick()
    released = Event()
    for look in LOOKS.values():
        monkeypatch.setattr(f"{look.__module__}.{look.__name__}", lambda *given: released.wait())
    found = findings(bureau, code=1)
    released.set()
    hanging = {check for check, all_ in found.items() if all_[0]["found"] == "could not be found out in time"}
    assert hanging >= LOOKS.keys()
    assert {"python", "settings", "stack"} <= found.keys() - hanging


@pytest.mark.postgres
def test_a_database_that_is_frozen_is_named_and_so_is_what_is_unknown_thereby(
    bureau: Bureau, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUBAN_LEDGER_URL", postgres_url)
    monkeypatch.setattr("duban.adapters.patient.CONNECTING", 2)
    bureau.tick()
    with open_ledger(postgres_url, "small-2024") as ledger, reading(ledger.engine) as connection:
        postmaster = psutil.Process(connection.scalar(text("SELECT pg_backend_pid()"))).parent()
    assert postmaster is not None
    postmaster.suspend()
    try:
        (said,) = findings(bureau, code=1)["ledger"]
        shown = bureau.run("show")
        report = bureau.run("report", "cosmetics/draft", "--as", "protection-officer", "--progress", "10")
    finally:
        postmaster.resume()
    assert "the server cannot be used (connection timeout expired)" in said["found"]
    assert "nothing is known of: deployments, calendar, applied" in said["remedy"]
    assert {shown.exit_code, report.exit_code} == {Exit.LEDGER}
    assert "the server cannot be used" in shown.output
    assert bureau.run("show").exit_code == 0


def test_a_server_of_prefect_that_never_comes_to_its_answer(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duban.cli.prefect_server.PATIENCE", 0.5)
    with Tap(How.DRIP, b"HTTP/1.1 200 OK\r\nX: ") as tap:
        monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{tap.port}/api")
        (said,) = findings(bureau, code=1)["server"]
        assert "does not answer" in said["found"]
        assert tap.came


def test_hosts_whose_files_differ_are_named_and_so_is_the_application_all_go_by(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau.tick()
    with gear(load_settings()) as at:
        apply(at.service, load_office(load_settings()), Author("coordinator"))

    def tell(name: str, *waiting: str) -> None:
        settings = load_settings()
        with gear(settings) as at:
            told = host_files.Host(name, at.service.office.applied, waiting, host_files.marks_of(settings))
            host_files.tell(at.service.ledger, told, at.service.clock.now())

    monkeypatch.setattr("duban.adapters.host_files.platform.node", lambda: "office-1")
    tell("office-2")
    (alike,) = findings(bureau)["hosts"]
    assert (alike["level"], alike["found"]) == ("ok", "2 on this ledger, by application 1: office-1, office-2")

    template = next(bureau.config.glob("notices/*"))
    template.write_text(template.read_text("utf-8") + "\n", "utf-8")
    tell("office-3", "plan")
    told = [one["found"] for one in findings(bureau, Exit.PROBLEMS)["hosts"]]
    assert told == [
        "files differ from host to host: notices: office-2 ≠ office-1, office-3",
        "files on office-3 say something else than application 1: plan",
        "3 on this ledger, by application 1: office-1, office-2, office-3",
    ]
    with gear(load_settings()) as at:
        later = at.service.clock.now() + host_files.HEARD
        assert host_files.told(at.service.ledger, later) == [], "who has told nothing for long is not there"
