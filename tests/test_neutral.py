"""No word of the shipped bureau or of its country stands in the code: what is theirs is in files of `config/`."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = ("duban", "flows", "tasks", "deployments")
THEIRS = re.compile(
    r"上海|沪|浦东|黄浦|临港|奉贤|长三角|知识产权|专利|商标|[Ss]hanghai|SIPA|SHIPA|[Pp]udong"
    r"|中国|中华|国务院|[Cc]hina(?![a-z])|(?<!zh-)(?<!zh_)\bCN\b|\bPRC\b|Asia/"
)
DATA = {"duban/unsaid.toml", "deployments/compose/duban.toml", "deployments/kubernetes/duban.toml"}
"""What older folders mean where they do not say it, and by what the shipped bureau is known; settings of the images."""


def texts() -> Iterator[tuple[str, str]]:
    for folder in CODE:
        for file in sorted((ROOT / folder).rglob("*")):
            name = file.relative_to(ROOT).as_posix()
            if file.suffix in {".py", ".j2", ".js", ".css", ".html", ".toml", ".yaml"} and name not in DATA:
                yield name, file.read_text("utf-8")


def test_no_word_of_the_shipped_bureau_or_its_country_is_in_the_code() -> None:
    read = dict(texts())
    assert len(read) > 400
    found = {(name, hit[0]) for name, text in read.items() for hit in THEIRS.finditer(text)}
    assert found == set()


@pytest.mark.parametrize("word", ["上海市", "Asia/Shanghai", 'country = "CN"', "in China", "沪知督", "专利", "SIPA"])
def test_such_words_would_be_found(word: str) -> None:
    assert THEIRS.search(word)


@pytest.mark.parametrize("word", ['lang="zh-CN"', "zh_CN", "machinable", "docs"])
def test_others_are_none(word: str) -> None:
    assert not THEIRS.search(word)
