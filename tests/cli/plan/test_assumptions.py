"""`assumptions`, and `show --expanded`: what the files say once patterns are written out."""

import pytest

from tests.cli.conftest import Bureau, lines, write

PATTERN = """\
id: rules
title: 制定办法
assumed: true
values: {document: 名称}
steps:
  - {id: draft, title: "起草{document}", kind: work, duration: [3, 5, 8]}
  - {id: count, title: 统计, kind: indicator, needs: [draft], target: {at_least: 3, unit: 件}}
  - {id: issued, title: "{document}印发", kind: milestone, needs: [draft], due: 20 working days after draft}
"""
RULES = """\
id: {0}
title: 办法
source: "{1}"
lead: service
supervisor: deputy-director
assumed: true
pattern: rules
values: {{document: 《办法》}}
dates: {{draft: 2024-05-24}}
change: {{draft: {{also_needs: [training/lecture]}}, count: {{assumed: false}}}}
steps:
  - {{id: own, title: 自办, kind: work, needs: [issued], duration: 3, assumed: true}}
  - {{id: known, title: 文件所定, kind: work}}
"""


@pytest.fixture
def patterned(bureau: Bureau) -> Bureau:
    write(bureau.config / "patterns", {"rules.yaml": PATTERN})
    files = {f"{name}.yaml": RULES.format(name, source) for name, source in (("a-rules", "2.2"), ("b-rules", "2.3"))}
    write(bureau.config / "plans" / "small-2024" / "service", files)
    return bureau


def test_everything_assumed_is_listed_what_is_shared_once(patterned: Bureau) -> None:
    found = patterned.json("assumptions")
    places = [(one["file"], one["line"], one["step"], one["key"], one["initiatives"]) for one in found]
    file, both = "config/plans/small-2024/service/{}.yaml", ["a-rules", "b-rules"]
    expected = []
    for name in both:
        at = file.format(name)
        expected += [(at, 6, None, None, [name]), (at, 9, "draft", "due", [name])]
        expected += [(at, 10, "draft", "needs", [name]), (at, 12, "own", None, [name])]
    cosmetics = ("config/plans/small-2024/protection/cosmetics.yaml", 14, "publicity", None, ["cosmetics"])
    shared = [("config/patterns/rules.yaml", line, step, None, both) for line, step in ((6, "draft"), (8, "issued"))]
    assert places == [cosmetics, *expected, *shared]
    assert [(one["title"], one["duration"], one["due"], one["pattern"]) for one in found[-2:]] == [
        ("起草{document}", "[3, 5, 8]", None, "rules"),
        ("{document}印发", None, "20 working days after draft", "rules"),
    ]


def test_assumptions_of_one_initiative_for_people(patterned: Bureau) -> None:
    printed = [" ".join(line.split()) for line in lines(patterned.ok("assumptions", "a-rules"))]
    assert printed[1] == "config/plans/small-2024/service/a-rules.yaml:6 a-rules 办法"
    assert printed[-2].startswith("config/patterns/rules.yaml:8 模式 rules（1项举措） issued {document}印发")
    assert printed[-1] == "共6处假定"
    assert patterned.run("assumptions", "c-rules").exit_code == 2


def test_an_initiative_written_out(patterned: Bureau) -> None:
    printed = patterned.ok("show", "a-rules", "--expanded")
    assert "  # pattern rules (config/patterns/rules.yaml:6); here: due, needs\n  - id: draft\n" in printed
    assert "  # own (config/plans/small-2024/service/a-rules.yaml:12)\n  - id: own\n" in printed
    assert "    target:\n      at_least: 3.0\n      unit: 件\n" in printed
    assert "{document}" not in printed


def test_what_is_written_out_says_the_same(patterned: Bureau) -> None:
    before = patterned.ok("show", "a-rules", "--expanded")
    write(patterned.config / "plans" / "small-2024" / "service", {"a-rules.yaml": before})
    after = patterned.ok("show", "a-rules", "--expanded")

    def said(text: str) -> list[str]:
        return [line for line in lines(text) if not line.lstrip().startswith("#")]

    assert said(after) == said(before)


@pytest.mark.parametrize(("words", "code"), [((), 2), (("a-rules/draft",), 2), (("a-rule",), 4)])
def test_only_an_initiative_is_written_out(patterned: Bureau, words: tuple[str, ...], code: int) -> None:
    assert patterned.run("show", *words, "--expanded").exit_code == code
