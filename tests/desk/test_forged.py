"""Forms that no page of the desk would send, and names, numbers and files that are not what they look like."""

from pathlib import Path

import httpx
import pytest

from duban.core.ledger.entries import EntryKind
from duban.desk.uploads import Unfit, digests, store_at
from tests.desk.conftest import Office, Page

MATTER = "/m/cosmetics/draft"
PDF = b"%PDF-1.7 of a kind"


def sent(office: Office, act: str, name: str = "王小明", **typed: str) -> Page:
    return office.signed_in("protection-officer").check(MATTER, act, name=name, **typed)


@pytest.mark.parametrize("name", ["\u3164\u3164", "\u115f\u115f\u115f", "..", "--", "12", "  ·  "])
def test_a_name_is_one_that_is_seen(office: Office, name: str) -> None:
    page = sent(office, "sign", name=name)
    assert page.status == 422
    assert "请填写办理人姓名" in page.text


@pytest.mark.parametrize("number", ["1_0", "١٢", "nan", "inf", "1e1", "0x10", "+", "1.2.3"])
def test_a_number_is_one_as_people_write_it(office: Office, number: str) -> None:
    page = sent(office, "report", progress=number)
    assert page.status == 422
    assert f"收到{number}" in page.text


@pytest.mark.parametrize("number", ["50", "５０", "50%", "50.0", "+50"])
def test_a_number_is_read_as_people_write_it(office: Office, number: str) -> None:
    assert sent(office, "report", progress=number).status == 200


def test_an_act_takes_nothing_that_its_form_does_not_ask_for(office: Office) -> None:
    person = office.signed_in("protection-officer")
    page = person.answer(MATTER, "sign", to="service", returned="issue", reason="没有问过的话")
    assert page.status == 200, page.text
    (signed,) = [one for one in office.entries("cosmetics") if one.kind is EntryKind.SIGNED]
    assert "没有问过的话" not in str(signed)
    assert "service" not in str(signed.data)


def test_files_are_read_over_with_the_acts_that_hand_them_in_alone(office: Office) -> None:
    person = office.signed_in("protection-officer")
    handed = person.check(MATTER, "submit", files={"submit.files": ("方案.pdf", PDF)}, evidence="方案送审稿")
    assert "方案.pdf" in handed.text
    back = person.send(MATTER, [*handed.hidden, ("change", "1")])
    stored = [(name, value) for name, value in back.hidden if name in {"stored", "nonce", "version"}]
    page = person.send(MATTER, [*stored, ("act", "report"), ("report.progress", "50"), ("name", "王小明")])
    assert page.status == 200, page.text
    assert "方案.pdf" not in page.text


@pytest.mark.parametrize("charset", ["undefined", "punycode", "unicode_escape"])
def test_text_in_a_code_that_pages_are_not_sent_in_is_refused_in_words(office: Office, charset: str) -> None:
    parts = {"nonce": "x", "act": "sign", "name": "\\ud800\\ud800"}
    body = "".join(f'--b\r\nContent-Disposition: form-data; name="{one}"\r\n\r\n{parts[one]}\r\n' for one in parts)
    told = {"content-type": f"multipart/form-data; boundary=b; charset={charset}"}
    cookies = office.signed_in("protection-officer").client.cookies
    address = f"{office.settings.desk_address}{MATTER}"
    answer = httpx.post(address, content=f"{body}--b--\r\n", headers=told, cookies=cookies, trust_env=False)
    assert answer.status_code == 400
    assert "尚未记入台账" in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_what_nobody_thought_of_is_said_in_words_and_told_in_the_log_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*told: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("duban.desk.signed_in.base_of", broken)
    page = office.signed_in("protection-officer").open(MATTER)
    assert page.status == 500
    assert "核对是否已经记入台账" in page.text
    assert "secret" not in page.text
    assert page.response.headers["content-security-policy"].startswith("default-src 'none'")
    assert "a secret" in caplog.text


def test_a_full_disk_is_told_and_nothing_typed_is_lost(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    person = office.signed_in("protection-officer")

    def full(self: object, path: str, value: bytes) -> None:
        Path(path).write_bytes(value[:3])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fsspec.implementations.local.LocalFileSystem.pipe_file", full)
    page = person.check(MATTER, "submit", files={"submit.files": ("方案.pdf", PDF)}, evidence="方案送审稿")
    assert page.status == 422
    assert "文件“方案.pdf”暂时存不下" in page.text
    assert "方案送审稿</textarea>" in page.response.text
    assert [one for one in office.bureau.var.glob("evidence/**/*") if one.is_file()] == []


def test_two_who_store_one_file_at_once_store_it_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_at(str(tmp_path))
    pipe = type(store.files).pipe_file

    def meanwhile(self: object, path: str, value: bytes) -> None:
        monkeypatch.setattr(type(store.files), "pipe_file", pipe)
        pipe(self, path, value)
        store.keep("方案.pdf", PDF, 1)  # somebody else, from beginning to end

    monkeypatch.setattr(type(store.files), "pipe_file", meanwhile)
    line = store.keep("方案.pdf", PDF, 1)
    (digest,) = digests(line)
    assert store.read(digest) == PDF
    assert len([one for one in tmp_path.rglob("*") if one.is_file()]) == 1


def test_a_file_that_cannot_be_moved_is_not_left_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_at(str(tmp_path))

    def refused(*told: object) -> None:
        raise PermissionError

    monkeypatch.setattr(type(store.files), "mv", refused)
    with pytest.raises(Unfit, match="暂时存不下"):
        store.keep("方案.pdf", PDF, 1)
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


def test_a_file_is_not_called_by_the_digest_of_another(tmp_path: Path) -> None:
    foreign = "0" * 64
    line = store_at(str(tmp_path)).keep(f"方　SHA-256：{foreign}.pdf", PDF, 1)
    assert foreign in line
    assert digests(line) == [line[-64:]] != [foreign]


@pytest.mark.parametrize(
    "line", ["　SHA-\u200b256：{}", "　SHA-256：{}\u200b", "　\u202eSHA-256：{}", "　SHA-256：{}　"]
)
def test_a_file_is_not_named_by_typing_its_digest_with_what_nobody_sees(office: Office, line: str) -> None:
    page = sent(office, "submit", evidence=f"方案.pdf{line.format('a' * 64)}")
    assert page.status == 422
    assert "请从“上传文件”处上传" in page.text


def test_a_file_uploaded_by_mistake_is_left_out_by_taking_its_tick_away(office: Office) -> None:
    person = office.signed_in("protection-officer")
    both = [("submit.files", ("方案.pdf", PDF)), ("submit.files", ("错传.pdf", b"%PDF-1.7 another"))]
    handed = person.check(MATTER, "submit", files=both, evidence="方案送审稿")
    back = person.send(MATTER, [*handed.hidden, ("change", "1")])
    assert back.text.count("取消勾选即不报送") == 2
    kept = [(name, value) for name, value in back.hidden if not value.startswith("错传.pdf")]
    assert len(kept) == len(back.hidden) - 1
    said = [("act", "submit"), ("submit.evidence", "方案送审稿"), ("name", "王小明")]
    page = person.confirm(MATTER, person.send(MATTER, [*kept, *said]))
    assert "已记入台账" in page.text
    (entry,) = [one for one in office.entries("cosmetics") if one.kind is EntryKind.SUBMITTED]
    assert [line.partition("　")[0] for line in entry.data["evidence"]] == ["方案.pdf", "方案送审稿"]
