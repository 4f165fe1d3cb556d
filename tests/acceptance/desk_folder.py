"""The shipped plan lived today: its dates moved so that its first day is this one, its people written to by mail."""

import re
import shutil
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from duban.adapters.clock import SystemClock
from tests.acceptance.office_folder import OfficeFolder, where_it_is_noon
from tests.bureau_folder import CONFIG
from tests.receivers.mail import MailReceiver

PLAN = "shanghai-2024"
FIRST = date(2024, 3, 25)
"""The day on which the plan begins."""

DAY = re.compile(r"\b20\d\d-\d\d-\d\d\b")
QUARTER = re.compile(r"\b(20\d\d)-Q([1-4])\b")
MONTH = re.compile(r"\b(20\d\d)-(\d\d)\b(?!-)")

SETTINGS = """\
plan = "{plan}"
timezone = "{zone}"
[stack]
port = {port}
[patrol]
every = {every}
[desk]
port = {desk}
"""


def make_desk_office(root: Path, mail: MailReceiver, *, port: int, desk: int, every: int) -> OfficeFolder:
    """Write the shipped bureau as it would stand had its plan been issued this morning."""
    config, now = root / "config", SystemClock().now()
    zone = where_it_is_noon(now)
    today = now.astimezone(ZoneInfo(zone)).date()
    shutil.copytree(CONFIG, config)
    for file in (config / "plans").rglob("*.yaml"):
        file.write_text(moved(file.read_text("utf-8"), today - FIRST), "utf-8")
    escalation = (config / "escalation.yaml").read_text("utf-8")
    at_once = re.sub(r"(slip: [a-z]+)\b(?!, immediate)", r"\1, immediate: true", escalation)
    (config / "escalation.yaml").write_text(at_once, "utf-8")
    (config / "directory.yaml").write_text(everybody_by_mail(mail), "utf-8")
    (config / "calendar.yaml").write_text(every_day_worked(today), "utf-8")
    (config / "duban.toml").write_text(
        SETTINGS.format(plan=PLAN, zone=zone, port=port, every=every, desk=desk), "utf-8"
    )
    return OfficeFolder(root)


def moved(text: str, by: timedelta) -> str:
    """A file with all its days so much later; of a quarter and a month, those in which their last days come to lie."""
    text = DAY.sub(lambda found: str(date.fromisoformat(found[0]) + by), text)
    text = QUARTER.sub(lambda found: _quarter(_end(int(found[1]), 3 * int(found[2])) + by), text)
    return MONTH.sub(lambda found: f"{_end(int(found[1]), int(found[2])) + by:%Y-%m}", text)


def _end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _quarter(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def everybody_by_mail(mail: MailReceiver) -> str:
    """The shipped directory, nobody away, everybody with an address of their own that they alone read."""
    directory = yaml.safe_load((CONFIG / "directory.yaml").read_text("utf-8"))
    for post in directory["posts"]:
        post.pop("absences", None)
        post["channels"] = [mail.address_of(f"{post['id']}@duban.test")]
        post["personal"] = True
    return str(yaml.safe_dump(directory, allow_unicode=True))


def every_day_worked(today: date) -> str:
    """A calendar in which every day of the moved plan is worked, and none of its years is a guess."""
    worked = {"first": today - timedelta(days=30), "last": today + timedelta(days=400), "note": "天天上班"}
    return str(yaml.safe_dump({"working_days": [worked]}, allow_unicode=True))
