"""An initiative as a file would write it: reading it again gives the same steps."""

from duban.core.planning.directory import Directory
from duban.core.planning.expand import expand
from duban.core.planning.plain import plain_heading, plain_step
from duban.core.planning.plan import Initiative
from tests.core.small_plan import BULLETIN, directory_file, plan_file, step, written


def read(*steps: dict[str, object], **more: object) -> Initiative:
    plan = expand(plan_file(), [written("road", *steps, **more)], Directory(directory_file()))
    return plan.initiatives["road"]


STEPS = (
    step("draft", duration=[1, 2, 3], due="2024-06-28", evidence=["方案"], review="head", basis="办法", assumed=True),
    step("show", "period", duration="30 days", needs=["draft"], earliest="3 days after draft", roll="back"),
    step("count", "indicator", needs=["other/done"], target={"at_least": 5, "unit": "件"}, ladder="urgent", was="sum"),
    step("down", "indicator", target={"at_most": 5, "unit": "天", "baseline": 9, "path": {"2024-06": 8}})
    | {"measure": {"by": "csv", "file": "var/a.csv", "take": "count"}},
    step("tell", "action", needs=["show", "count"], action=BULLETIN),
    step("issued", "milestone", needs=["tell"], due="2024-Q4"),
)


def test_what_is_written_out_reads_the_same() -> None:
    before = read(*STEPS, tags=["道路"], assumed=True)
    heading = {key: value for key, value in plain_heading(before).items() if key not in ("id", "title", "source")}
    assert heading == {"lead": "roads", "supervisor": "head", "tags": ["道路"], "assumed": True}
    after = read(*map(plain_step, before.steps.values()), tags=["道路"], assumed=True)
    assert after == before


def test_own_steps_are_named_without_the_initiative_and_milestones_have_no_duration() -> None:
    *_, tell, issued = map(plain_step, read(*STEPS).steps.values())
    assert tell["needs"] == ["show", "count"]
    assert issued == {
        "id": "issued",
        "title": "事项issued",
        "kind": "milestone",
        "needs": ["tell"],
        "due": "2024-Q4",
        "owner": "roads",
    }
