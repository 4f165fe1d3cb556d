"""`duban apply`: putting the plan of the files in force, and bringing the Prefect server to it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from duban.applying import Author, apply, propose
from duban.cli.account import by_command
from duban.cli.exits import ServerUnreachable
from duban.cli.language import Lang
from duban.cli.opening import Opened, opened
from duban.cli.output import print_json
from duban.cli.plan.diff import say, written
from duban.cli.plan.revisions import describe, report
from duban.cli.prefect_server import address, ask, connect
from duban.core.deciding.office import Office
from duban.core.texts import Text, english, joined, mandarin

if TYPE_CHECKING:
    from tasks.deploying import Difference

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("apply")
def apply_command(
    *,
    by: Annotated[str, typer.Option(metavar="POST", help="The post that changes the plan.")] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; not needed the first time.")] = "",
    cancel: Annotated[
        list[str] | None,
        typer.Option(metavar="STEP", help="A removed step that may go though it was begun; once for each."),
    ] = None,
    cancel_all: Annotated[
        bool, typer.Option("--cancel-all-removed", help="Let every removed step go that was begun.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the difference and change nothing.")] = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Put the plan of the files in force and bring the Prefect server to it; a second time there is nothing to do."""
    author = Author(by.strip(), reason.strip(), tuple(cancel or ()), cancel_all, by_command())
    with opened() as at:
        wanted = written(at)
        if dry_run:
            proposal, office = propose(at.service, wanted, author), wanted
        else:
            proposal, service = apply(at.service, wanted, author)
            office = service.office
        if not as_json:
            say(describe(proposal))
        server = _Server(at, office)
        server.bring(() if dry_run else proposal.to_look_at, change=not dry_run)
        if as_json:
            print_json({"plan": report(proposal), "applied": not (dry_run or proposal.empty), **server.report()})
        else:
            say(server.lines())
        server.complain()


class _Server:
    """The Prefect server's part of applying a plan; where none is known there is nothing to bring to the plan."""

    def __init__(self, at: Opened, office: Office) -> None:
        self.at, self.office = at, office
        self.known = address(at.settings, at.stack) is not None
        self.changes: Difference | None = None
        self.trouble: ServerUnreachable | None = None

    def bring(self, look_at: Sequence[str], *, change: bool) -> None:
        """Find what differs and, unless it is only asked for, change it and ask for a tick of initiatives."""
        if not self.known:
            return
        try:
            connect(self.at.settings, self.at.stack)
        except ServerUnreachable as trouble:
            self.trouble = trouble
            return
        from flows.wanted import amiss, heal  # noqa: PLC0415  Prefect reads its settings when imported

        under = replace(self.at.service, office=self.office, replans={})
        self.changes = (heal if change else amiss)(under, self.at.settings)
        if change:
            ask(self.at.settings, self.at.stack, self.office.plan, look_at)

    def report(self) -> dict[str, Any]:
        """As data: deployments by name."""
        found = self.changes
        if found is None:
            return {"server": False, "create": [], "update": [], "remove": [], "same": 0}
        create, update = [item.name for item in found.create], [item.wanted.name for item in found.update]
        remove = [item.name for item in found.remove]
        return {"server": True, "create": create, "update": update, "remove": remove, "same": found.same}

    def lines(self) -> Iterator[Text]:
        """In words."""
        if not self.known:
            yield mandarin(
                "没有 Prefect 服务（duban up 未运行，也未设置 PREFECT_API_URL）：只涉及台账，部署待启动后再应用"
            )
        elif self.changes is not None:
            told = self.report()
            for mark, key in (("+", "create"), ("~", "update"), ("-", "remove")):
                yield from (joined(" ", mark, name) for name in told[key])
            same = mandarin("部署：{count} 个不变", count=self.changes.same)
            yield mandarin("部署：无需变更") if self.changes.empty else same

    def complain(self) -> None:
        """Raise ServerUnreachable where a known server did not answer: the ledger is done, the deployments are not."""
        if self.trouble is not None:
            trouble = self.trouble.told
            raise ServerUnreachable(
                english("{trouble}. The ledger is as said above; apply again for the deployments", trouble=trouble)
            )
