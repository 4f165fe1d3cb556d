"""Settings: `config/duban.toml`, overridden by environment variables. The one place that reads the environment."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from duban.core.problems import BadInput, Problem, nearest
from duban.core.texts import Text, english, said_elsewhere
from duban.settings_tables import (
    TABLES,
    ActsFile,
    ChannelsFile,
    DeskFile,
    LogFile,
    MetricsFile,
    PatrolFile,
    SealsFile,
    SettingsFile,
    StackFile,
    WorkerFile,
)
from duban.unsaid import TIMEZONE
from duban.written import Unreadable, written_text

DEFAULT = Path("config/duban.toml")
SETTINGS_VARIABLE = "DUBAN_SETTINGS"
LEDGER_VARIABLE = "DUBAN_LEDGER_URL"
CLOCK_VARIABLE = "DUBAN_CLOCK"
PLAN_VARIABLE = "DUBAN_PLAN"
DESK_VARIABLE = "DUBAN_DESK"
"""Where the stack says at which address its desk answers."""

LANGUAGE_VARIABLE = "DUBAN_LANG"
LANGUAGES = ("zh_CN", "en")
"""In which messages are shown, the usual one first."""

LINK_KEY_VARIABLE = "DUBAN_LINK_KEY"
"""Where an office with several machines says the one key of its links."""

LOG_VARIABLE = "DUBAN_LOG"
"""Where the stack says that a process logs JSON, and as which part."""

CLOCK_FILE = "rehearsal-clock"
"""Under `var`: there only where a rehearsal lives, so that nobody mistakes its ledger for the office's own."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings with every path made absolute. `ledger` is an SQLAlchemy URL; `backups` where the office keeps those of
    the ledger, or None; `clock` a rehearsal's clock file or None; `leap` and `witness` as `[clock]` has them; `store`
    where hosts keep what they share, if not under `var`.

    `root` is the folder that holds `config/`; `variables` are what `${NAME}` in channels may name. `plan` is the folder
    of the plan that is meant, `plans` those of all that go on here.
    """

    file: Path
    root: Path
    plan: Path
    plans: tuple[Path, ...]
    patterns: Path
    directory: Path
    escalation: Path
    calendar: Path
    rehearsal: Path
    notices: Path
    papers: Path
    var: Path
    mail: Path
    store: str | None
    zone: ZoneInfo
    ledger: str
    backups: Path | None
    clock: Path | None
    stack: StackFile
    worker: WorkerFile
    acts: ActsFile
    leap: int
    witness: str | None
    channels: ChannelsFile
    patrol: PatrolFile
    desk: DeskFile
    seals: SealsFile
    metrics: MetricsFile
    log: LogFile
    variables: Mapping[str, str]

    @property
    def rehearsed(self) -> bool:
        """Whether letters go into the mail folder alone, because time is a rehearsal's."""
        return self.clock is not None and not self.channels.rehearsal

    @property
    def desk_address(self) -> str:
        """Where people's browsers find the desk: its public name, else the running stack's; empty where there is none.

        Never what a request says of itself.
        """
        return self.desk.address or self.variables.get(DESK_VARIABLE, "")

    @property
    def seals_at(self) -> str:
        """Where seals are kept: a path, or an address for fsspec. Those of a rehearsal never get among the office's."""
        named = self.seals.folder
        if self.clock is not None:
            return str(self.var / "seals")
        if named is None:
            return self.kept_at("seals")
        return named if "://" in named else str(self.root / named)

    def logs_as(self, part: str) -> str:
        """As which part a process logs JSON, `part` unless the stack said another; empty where it logs as ever."""
        return self.variables.get(LOG_VARIABLE, "") or (part if self.log.objects else "")

    @property
    def in_common(self) -> str:
        """What all hosts on one ledger must say alike, in words to compare."""
        plans = [plan.name for plan in self.plans]
        said = (self.zone, self.acts, self.leap, self.channels, self.patrol, self.desk.address, self.stack.pool)
        return repr((plans, *said))

    def kept_at(self, name: str) -> str:
        """Where all hosts keep letters, evidence and the like: a path, or fsspec's address; a rehearsal's apart."""
        if self.store is None:
            return str(self.mail if name == "mail" else self.var / name)
        return f"{self.store.rstrip('/')}/{'rehearsal/' if self.clock else ''}{name}"

    @property
    def patrol_every(self) -> int | None:
        """Seconds between two patrols; None in a rehearsal, whose conductor patrols."""
        return None if self.clock else self.patrol.every


def settings_file(environment: Mapping[str, str] | None = None) -> Path:
    """Where the settings stand, whether or not they are there."""
    variables = os.environ if environment is None else environment  # noqa: TID251  the one place
    return Path(variables.get(SETTINGS_VARIABLE, DEFAULT)).absolute()


def spoken(name: str) -> str | None:
    """The language that a name means, as `en`, `zh` or `zh-CN`; None where messages do not exist in it."""
    meant = re.split("[-_.]", name.lower())[0]
    return next((known for known in LANGUAGES if known.partition("_")[0] == meant), None)


def language_name(environment: Mapping[str, str] | None = None) -> str:
    """In which language messages are shown: the variable's, else that of the settings; the usual one without either.

    What is wrong with either is for `load_settings` to tell.
    """
    variables = os.environ if environment is None else environment  # noqa: TID251  the one place
    if (named := spoken(variables.get(LANGUAGE_VARIABLE, ""))) is not None:
        return named
    try:
        return _read(settings_file(variables)).language
    except BadInput:
        return LANGUAGES[0]


def logs_as(environment: Mapping[str, str] | None = None) -> str:
    """The part as which this process logs JSON; empty where it logs as ever."""
    variables = os.environ if environment is None else environment  # noqa: TID251  the one place
    return variables.get(LOG_VARIABLE, "")


def load_settings(file: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raises BadInput naming the key and the remedy."""
    variables = dict(os.environ) if environment is None else dict(environment)  # noqa: TID251  the one place
    _refuse(variables)
    values = _read(file := (file or settings_file(variables)).absolute())
    config = (file := file.resolve()).parent
    root = config.parent
    var = root / values.var
    return Settings(
        file=file,
        root=root,
        plan=config / "plans" / _meant(file, values, variables),
        plans=tuple(config / "plans" / plan for plan in dict.fromkeys((values.plan, *values.beside))),
        patterns=config / "patterns",
        directory=config / "directory.yaml",
        escalation=config / "escalation.yaml",
        calendar=config / "calendar.yaml",
        rehearsal=config / "rehearsal.yaml",
        notices=config / "notices",
        papers=config / "papers",
        var=var,
        mail=var / "mail",
        store=values.store and (values.store if "://" in values.store else str(root / values.store)),
        zone=_zone(file, values.timezone),
        ledger=variables.get(LEDGER_VARIABLE) or values.ledger or f"sqlite:///{var / 'ledger.sqlite'}",
        backups=root / values.backups if values.backups else None,
        clock=_clock(var, variables),
        stack=values.stack,
        worker=values.worker,
        acts=values.acts,
        leap=values.clock.leap,
        witness=values.clock.witness,
        channels=values.channels,
        patrol=values.patrol,
        desk=values.desk,
        seals=values.seals,
        metrics=values.metrics,
        log=values.log,
        variables=variables,
    )


def _refuse(variables: Mapping[str, str]) -> None:
    """Refuse variables of ours that hold bytes of another encoding, or a NUL, or a language that is not there."""
    ours = (SETTINGS_VARIABLE, LEDGER_VARIABLE, CLOCK_VARIABLE, PLAN_VARIABLE, DESK_VARIABLE, LANGUAGE_VARIABLE)
    wrong = [name for name in ours if not (text := variables.get(name, "")).isprintable() and text]
    if wrong:
        raise BadInput(
            Problem(name, 0, "not-text", english("it holds what is no text"), english("set it anew, in UTF-8"))
            for name in wrong
        )
    named = variables.get(LANGUAGE_VARIABLE, "")
    if named and spoken(named) is None:
        message = english("messages do not exist in {language!r}", language=named)
        remedy = english("use one of: {known}", known=LANGUAGES)
        raise BadInput([Problem(LANGUAGE_VARIABLE, 0, "unknown-language", message, remedy)])


def _meant(file: Path, values: SettingsFile, variables: Mapping[str, str]) -> str:
    """The plan that is meant: the one of the settings, unless somebody names another of those that go on here."""
    named = variables.get(PLAN_VARIABLE) or values.plan
    here = (values.plan, *values.beside)
    if named not in here:
        message = english("there is no plan {plan!r} here, as {by} or --plan names it", plan=named, by=PLAN_VARIABLE)
        raise _bad(file, "unknown-plan", message, nearest(named, here, english("name one of: {known}", known=here)))
    return named


def _clock(var: Path, variables: Mapping[str, str]) -> Path | None:
    if CLOCK_VARIABLE in variables:
        return Path(variables[CLOCK_VARIABLE])
    return var / CLOCK_FILE if (var / CLOCK_FILE).exists() else None


def _read(file: Path) -> SettingsFile:
    try:
        if not os.path.lexists(file):
            remedy = english("run in the project's folder, or set {variable}", variable=SETTINGS_VARIABLE)
            raise _bad(file, "no-settings", english("there is no such file"), remedy)
        return SettingsFile.model_validate(tomllib.loads(written_text(file)))
    except Unreadable as error:
        raise BadInput([error.problem(file.name)]) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _broken(file, str(error)) from None
    except ValidationError as error:
        raise BadInput(_problem(file, dict(item)) for item in error.errors()) from None


def _broken(file: Path, said: str) -> BadInput:
    """A file that is no TOML, by the line that its reader names."""
    found = re.search(r" \(at line (\d+), column \d+\)$", said)
    line, what = (int(found[1]), said[: found.start()]) if found else (0, said)
    return BadInput([Problem(file.name, line, "broken-toml", said_elsewhere(what), english("mend the line"))])


def _problem(file: Path, error: dict[str, object]) -> Problem:
    keys = [str(part) for part in error["loc"]]  # type: ignore[attr-defined]  # pydantic gives a tuple
    name = ".".join(keys)
    if error["type"] == "extra_forbidden":
        fields = (TABLES[keys[0]] if len(keys) > 1 else SettingsFile).model_fields
        known = [field.alias or key for key, field in fields.items()]
        remedy = nearest(keys[-1], known, english("remove it"))
        return Problem(file.name, 0, "unknown-key", english("unknown setting {name}", name=name), remedy)
    message = said_elsewhere(f"{name}: {error['msg']}")
    return Problem(file.name, 0, "wrong-value", message, english("see the comment beside it"))


def _zone(file: Path, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        message = english("there is no time zone {name!r}", name=name)
        raise _bad(file, "unknown-timezone", message, english("write {zone}, say", zone=TIMEZONE)) from None


def _bad(file: Path, id: str, message: Text, remedy: Text) -> BadInput:
    return BadInput([Problem(file.name, 0, id, message, remedy)])
