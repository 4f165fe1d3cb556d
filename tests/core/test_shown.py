"""What a run is called and says in Prefect: its light in words, what became of a form first."""

from duban.core.ledger.summary import Light
from duban.core.telling.shown import NOT_ACCEPTED, REFUSED, RUNS, form_name, lit, run_message, run_name
from tests.core.builders import Story, day, work

TODAY = day("2024-06-03")


def test_runs_bear_prefects_own_names_for_their_types() -> None:
    """Others its interfaces list only once a filter is touched."""
    assert set(RUNS) == set(Light)
    assert {(word.name, word.shape) for word in (*RUNS.values(), REFUSED)} == {
        ("Completed", "COMPLETED"),
        ("Crashed", "CRASHED"),
        ("Failed", "FAILED"),
        ("Cancelled", "CANCELLED"),
    }


def test_a_run_says_its_light_in_words_and_first_what_was_taken_in() -> None:
    story = Story(work("draft"), work("issue"))
    office, seen = story.office, story.summary
    assert run_name(TODAY, seen) == "🟢绿灯 0/2 2024-06-03"
    assert run_message(office, seen) == "绿灯 0/2 正常推进"
    assert run_name(TODAY, seen, "某岗签收“起草”") == "🟢绿灯 0/2 已受理：某岗签收“起草” 2024-06-03"
    assert run_message(office, seen, "某岗签收“起草”") == "已受理：某岗签收“起草”；绿灯 0/2 正常推进"


def test_no_light_is_said_in_words_too() -> None:
    story = Story(work("draft")).act("leader", "cancel", "draft", "任务取消")
    office, seen = story.office, story.summary
    assert run_name(TODAY, seen).startswith(lit(seen.light))
    assert run_message(office, seen).split(" ")[0] == lit(seen.light)[1:]
    assert lit(Light.OFF) == "⚪不亮灯"


def test_the_name_of_a_run_is_kept_short_and_on_one_line() -> None:
    assert form_name(NOT_ACCEPTED, "一行\n两行") == "未受理：一行 两行"
    assert form_name(NOT_ACCEPTED, "长" * 100) == f"未受理：{'长' * 47}…"
