"""A plain document read: its chapters, sentences, and what each sentence undertakes, as rows of a table would say it.

An undertaking is a clause that begins with a verb by which plans promise something; one without belongs to the clause
before. Units and a deadline in brackets behind a sentence (牵头单位：甲；6月底前完成) are those of all it undertakes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from duban.core.texts import mandarin
from duban.drafting.days import DueKind
from duban.drafting.deadlines import Due, read_due
from duban.drafting.naming import Named, read_units
from duban.drafting.reading import DOCUMENT, YEAR, Draft, NoYear, Question, TaskRow
from duban.drafting.tables import compact, plain
from duban.drafting.units import Names, collective, unnamed

CHAPTER = re.compile(r"^第?[一二三四五六七八九十]{1,3}(?:[、.．]|部分|章)")
PART = re.compile(r"^[（(][一二三四五六七八九十]{1,3}[）)]")
NUMBER = re.compile(r"^(?:\d{1,3}[.．、]|[①-⑳]|[（(]\d{1,3}[）)])")
LONGEST_HEADING = 40
SENTENCE = re.compile(r"[^。]*。(?:\s*[（(][^（()）]*[）)]。?)?")
BEHIND = re.compile(r"[（(]((?:[^（()）]*(?:单位|部门|牵头|负责|科室|处室|完成|底前)[^（()）]*))[）)]。?$")
QUOTED = re.compile(r"《[^《》]*(?:〈[^〉]*〉[^《》]*)?》|“[^”]*”|[（(][^（()）]*[）)]")
BLANKS_BETWEEN = re.compile(r"(?<=[\u3000-\u9fff，。])\s+|\s+(?=[\u3000-\u9fff，。])")
ENDS = re.compile(r"[。：:！；;）)]$")
CLAUSE = re.compile(r"[，,；;]")
ADVERBS = (
    "进一步|持之以恒|驰而不息|更大力度|高标准|高质量|高水平|梯次|深入|持续|加快|积极|大力|不断|全面|稳步|切实|着力|继续|认真|扎实|"
    "有序|统筹|更好|充分|坚决|严格|组织|探索|引领|牢牢|深度|主动|及时|同步|重点|稳妥|有效"
)
VERBS = (
    "制定|制订|修订|出台|印发|起草|编制|建立|健全|完善|建设|建成|构建|打造|搭建|开展|实施|推进|推动|推广|落实|贯彻|加强|强化|深化|"
    "提升|提高|优化|扩大|拓展|举办|办好|召开|承办|协助|支持|指导|引导|促进|培育|培养|吸引|加大|做好|盘活|升级|整合|规范|清理|整治|"
    "完成|新增|新建|改造|创建|申报|发布|公布|组建|筹建|设立|成立|选优|巩固|发挥|营造|实现|塑造|探索|试点|查处|打击|保障|确保|压实|"
    "压减|压缩|推行|启动|争取|力争|配合|参与|调整|纠|编写|运营|服务|宣传|普及|统一|严厉|开工|投用|夯实|支撑|聚焦|围绕"
)
BEGINS = re.compile(f"^(?:(?:{ADVERBS})的?)*(?:{VERBS})")
RESULTS = re.compile("^(?:夯实|支撑|确保|保障|实现|塑造|营造|引导|聚焦|围绕)")
"""What a clause before them is for: undertakings only where nothing else is in the sentence."""

PURPOSE = re.compile("^(?:以|为|从而|不断满足|更好满足)")
LEAD, DUE = "牵头单位", "时限"
"""What is asked about a sentence that does not say it."""

Told = Sequence[tuple[str, str]]
NOTHING: Mapping[str, Told] = {}
ISSUED = re.compile(r"^20\d\d年\d{1,2}月\d{1,2}日$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the document: its chapter, what it undertakes, who and by when as its brackets say."""

    chapter: str
    place: str
    text: str
    undertakings: tuple[str, ...]
    named: Named
    due: str


def read_document(paragraphs: Sequence[str], year: int | None = None, said: Mapping[str, Told] = NOTHING) -> Draft:
    """The undertakings of a document as rows, in order; `said` is what people answered, by the place of a sentence.

    Raises NoYear where it names none.
    """
    whole = "\n".join(paragraphs)
    named = YEAR.search(plain(whole)) or re.search(r"〔(20\d\d)〕", whole)
    if year is None and named is None:
        raise NoYear
    year = year or int(named[1] if named else 0)
    rows, questions = list[TaskRow](), list[Question]()
    for sentence in (_completed(one, dict(said.get(one.place, ()))) for one in sentences(paragraphs)):
        for undertaking in sentence.undertakings:
            row = _row(sentence, undertaking, year)
            rows.append(row)
            questions += _questions(row)
    lines = [compact(line) for line in paragraphs]
    number = next((hit[0] for line in lines if (hit := DOCUMENT.search(line))), "")
    issued = next((read_due(line, year).dates[0] for line in lines if ISSUED.match(line)), None)
    return Draft(year, tuple(rows), tuple(questions), Names(), {}, _heading(paragraphs), number, issued)


def _completed(sentence: Sentence, said: Mapping[str, str]) -> Sentence:
    """The sentence with the units and the deadline that people gave it."""
    named = read_units(said[LEAD]) if LEAD in said else sentence.named
    return replace(sentence, named=named, due=said.get(DUE, sentence.due))


def _heading(paragraphs: Sequence[str]) -> str:
    """What the document is called: the last line before its first chapter that is no sentence."""
    before: list[str] = []
    for paragraph in paragraphs:
        if CHAPTER.match(compact(paragraph)):
            break
        before.append(compact(paragraph))
    titles = [line for line in before if 6 <= len(line) <= 50 and not re.search("[。：:；，]|^20|日$", line)]
    return titles[-1] if titles else next(filter(None, before), "")


def sentences(paragraphs: Sequence[str]) -> Iterator[Sentence]:
    """The sentences of all chapters; what stands before the first is no part of the plan."""
    chapter = part = ""
    counted = 0
    for number, line in _whole(paragraphs):
        text = line
        if CHAPTER.match(line):
            (chapter, text), part = _split(line), ""
        elif PART.match(line):
            part, text = _split(line)
        if not chapter or not text:
            continue
        for hit in SENTENCE.finditer(text if text.endswith(("。", "）", ")")) else f"{text}。"):
            said = NUMBER.sub("", hit[0].strip())
            if len(said) > 1:
                counted += 1
                yield _sentence(f"{chapter}/{part}" if part else chapter, f"第{number}段第{counted}句", said)


def _whole(paragraphs: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The paragraphs with their numbers, those joined that a page's end has parted."""
    begun: tuple[int, str] | None = None
    for number, paragraph in enumerate(paragraphs, 1):
        line = BLANKS_BETWEEN.sub("", paragraph.strip())
        if not line:
            continue
        goes_on = begun is not None and not any(sign.match(line) for sign in (CHAPTER, PART, NUMBER))
        if begun and not goes_on:
            yield begun
        one = (begun[0], begun[1] + line) if begun and goes_on else (number, line)
        begun = None
        if ENDS.search(one[1]) or CHAPTER.match(one[1]):
            yield one
        else:
            begun = one
    if begun:
        yield begun


def _split(text: str) -> tuple[str, str]:
    """A heading, and what follows it in its paragraph: its first sentence where it is short, else all of it."""
    heading, _, rest = text.partition("。")
    if rest and len(heading) <= LONGEST_HEADING:
        return heading, rest
    return (text.rstrip("。"), "") if len(text) <= LONGEST_HEADING else (text[:LONGEST_HEADING], text)


def _sentence(chapter: str, place: str, text: str) -> Sentence:
    behind = BEHIND.search(text)
    said = text[: behind.start()] if behind else text
    inside = behind[1] if behind else ""
    parts = [part for part in re.split("[；;]", inside) if part]
    due = "；".join(part for part in parts if read_due(part, 2000).kind is not DueKind.NONE)
    units = "；".join(part for part in parts if part not in due)
    return Sentence(chapter, place, text, tuple(undertakings(said)), read_units(units) if units else Named((), ()), due)


def undertakings(sentence: str) -> Iterator[str]:
    """What a sentence says will be done, in its own words without adverbs."""
    held: list[str] = []
    covered = QUOTED.sub(lambda hit: held.append(hit[0]) or f"\0{len(held) - 1}\0", sentence.rstrip("。"))  # type: ignore[func-returns-value]
    clauses: list[str] = []
    for clause in CLAUSE.split(covered):
        begins = BEGINS.match(clause) and not PURPOSE.match(clause)
        if len(named := re.findall("\0\\d+\0", clause)) > 1 and "".join(named) in clause:  # 修订《甲》《乙》
            head, tail = clause.split("".join(named), 1)
            clauses += [f"{head}{one}{tail}" for one in named]
        elif clauses and (not begins or RESULTS.match(re.sub(f"^(?:{ADVERBS})*", "", clause))):
            clauses[-1] += f"，{clause}"
        else:
            clauses.append(clause)
    for clause in clauses:
        text = re.sub(r"\0(\d+)\0", lambda hit: held[int(hit[1])], clause)
        yield re.sub(f"^(?:(?:{ADVERBS})的?)+(?=(?:{VERBS}))", "", text)


def _row(sentence: Sentence, undertaking: str, year: int) -> TaskRow:
    own = read_due(undertaking, year, within=True)
    due = read_due(sentence.due, year) if sentence.due and own.kind is DueKind.NONE else own
    if due.kind is DueKind.NONE and not sentence.due:
        due = Due("", DueKind.YEAR, read_due("年底", year).stages, ("没有期限，暂按年底",))
    leads = sentence.named.leads or sentence.named.others
    supports = sentence.named.others if sentence.named.leads else ()
    return TaskRow(
        cell=sentence.place,
        title=undertaking,
        number=None,
        section=sentence.chapter,
        leads=leads,
        supports=supports,
        person=None,
        supervisor=None,
        due=due,
        result=None,
        detail=None,
        table="",
        sentence=sentence.text,
        parts=len(sentence.undertakings),
    )


def _questions(row: TaskRow) -> Iterator[Question]:
    yield from (Question(row.cell, doubt, row.due.text or DUE) for doubt in row.due.doubts)
    if not row.leads:
        yield Question(row.cell, mandarin("没有写明牵头单位"), LEAD)
    for name in (*row.leads, *row.supports):
        if unnamed(name) or (name in row.leads and collective(name)):
            yield Question(row.cell, mandarin("“{name}”未点名", name=name), name)
