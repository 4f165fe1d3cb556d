"""A JSON webhook."""

from datetime import timedelta

from tests.adapters.delivery.letters import LETTER, send
from tests.receivers import Do, always, receiver
from tests.receivers.web import TOKEN, WebReceiver


def test_a_letter_arrives_as_json_with_its_key_in_a_header() -> None:
    with receiver("webhook") as hook:
        assert send(hook.address).accepted
    assert hook.accepted[LETTER.key].body == {
        "version": "1.0",
        "type": "info",
        "title": LETTER.subject,
        "message": LETTER.text,
        "html": LETTER.html,
        "recipient": LETTER.recipient,
        "key": LETTER.key,
    }


def test_the_same_letter_has_the_same_key_every_time() -> None:
    with receiver("webhook") as hook:
        assert send(hook.address).accepted
        assert send(hook.address).accepted
    assert hook.times == {LETTER.key: 2}


def test_fields_parameters_and_a_login_are_as_the_address_says() -> None:
    with receiver("webhook") as hook:
        assert isinstance(hook, WebReceiver)
        fields = "&:title=subject&:html=&:source=duban&-room=7"
        send(hook.address.replace("json://", "json://me:pass%2Fword@") + fields)
        (request,) = hook.requests
    assert request.query == {"room": "7"}
    assert request.headers["Authorization"] == "Basic bWU6cGFzcy93b3Jk"
    assert {"subject", "source"} <= request.body.keys()
    assert not {"title", "html"} & request.body.keys()


def test_a_refusal_keeps_status_and_words() -> None:
    with receiver("webhook", always(Do.REFUSE)) as hook:
        outcome = send(hook.address)
    assert (outcome.accepted, outcome.wait) == (False, None)
    assert outcome.detail.endswith('对方拒收（HTTP 422）：{"error": "no such mailbox"}')


def test_too_many_requests_is_busy_for_as_long_as_it_says() -> None:
    with receiver("webhook", always(Do.BUSY)) as hook:
        assert send(hook.address).wait == timedelta(seconds=30)


def test_no_login_no_letter() -> None:
    with receiver("webhook") as hook:
        assert "HTTP 401" in send(hook.address.replace(TOKEN, "another")).detail
        assert hook.accepted == {}
