"""What a refusal means for whoever types commands: the option, the file or the command that helps.

Refusals themselves are in the words of coordinators, who may as well read them on a form, which has no options.
"""

from collections.abc import Mapping

from duban.core.deciding.commands import Refused

REOPEN = "duban reopen 事项 --as 岗位 --reason 理由"

HINTS: Mapping[str, str] = {
    "a-bulletin": "duban bulletin send",
    "a-digest": "--dead",
    "answered": REOPEN,
    "bad-day": "--to 2024-07-15",
    "bad-day-done": "--on 2024-07-15",
    "day-to-come": "--on",
    "built-on": REOPEN,
    "by-missing": "--by 岗位",
    "evidence-missing": "--evidence",
    "has-history": "--cancel 编号，或 --cancel-all-removed；改名的写 was: 原编号",
    "not-removed": "可用 duban diff 查看计划删去的事项",
    "nothing-reported": "--progress、--value 或 --note",
    "reason-missing": "--reason",
    "return-what": "--to 编号",
    "suspended-then": "--on",
    "too-early": "--on",
    "too-long-ago": "--on；期限见 config/duban.toml 的 [acts] back",
    "unknown-initiative": "可用 duban show 查看全部举措",
    "unknown-notice": "可用 duban notices --json 查看 initiative 和 key",
    "unknown-person": "编号见 config/directory.yaml",
    "unknown-step": "可用 duban show 查看全部事项",
}
"""By the code of a refusal."""


def refusal(refused: Refused) -> str:
    """A refusal as a command prints it."""
    hint = HINTS.get(refused.code)
    return f"未受理：{refused}" + (f"（{hint}）" if hint else "")
