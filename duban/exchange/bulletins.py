"""Bulletins (督查通报): drafted, sent and filed, once each; the desk's pages and the command line do the same by it.

What is filed holds all that was said, so that its paper can be made again from the ledger, to the byte. A correction is
a bulletin of its own, which names the one it takes the place of.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from duban.core.deciding.commands import Refused, came_by
from duban.core.deciding.undelivered import revival
from duban.core.ledger.entries import BULLETINS, Draft, Entry, EntryKind
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.core.ledger.summary import chain_of
from duban.core.telling.bulletin_paper import BulletinPaper, Spell, bulletin, month_of, week_of
from duban.core.telling.bulletin_text import BulletinText, filed_text, text_of, typed, worded
from duban.core.titles import BULLETIN, perhaps
from duban.outbox.books import Read, note, read
from duban.outbox.bulletins import PAPER, notice_key
from duban.service import Service

SPELLS = {"week": week_of, "month": month_of}

AGAIN = "通报函件没有送达，重新发送"
"""Why letters of a bulletin that reached nobody are tried again: it was sent once more."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something with a bulletin, and by which way that came."""

    actor: str
    via: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft: the sections that were typed, and the place in the ledger of what kept them; 0 for none."""

    text: BulletinText
    version: int


@dataclass(frozen=True, slots=True)
class Filed:
    """A bulletin that was sent and filed; `replaced_by` is the number of the one that corrects it."""

    entry: Entry
    replaced_by: str = ""

    @property
    def number(self) -> str:
        """What it is cited by."""
        return str(self.entry.data["number"])

    @property
    def paper(self) -> BulletinPaper:
        """What it says."""
        return PAPER.validate_python(self.entry.data["paper"])


@dataclass(frozen=True, slots=True)
class Issue:
    """A bulletin that somebody works at: of which week or month, and which one it corrects, if any."""

    service: Service
    spell: Spell
    replaces: Filed | None = None

    @property
    def name(self) -> str:
        """What tells it from every other."""
        return f"{self.spell.key}/{self.replaces.entry.sequence if self.replaces else 0}"

    @property
    def key(self) -> str:
        """The key under which it is filed, which there can be once."""
        return f"{BULLETIN}/{self.name}"

    @property
    def sent(self) -> Filed | None:
        """It as it was sent; None before."""
        return next((one for one in filed(self.service) if one.entry.key == self.key), None)


def filed(service: Service) -> tuple[Filed, ...]:
    """All bulletins that were sent, the last one first."""
    found = [one for one in service.ledger.entries(BULLETINS) if one.kind is EntryKind.BULLETIN_FILED]
    by = {one.data["replaces"]: one.data["number"] for one in found if "replaces" in one.data}
    return tuple(Filed(one, by.get(one.sequence, "")) for one in reversed(found))


def filed_as(service: Service, number: str) -> Filed:
    """The bulletin of a number, or of its place in the ledger; raises Refused."""
    known = {name: one for one in filed(service) for name in (str(one.entry.sequence), one.number)}
    if number not in known:
        hint = perhaps(number, known, "已发出的通报见 duban bulletin list")
        raise Refused("unknown-bulletin", f"没有发出过编号为 {number} 的通报：{hint}")
    return known[number]


def filed_of(service: Service, spell: Spell) -> Filed | None:
    """The bulletin of a week or a month that holds; None before one was sent."""
    return next((one for one in _of_spell(service, spell) if not one.replaced_by), None)


def _of_spell(service: Service, spell: Spell) -> list[Filed]:
    return [one for one in filed(service) if one.entry.data["bulletin"] == spell.key]


def correction_of(service: Service, sent: Filed) -> Issue:
    """The bulletin that takes the place of one that was sent."""
    rhythm, _, first = sent.entry.data["bulletin"].partition("/")
    return Issue(service, SPELLS[rhythm](service.office, date.fromisoformat(first)), sent)


def proposed(issue: Issue) -> BulletinPaper:
    """The bulletin of a week or a month as its figures propose it; of one that corrects another, what that one said.

    Raises Refused for a time that has not come.
    """
    service, wrong = issue.service, issue.replaces
    told = [(look, entries, service.names(look.initiative, entries)) for look, _, entries in service.histories()]
    paper = replace(bulletin(service.office, told, issue.spell, service.clock.now()), seal=service.last_seal())
    if wrong is None:
        return paper
    many = sum(one.entry.sequence <= wrong.entry.sequence for one in _of_spell(service, issue.spell))
    number = f"{paper.number}（更正{many if many > 1 else ''}）"
    return replace(worded(paper, text_of(wrong.paper)), number=number, replaces=wrong.number)


# Drafts --------------------------------------------------------------------------------------------------------------


def kept(issue: Issue) -> Kept:
    """What was kept last of a bulletin that is not sent yet."""
    found = [one for one in issue.service.ledger.entries(BULLETINS) if one.data.get("draft") == issue.name]
    return Kept(found[-1].data["text"], found[-1].sequence) if found else Kept({}, 0)


def drafted(issue: Issue) -> BulletinPaper:
    """A bulletin as it would be sent now: what is proposed, with what was kept."""
    return worded(proposed(issue), kept(issue).text)


def keep(issue: Issue, text: BulletinText, act: Act, *, before: int) -> Kept:
    """Keep the sections of a bulletin as they were typed; those that say what is proposed go on to be proposed.

    `before` is the draft that they were typed over. Raises Refused where that is no longer the last one.
    """
    _may(issue.service, act.actor)
    paper = proposed(issue)
    said = typed(paper, text)
    worded(paper, said)
    data = {"draft": issue.name, "title": issue.spell.title, "text": said}
    draft = came_by(act.via, Draft(EntryKind.BULLETIN_DRAFTED, actor=act.actor, data=data))

    def say(read: Read) -> Mapping[str, tuple[Draft, ...]]:
        now = kept(issue)
        if issue.sent:
            raise Refused("already-sent", "这一期通报已经发出，不能再改；需要更正的，请另发更正")
        if now.version != before:
            raise Refused("changed-meanwhile", "这份草稿刚才在别处另有保存；所填内容都在，请核对后再保存")
        return {BULLETINS: (draft,)} if now.text != said else {}

    note(issue.service, issue.service.clock.now(), say)
    return kept(issue)


# Sending -------------------------------------------------------------------------------------------------------------


def send(issue: Issue, act: Act, *, text: BulletinText | None = None, before: int | None = None) -> Filed:
    """Send and file a bulletin to all whom the directory names, in one transaction; what was sent stays as it is.

    `text` are sections in place of the draft's; `before` is the draft that was looked at before. The same sent again
    goes again only to those whom it did not reach; another text of what was sent is refused, for it is a correction.
    Raises Refused.
    """
    service = issue.service
    _may(service, act.actor)

    def say(read: Read) -> Mapping[str, tuple[Draft, ...]]:
        entries = read(BULLETINS).entries
        if sent := issue.sent:
            return _again(service, sent, act, read)
        if before not in (None, kept(issue).version):
            raise Refused("changed-meanwhile", "这份草稿刚才另有保存，请核对后再发出")
        paper = worded(drafted(issue), text or {})
        return _filing(issue, paper, act, entries[-1].sequence + 1 if entries else 1)

    note(service, service.clock.now(), say)
    sent = issue.sent
    assert sent is not None  # noqa: S101  it was there, or has just been stored
    if text and text_of(worded(sent.paper, text)) != text_of(sent.paper):
        told = f"{issue.spell.title}的通报已经发出（{sent.number}），内容不同；需要更正的，请另发更正，写明代替哪一期"
        raise Refused("already-sent", told)
    return sent


def _filing(issue: Issue, paper: BulletinPaper, act: Act, place: int) -> Mapping[str, tuple[Draft, ...]]:
    """What files a bulletin at a place of its chain, and has all who get it written to."""
    service, office = issue.service, issue.service.office
    readers = office.directory.readers(office.day(service.clock.now()))
    if not readers:
        told = "通讯录没有写明通报发给谁：请在 config/directory.yaml 的 bulletins 中写上岗位、单位或者分组"
        raise Refused("no-readers", told)
    data = {
        "bulletin": issue.spell.key,
        "title": issue.spell.title,
        "number": paper.number,
        "paper": PAPER.dump_python(paper, mode="json"),
        "sha256": sha256(filed_text(paper).encode()).hexdigest(),
        "to": list(readers),
        **({"replaces": issue.replaces.entry.sequence} if issue.replaces else {}),
    }
    entry = came_by(act.via, Draft(EntryKind.BULLETIN_FILED, actor=act.actor, data=data, key=issue.key))
    return {BULLETINS: (entry,), **{chain_of(one): (_queued(service, place, one),) for one in readers}}


def _queued(service: Service, place: int, recipient: str) -> Draft:
    key = notice_key(place)
    data = {
        "notice": key,
        "rung": BULLETIN,
        "slip": BULLETIN,
        "post": recipient,
        "recipient": recipient,
        "next_try": service.office.sending_moment(service.clock.now(), immediate=True).isoformat(),
        "immediate": True,
    }
    return Draft(EntryKind.NOTICE_QUEUED, data=data, key=f"notice/{key}")


def _again(service: Service, sent: Filed, act: Act, read: Read) -> Mapping[str, tuple[Draft, ...]]:
    """What has those written to once more whom a bulletin did not reach."""
    rows = (read(chain_of(one)).state.notice(notice_key(sent.entry.sequence)) for one in sent.entry.data["to"])
    dead = (row for row in rows if row.delivery is Delivery.DEAD)
    now = service.clock.now()
    return {
        row.initiative: (came_by(act.via, revival(service.office, row, now, actor=act.actor, reason=AGAIN)),)
        for row in dead
    }


def letters(service: Service, sent: Filed) -> Iterator[NoticeRow]:
    """The letters of a bulletin, and what became of them."""
    for one in sent.entry.data["to"]:
        yield read(service, chain_of(one)).state.notice(notice_key(sent.entry.sequence))


def _may(service: Service, actor: str) -> None:
    """The coordinator may, and who stands in for them."""
    office = service.office
    if actor not in office.directory.posts:
        hint = perhaps(actor, office.directory.posts, "请核对岗位编号")
        raise Refused("unknown-person", f"通讯录中没有岗位 {actor}：{hint}")
    if office.acts_for(actor, (office.coordinator,), office.day(service.clock.now())) is None:
        titles = office.directory.title(actor), office.directory.title(office.coordinator)
        raise Refused("not-yours", f"{titles[0]}不能办理通报，应由{titles[1]}办理")
