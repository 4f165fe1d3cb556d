"""The folder of a small bureau that lives under the real clock: at this moment, whenever that is, it is at work.

Its dates are counted from today, every day around is a working day of its calendar, and it lies in the time zone in
which it is noon: so nothing depends on the day or the hour at which somebody runs this.
"""

import re
import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from duban.adapters.clock import SystemClock
from duban.settings import Settings, load_settings
from tests.bureau_folder import CONFIG, TESTS
from tests.receivers.mail import MailReceiver

PLAN = "office-day"
AROUND = 60
"""Days before and after today that are worked."""

SETTINGS = """\
plan = "{plan}"
timezone = "{zone}"
[stack]
port = {port}
[patrol]
every = {every}
"""


@dataclass(frozen=True)
class OfficeFolder:
    """A bureau's `config/`; its `var/` is made by `duban up` alone."""

    root: Path

    @property
    def settings(self) -> Settings:
        """As a command run in this folder reads them."""
        return load_settings(self.root / "config" / "duban.toml", {})

    @property
    def var(self) -> Path:
        return self.root / "var"


def make_office(root: Path, mail: MailReceiver, *, port: int, every: int) -> OfficeFolder:
    """Write a bureau whose people are written to by mail, and patrolled every so many seconds."""
    config, now = root / "config", SystemClock().now()
    zone = where_it_is_noon(now)
    today = now.astimezone(ZoneInfo(zone)).date()
    shutil.copytree(TESTS / "plans" / PLAN, config / "plans" / PLAN)
    for file in (config / "plans" / PLAN).rglob("*.yaml"):
        file.write_text(dated(file.read_text("utf-8"), today), "utf-8")
    shutil.copy(CONFIG / "rehearsal.yaml", config)
    (config / "escalation.yaml").write_text(with_digest_soon(now.astimezone(ZoneInfo(zone))), "utf-8")
    shutil.copytree(CONFIG / "notices", config / "notices")
    (config / "directory.yaml").write_text(with_channels(mail), "utf-8")
    (config / "calendar.yaml").write_text(all_worked(today), "utf-8")
    (config / "duban.toml").write_text(SETTINGS.format(plan=PLAN, zone=zone, port=port, every=every), "utf-8")
    return OfficeFolder(root)


def where_it_is_noon(now: datetime) -> str:
    """A time zone in which it is between twelve and one."""
    ahead = 12 - now.astimezone(ZoneInfo("UTC")).hour
    return f"Etc/GMT{-ahead:+d}"  # its sign is the other way round: what is ahead of Greenwich is minus


def dated(text: str, today: date) -> str:
    """A file with `TODAY+5` and the like made dates."""
    return re.sub(r"TODAY([+-]\d+)", lambda found: str(today + timedelta(days=int(found[1]))), text)


def with_digest_soon(now: datetime) -> str:
    """The project's own ladders and hours; the day's digest is sent in a minute or two."""
    text = (CONFIG / "escalation.yaml").read_text("utf-8")
    return re.sub(r'^digest: "09:00"$', f'digest: "{now + timedelta(minutes=2):%H:%M}"', text, flags=re.MULTILINE)


def with_channels(mail: MailReceiver) -> str:
    """The directory of the small plans, everybody with an address of his own at a mail server."""
    directory = yaml.safe_load((TESTS / "plans" / "office" / "directory.yaml").read_text("utf-8"))
    for post in directory["posts"]:
        post.pop("absences", None)
        post["channels"] = [mail.address_of(f"{post['id']}@duban.test")]
    return str(yaml.safe_dump(directory, allow_unicode=True))


def all_worked(today: date) -> str:
    """A calendar in which every day around today is worked."""
    first, last = today - timedelta(days=AROUND), today + timedelta(days=AROUND)
    worked = {"first": first, "last": last, "note": "天天上班"}
    return str(yaml.safe_dump({"working_days": [worked]}, allow_unicode=True))
