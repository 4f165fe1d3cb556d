"""What is said of a release: its licences, looked at one by one, and its bill of materials."""

import json
import os
import subprocess
import sys
from email.message import Message
from importlib.metadata import PackageMetadata
from pathlib import Path
from typing import cast

import pytest

import duban
from release.licences import refused
from release.locked import LINE, LOCK, Locked, locked
from tests.package.wheel import ROOT


def said(**fields: str | tuple[str, ...]) -> Locked:
    """A distribution that says so of its licence."""
    metadata = Message()
    for key, values in fields.items():
        for value in (values,) if isinstance(values, str) else values:
            metadata[key.replace("_", "-")] = value
    return Locked("other", "1.0", cast(PackageMetadata, metadata))


@pytest.mark.parametrize(
    "one",
    [
        said(License_Expression="MIT"),
        said(License_Expression="GPL-3.0-only OR MIT"),
        said(License_Expression="MPL-2.0 AND (Apache-2.0 OR GPL-2.0-only)"),
        said(Classifier=("License :: OSI Approved", "License :: OSI Approved :: BSD License")),
        said(License="BSD-3-Clause\n\nCopyright …"),
        Locked("for-another-system", "1.0", None),
    ],
)
def test_a_licence_that_was_looked_at_passes(one: Locked) -> None:
    assert refused(one) == ""


@pytest.mark.parametrize(
    "one",
    [
        said(License_Expression="GPL-3.0-only"),
        said(License_Expression="MIT AND AGPL-3.0-only"),
        said(License_Expression="(MIT OR Apache-2.0) AND SSPL-1.0"),
        said(Classifier="License :: OSI Approved :: GNU Affero General Public License v3"),
        said(Classifier=("License :: OSI Approved :: MIT License", "License :: Other/Proprietary License")),
        said(License="see the file"),
        said(),
    ],
)
def test_any_other_is_named(one: Locked) -> None:
    assert refused(one).startswith("other 1.0: ")


def made(module: str, *words: str) -> str:
    command = [sys.executable, "-m", module, *words]
    return subprocess.run(command, cwd=ROOT, env=os.environ, check=True, capture_output=True, text=True).stdout


def test_all_that_is_locked_may_be_used_and_why_is_said() -> None:
    told = made("release.licences")
    assert "asks for its notice alone" in told
    assert "GPL" not in told.replace("LGPL", "").replace("or GPL, as its user likes", "")


def test_the_bill_of_materials_is_the_lock_and_each_part_is_referred_to(tmp_path: Path) -> None:
    made("release.sbom", str(tmp_path / "a.json"))
    made("release.sbom", str(tmp_path / "b.json"))
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    told = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert (told["bomFormat"], told["specVersion"], told["metadata"]["component"]["version"]) == (
        "CycloneDX",
        "1.5",
        duban.__version__,
    )
    parts = {(one["name"], one["version"]) for one in told["components"]}
    assert parts == set(LINE.findall(LOCK.read_text("utf-8")))
    refs = {one["bom-ref"] for one in told["components"]}
    assert len(refs) == len(told["components"])
    needed = {ref for one in told["dependencies"] for ref in one["dependsOn"]}
    assert needed <= refs
    (own,) = (one for one in told["dependencies"] if one["ref"].startswith("pkg:pypi/duban@"))
    assert any(ref.startswith("pkg:pypi/prefect@") for ref in own["dependsOn"])
    assert [one["name"] for one in told["components"] if "licenses" not in one and "colorama" not in one["name"]] == []


def test_what_is_locked_is_read_as_pip_reads_it() -> None:
    (one,) = locked("Prefect==3.8.8 \\\n    --hash=sha256:00\n")
    assert (one.name, one.version, "pydantic" in one.needs) == ("prefect", "3.8.8", True)
