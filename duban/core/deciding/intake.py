"""What people type, on its way in: each text one line, none too long. By whatever way they act, it comes by here."""

from dataclasses import replace

from duban.core.deciding.commands import Command, Refused
from duban.core.planning.plan import StepRef
from duban.core.typed import one_line

LONGEST_REASON = 2000
LONGEST_EVIDENCE = 300
MOST_EVIDENCE = 50
LONGEST_WORD = 200
"""Of names, days and keys: what is longer is none."""

LONGEST_HEARD = 500
"""Of what a program or a service outside said: the rest is left out."""


def taken_in(command: Command) -> Command:
    """A command as it may be carried out; raises Refused for a text that is too long."""
    if len(command.evidence) > MOST_EVIDENCE:
        raise Refused("too-long", f"成果材料最多{MOST_EVIDENCE}项，收到{len(command.evidence)}项：请合并后填写")
    return replace(
        command,
        step=StepRef(_within("举措编号", command.step.initiative), _within("事项编号", command.step.step)),
        actor=_within("办理人", command.actor),
        reason=reason_in(command.reason),
        evidence=tuple(_within("每项成果材料", item, LONGEST_EVIDENCE) for item in command.evidence),
        to=_within("日期、单位或者事项", command.to),
        on=_within("实际办理日期", command.on),
        because=_within("补录事由", command.because, LONGEST_EVIDENCE),
        via=_within("办理方式", command.via),
        key=_within("命令的名称", command.key or "") or None,
    )


def reason_in(text: str) -> str:
    """A reason, or anything else somebody says at length; raises Refused when it is too long."""
    return _within("情况说明或者理由", text, LONGEST_REASON)


def heard(text: str) -> str:
    """What was said outside, by a service or by an error, as it is kept."""
    line = one_line(text)
    return line if len(line) <= LONGEST_HEARD else f"{line[:LONGEST_HEARD]}…"


def _within(what: str, text: str, longest: int = LONGEST_WORD) -> str:
    line = one_line(text)
    if len(line) > longest:
        raise Refused("too-long", f"{what}最长{longest}字，收到{len(line)}字：请写要点，全文作为材料另附")
    return line
