"""Who types a command, as the machine knows them."""

import os
import pwd

import pytest

from duban.cli.account import by_command


def test_the_account_is_the_one_of_the_process_whatever_its_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(name, "director")
    assert by_command() == f"command {pwd.getpwuid(os.getuid()).pw_name}"


def test_an_account_without_a_name_is_told_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless(number: int) -> pwd.struct_passwd:
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", nameless)
    assert by_command() == f"command {os.getuid()}"
