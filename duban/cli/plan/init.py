"""`duban init`: a folder for a new bureau (新建一个单位的配置)."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from duban.adapters.yaml_models import file_name
from duban.core.deciding.commands import Refused
from duban.core.planning.values import UNSAID
from duban.core.problems import BadInput, Problem
from duban.settings import load_settings

if TYPE_CHECKING:
    from duban.adapters.starting import Start

app = typer.Typer()

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NUMBER = "〔{year}〕{initiative}-{sequence}号"
NEXT_YEAR_FROM = 10
"""The month from which on the plan is next year's, where nobody says which."""


@app.command()
def init(  # noqa: PLR0917  typer gives options by name
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where config/ is written.")],
    name: Annotated[str | None, typer.Option(help="The bureau's name, at the head of its letters.")] = None,
    country: Annotated[str | None, typer.Option(help="Whose holidays count: two letters (ISO 3166).")] = None,
    subdivision: Annotated[str | None, typer.Option(help="A state or province with holidays of its own.")] = None,
    weekend: Annotated[str | None, typer.Option(help="Days off, as friday,saturday; else the country's.")] = None,
    timezone: Annotated[str | None, typer.Option(help="As Europe/Madrid; else the country's first.")] = None,
    number: Annotated[str | None, typer.Option(help="Form of letters' numbers, as " + NUMBER)] = None,
    issue: Annotated[str | None, typer.Option(help="Form of bulletins' numbers; else made of letters'.")] = None,
    year: Annotated[int | None, typer.Option(min=2000, max=2100, help="The plan's year.")] = None,
) -> None:
    """Write a new bureau's config/, to be filled in; asks at a terminal for what is not given (新建单位配置)."""
    from duban.adapters.clock import SystemClock  # noqa: PLC0415  other commands start faster
    from duban.adapters.starting import Start, issue_form, known_country, known_number, zone_of  # noqa: PLC0415  as above

    now = SystemClock().now()
    if (folder / "config").exists():
        raise Refused("exists", f"{folder / 'config'} 已经存在，未作改动：请另选文件夹")
    name = _asked(name, "单位名称 (name of the bureau)", UNSAID)
    country = _asked(country, "国家代码，两个字母 (country, two letters)", UNSAID, known_country).upper()
    form = _asked(number, "函件编号 (form of letters' numbers)", UNSAID + NUMBER, known_number)
    said = Start(
        name=name,
        country=country,
        subdivision=subdivision,
        weekend=_days(_asked(weekend, "每周休息日，不写即按该国 (weekend, as friday,saturday)", "", _known_days)),
        timezone=_asked(timezone, "时区 (time zone)", zone_of(country), ZoneInfo),
        number=form,
        issue=issue or issue_form(form),
        year=year or now.year + (now.month >= NEXT_YEAR_FROM),
    )
    _write(folder, said)
    typer.echo(f"已写入{file_name((folder / 'config').absolute())}。接着（在该文件夹中）：")
    typer.echo("　duban check 列出还要填写的内容；duban rehearse 推演全年；duban up 演示")


def _asked(given: str | None, question: str, otherwise: str, check: Callable[[str], object] = str) -> str:
    """What was given, or is answered at a terminal, or stands for what nobody says; `check` raises ValueError."""
    if given is not None or sys.stdin is None or not sys.stdin.isatty():
        return otherwise if given is None else given.strip()

    def taken(answer: str) -> str:
        try:
            check(answer.strip())
        except ValueError as error:  # asked again
            raise typer.BadParameter(str(error).splitlines()[-1].partition(" [type=")[0].strip()) from None
        return answer.strip()

    answer: str = typer.prompt(question, default=otherwise, show_default=bool(otherwise), value_proc=taken)
    return answer


def _days(text: str) -> tuple[str, ...]:
    return tuple(day for one in text.replace("，", ",").split(",") if (day := one.strip().lower()))


def _known_days(text: str) -> None:
    if wrong := [day for day in _days(text) if day not in WEEKDAYS]:
        raise ValueError(f"{wrong[0]!r} is no day of the week; write {', '.join(WEEKDAYS)}")


def _write(folder: Path, said: "Start") -> None:
    from duban.adapters.starting import start  # noqa: PLC0415  as above
    from duban.wiring import load_office  # noqa: PLC0415  as above

    try:
        start(folder, said, lambda settings: load_office(load_settings(settings, {})))
    except FileExistsError as error:  # made meanwhile
        raise Refused("exists", f"{error} 已经存在，未作改动") from None
    except BadInput as error:
        raise BadInput(Problem("duban init", 0, p.id, p.message, p.remedy) for p in error.problems) from None
