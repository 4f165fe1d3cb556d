"""An act at the desk, from the click that confirms it to the stored answer, beside the same act by the form of Prefect.

Signing and reporting, by links as letters bear them, on a stack of its own with PostgreSQL, in plans of 66 and of 660
initiatives of twelve steps whose deployments are there, so that Prefect is asked for the tick after each act. The
form's time is from handing it in to the entry in the ledger. Wanted at the desk: 99 of 100 within 150 milliseconds,
whatever the size of the plan; the first act after the desk's start stands beside it.
"""

import re
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from many import configuration
from shared.stage import WARM, Stage, stage, worker

from duban.core.access.doors import Door, MatterLink
from duban.core.ledger.entries import EntryKind
from duban.desk import nonces
from duban.service import Service
from duban.wiring import at_work, door
from tasks.asking import deployed
from tasks.naming import deployment_name

SIZES = (66, 660)
INITIATIVES, REPORTS, FORMS = 60, 6, 6
"""So many initiatives of which a step is signed for, and how often it is then reported on; and how many forms."""
SIGN, REPORT = {"act": "sign"}, {"act": "report", "report.progress": "10", "report.reason": "已完成资料收集"}

WANTED = 0.150
INPUT = re.compile(r'<input type="hidden" name="([\w.-]+)" value="([^"]*)"')


def main() -> None:
    worst = []
    for place, size in enumerate(SIZES):
        with TemporaryDirectory() as folder:
            config = configuration(Path(folder) / "config", size)
            with stage(4340 + 10 * place, config, desk=4345 + 10 * place) as on:
                first, clicks, forms = measured(on)
        worst.append(percentile(clicks, 99))
        times = statistics.median(forms) / statistics.median(clicks)
        print(
            f"{size} initiatives: at the desk {len(clicks)} acts, median {1000 * statistics.median(clicks):.0f} ms, "
            f"99 of 100 within {1000 * worst[-1]:.0f} ms, longest {1000 * max(clicks):.0f} ms, the first after the "
            f"start {1000 * first:.0f} ms; by the form median {1000 * statistics.median(forms):.0f} ms, "
            f"{times:.0f} times as long",
            flush=True,
        )
    print(f"99 of 100 within {1000 * max(worst):.0f} ms (wanted: {1000 * WANTED:.0f})")
    sys.exit(max(worst) > WANTED)


def measured(on: Stage) -> tuple[float, list[float], list[float]]:
    """Seconds of the first click, of each after it, and of each form."""
    with at_work(on.settings, on.office) as service:
        names = list(on.office.plan.initiatives)
        for name in names:
            service.tick(name)
        with worker(on, WARM):
            first, *clicks = clicked(on, service, names[:INITIATIVES])
            time.sleep(5)  # the worker has done what was asked for
            forms = list(handed_in(on, service, names[INITIATIVES : INITIATIVES + FORMS]))
    return first, clicks, forms[2:]  # whatever is done the first time only


def clicked(on: Stage, service: Service, names: Sequence[str]) -> Iterator[float]:
    """Seconds from each click to its answer: of the first after the start, then of many, one after another."""
    links = replace(door(on.settings, service), address=on.stack.addresses.desk)
    with httpx.Client(base_url=on.stack.addresses.desk, trust_env=False, timeout=30) as browser:
        until_it_answers(browser)
        addresses = [link_to(on, service, links, name) for name in names]
        yield from confirmed(browser, [read_over(browser, addresses[0], SIGN)])
        for said, some in ((SIGN, addresses[1:]), *((REPORT, addresses) for _ in range(REPORTS))):
            yield from confirmed(browser, [read_over(browser, one, said) for one in some])


def link_to(on: Stage, service: Service, links: Door, name: str) -> str:
    """The link of the first letter about an initiative."""
    queued = next(one for one in service.ledger.entries(name) if one.kind is EntryKind.NOTICE_QUEUED)
    return links.to_matter(
        MatterLink(on.office.plan.initiatives[name].number, queued.sequence), queued.data["recipient"]
    )


def read_over(browser: httpx.Client, link: str, said: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Fill in the form of a matter: where its confirmation goes, and what that holds."""
    form = {**hidden(browser.get(link).text), **said, "name": "王小明"}
    confirmation = browser.post(link, data=form, files={"none": ("", b"")})
    assert confirmation.status_code == 200, confirmation.text
    return f"{link}/do", hidden(confirmation.text)


def confirmed(browser: httpx.Client, forms: Sequence[tuple[str, dict[str, str]]]) -> Iterator[float]:
    time.sleep(nonces.TOO_QUICK)
    for address, said in forms:
        began = time.perf_counter()
        stored = browser.post(address, data=said, files={"none": ("", b"")})
        yield time.perf_counter() - began
        assert stored.status_code == 303, stored.text


def until_it_answers(browser: httpx.Client) -> None:
    while True:
        try:
            browser.get("/healthz")
            return
        except httpx.TransportError:
            time.sleep(0.2)


def hidden(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in INPUT.findall(page)}


def handed_in(on: Stage, service: Service, names: Sequence[str]) -> Iterator[float]:
    """Hand the same in by the form, one after another."""
    plan = on.office.plan
    deployments = deployed(on.client, plan)
    for name in names:
        deployment = deployments[deployment_name(plan, plan.initiatives[name])]
        schema = deployment.parameter_openapi_schema or {}
        offers = schema["properties"]["report"]["properties"]["offer"]["enum"]
        offer = next(one for one in offers if "签收" in one)
        began = time.perf_counter()
        on.client.create_flow_run_from_deployment(deployment.id, parameters={"report": {"offer": offer}})
        while not any(entry.kind is EntryKind.SIGNED for entry in service.ledger.entries(name)):
            time.sleep(0.005)
        yield time.perf_counter() - began


def percentile(times: Sequence[float], percent: int) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, round(len(ordered) * percent / 100))]


if __name__ == "__main__":
    main()
