"""A new bureau's `config/`: what duban brings to all, and templates filled in with what its people said."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import jinja2

from duban.adapters.brought import BROUGHT, SHARED
from duban.adapters.files import READABLE, write_atomically
from duban.adapters.public_calendar import CalendarFile
from duban.core.planning.letterhead import Letterhead
from duban.unsaid import COUNTRY

TEMPLATES = Path(__file__).with_name("start")
BASIS = re.compile(r"^ +basis: .*\n", re.MULTILINE)
"""The rule that a figure comes from."""

NOWHERE = "UTC"
"""The time zone of a bureau that has not said where it is."""


@dataclass(frozen=True, slots=True)
class Start:
    """What is said of a new bureau; `weekend` is empty for the country's own. `plan` names its folder."""

    name: str
    country: str
    subdivision: str | None
    weekend: tuple[str, ...]
    timezone: str
    number: str
    issue: str
    year: int

    @property
    def plan(self) -> str:
        """The plan's name, also that of its folder."""
        return f"plan-{self.year}"


def zone_of(country: str) -> str:
    """The first time zone that a country is listed with; UTC for one that has not been said."""
    return next((zone for one, zone in zones() if one == country), NOWHERE)


def zones() -> Iterator[tuple[str, str]]:
    """Countries, by two letters, and their time zones, the one of most people first."""
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            yield country, zone


def known_country(country: str) -> None:
    """Raise ValueError where no holidays are known of a country."""
    CalendarFile(country=country.upper())


def known_number(number: str) -> None:
    """Raise ValueError where it is no form of letters' numbers."""
    Letterhead(number=number)


def issue_form(number: str) -> str:
    """The form of bulletins' numbers that goes with one of letters': the same words before the year."""
    return re.split(r"[〔\[({【]", number, maxsplit=1)[0] + "〔{year}〕{rhythm}报第{issue}期"


def start(folder: Path, said: Start, check: Callable[[Path], object]) -> Path:
    """Write `folder/config` and give it, whole or not at all; `check` is called with the settings before it is there.

    Raises FileExistsError where there is one already.
    """
    config, part = folder / "config", folder / ".new" / "config"
    if config.exists():
        raise FileExistsError(config)
    new = not folder.exists()
    try:
        shutil.rmtree(part.parent, ignore_errors=True)
        _write(part, said)
        check(part / "duban.toml")
        part.rename(config)
        new = False
    finally:
        shutil.rmtree(folder if new else part.parent, ignore_errors=True)
    return config


def _write(config: Path, said: Start) -> None:
    config.mkdir(parents=True)
    for name in SHARED:
        source = BROUGHT / name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, config / name)
    if said.country != COUNTRY:
        _without_rules(config / "patterns")
    for template in sorted(TEMPLATES.rglob("*.j2")):
        name = template.relative_to(TEMPLATES).with_suffix("").as_posix()
        target = name.replace("plan/", f"plans/{said.plan}/", 1)
        write_atomically(config / target, _filled_in(template, said), READABLE)


def _without_rules(patterns: Path) -> None:
    """Take out of patterns which rules of another country their figures come from."""
    for file in patterns.glob("*.yaml"):
        write_atomically(file, BASIS.sub("", file.read_text(encoding="utf-8")), READABLE)


def _filled_in(template: Path, said: Start) -> str:
    words = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True, trim_blocks=True)  # noqa: S701  it is YAML
    texts = {
        "name": said.name,
        "title": f"{said.name}{said.year}年工作要点",
        "number": said.number,
        "issue": said.issue,
        "timezone": said.timezone,
    }
    plain = {"plan": said.plan, "year": said.year, "country": said.country, "subdivision": said.subdivision}
    quoted = {key: json.dumps(text, ensure_ascii=False) for key, text in texts.items()}
    text = words.from_string(template.read_text(encoding="utf-8"))
    return text.render(plain | quoted, weekend=", ".join(said.weekend))
