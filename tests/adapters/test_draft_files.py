"""A directory gets what it lacks at the end of its lists, and keeps all else to the byte."""

import yaml

from duban.adapters.draft_files import with_people

DIRECTORY = """\
administrator: clerk   # told of failures
posts:
  - {id: head, title: 局长}
  - id: clerk
    title: 干事
    channels:
      - wecom://${KEY}
      - mailto://mail.test

units:
- id: roads
  title: 道路处
  head: head
  officer: clerk
# end
"""


def test_more_posts_and_units_stand_behind_the_last_ones_whatever_these_hold() -> None:
    post, unit = {"id": "new", "title": "新岗位"}, {"id": "law", "title": "法规处", "head": "head", "officer": "new"}
    text = with_people(DIRECTORY, {"posts": [post], "units": [unit]})
    read = yaml.safe_load(text)
    assert read["posts"][-1] == post
    assert read["posts"][1]["channels"] == ["wecom://${KEY}", "mailto://mail.test"]
    assert read["units"][-1] == unit
    assert [line for line in text.splitlines() if line not in DIRECTORY.splitlines()] == [
        "  - {id: new, title: 新岗位}",
        "- {id: law, title: 法规处, head: head, officer: new}",
    ]
    assert with_people(DIRECTORY, {"posts": [], "units": []}) == DIRECTORY
