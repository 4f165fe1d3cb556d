"""The receivers tests send to: they do what they are told, the same every time."""

from dataclasses import replace

import pytest

from tests.adapters.delivery.letters import LETTER, NOW, carrier
from tests.receivers import KINDS, Do, Got, always, receiver, share


def drawn(seed: int) -> list[Do]:
    behave = share(refused=0.1, hanging=0.05, seed=seed)
    return [behave(Got(str(number), 1, "", None)) for number in range(2000)]


def test_a_share_of_letters_is_the_same_for_the_same_seed_and_about_as_large_as_asked() -> None:
    assert drawn(1) == drawn(1) != drawn(2)
    assert 150 < drawn(1).count(Do.REFUSE) < 250
    assert 60 < drawn(1).count(Do.HANG) < 140


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_taken_without_an_answer_comes_again_and_is_known_by_its_key(kind: str) -> None:
    with receiver(kind, lambda got: Do.TAKE_AND_HANG if got.try_ == 1 else Do.ACCEPT) as service:
        sender, letter = carrier(), replace(LETTER, to=(service.address,))
        assert [sender.deliver(letter, NOW).accepted for _ in range(2)] == [False, True]
    assert list(service.accepted) == [LETTER.key]
    assert service.times[LETTER.key] == 2


def test_a_rate_limit_ends_with_its_minute() -> None:
    with receiver("wecom", per_minute=2) as service:
        letters = [replace(LETTER, key=str(number), to=(service.address,)) for number in range(4)]
        assert [carrier().deliver(letter, NOW).accepted for letter in letters[:3]] == [True, True, False]
        service.forget_rate()
        assert carrier().deliver(letters[3], NOW).accepted


def test_behaviours_may_be_exchanged() -> None:
    with receiver("webhook", always(Do.REFUSE)) as service:
        letter = replace(LETTER, to=(service.address,))
        assert not carrier().deliver(letter, NOW).accepted
        service.behaviour = always(Do.ACCEPT)
        assert carrier().deliver(letter, NOW).accepted
