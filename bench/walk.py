"""How far one decision walks through the core: calls, files, and hops from file to file.

    python bench/walk.py [--calls]

A fresh decision about the three steps of the first of the ten things to know (tests/fundamentals): work, a review of
it, and a milestone. Counted are the calls of functions of duban/core, the files these are in, and how often a call
leads from one of them to another. --calls lists them in turn.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import duban.core
from duban.core.deciding.decide import decide
from duban.core.ledger.state import fold

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.core.builders import Story, milestone, review, work

CORE = str(Path(duban.core.__file__).parent)
TARGETS = {"calls": 200, "files": 14, "hops": 80}


def walk(task: Callable[[], object]) -> list[tuple[int, str, str, str]]:
    """Every call of the core that a task makes: its depth, function, file, and the core's file it was called from."""
    calls: list[tuple[int, str, str, str]] = []
    stack: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        file = frame.f_code.co_filename
        if not file.startswith(CORE):
            return
        if event == "call":
            calls.append((len(stack), frame.f_code.co_name, file, stack[-1] if stack else file))
            stack.append(file)
        elif event == "return" and stack:
            stack.pop()

    sys.setprofile(note)
    try:
        task()
    finally:
        sys.setprofile(None)
    return calls


def main() -> None:
    story = Story(work("draft"), review("check", "draft"), milestone("adopted", "check"))
    look, state = story.look, fold([])
    calls = walk(lambda: decide(look, state))
    if "--calls" in sys.argv:
        for depth, function, file, _ in calls:
            print(f"{'  ' * depth}{Path(file).stem}.{function}")
    hops = sum(file != caller for _, _, file, caller in calls)
    found = {"calls": len(calls), "files": len({file for _, _, file, _ in calls}), "hops": hops}
    for name, target in TARGETS.items():
        print(f"{name:<6} {found[name]:>4}   target {target:>3}: {'met' if found[name] <= target else 'MISSED'}")


if __name__ == "__main__":
    main()
