"""Dashboard and alerts ask for metrics and labels that are served, and leave none of them unasked for."""

import json
import re
from collections.abc import Iterator

import pytest
import yaml

from deployments.metrics.served import COUNTER, HISTOGRAM, SERVED
from duban.core.ledger.notices import Delivery
from duban.core.ledger.summary import Light
from duban.ports import Rounder
from tests.deployments.machine_files import FILES, ROOT

DASHBOARD = json.loads((FILES / "grafana" / "duban.json").read_text(encoding="utf-8"))
RULES = [
    rule
    for group in yaml.safe_load((FILES / "prometheus" / "duban.rules.yaml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
PROMETHEUS = {"up": ("job",)}
"""What Prometheus itself knows."""

VALUES = {
    "by": set(Rounder),
    "light": {light.name.lower() for light in Light},
    "outcome": set(Delivery),
    "job": {"duban"},
}
WORDS = {"sum", "max", "by", "le", "rate", "histogram_quantile", "absent", "or", "label_values", "plan", "m", "h"}


def samples() -> dict[str, tuple[str, ...]]:
    """The samples of every metric, and their labels."""
    served = dict(PROMETHEUS)
    for name, meaning in SERVED.items():
        if meaning.family is HISTOGRAM:
            served |= {
                f"{name}_bucket": (*meaning.labels, "le"),
                f"{name}_sum": meaning.labels,
                f"{name}_count": meaning.labels,
            }
        else:
            served[f"{name}_total" if meaning.family is COUNTER else name] = meaning.labels
    return served  # fmt: skip


def expressions() -> Iterator[str]:
    """Everything that is asked of Prometheus."""
    yield from (target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"])
    yield from (one["query"] for one in DASHBOARD["templating"]["list"] if one["type"] == "query")
    yield from (rule["expr"] for rule in RULES)


def wrong(expression: str) -> list[str]:
    """What an expression asks for that is not served."""
    served = samples()
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", "", expression)
    found = [word for word in re.findall(r"[a-z_]+", bare) if word not in served and word not in WORDS]
    for name, matchers in re.findall(r"([a-z_]+)\{([^}]*)\}", expression):
        for label, value in re.findall(r'(\w+)=~?"([^"]*)"', matchers):
            known = label in served.get(name, ()) and (value.startswith("$") or value in VALUES.get(label, {value}))
            found += [] if known else [f"{name}{{{label}={value}}}"]
    return found


def test_everything_that_is_asked_for_is_served() -> None:
    assert {expression: wrong(expression) for expression in expressions() if wrong(expression)} == {}


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("duban_tick_total", "duban_tick_total"),
        ('duban_ticks_total{pool="duban"}', "duban_ticks_total{pool=duban}"),
        ('duban_round_age_seconds{by="round"} > 1', "duban_round_age_seconds{by=round}"),
        ("rate(duban_wake_seconds_buckets[5m])", "duban_wake_seconds_buckets"),
    ],
)
def test_what_is_not_served_is_found(expression: str, named: str) -> None:
    assert wrong(expression) == [named]


def test_every_metric_is_on_the_dashboard() -> None:
    asked = " ".join(target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"])
    alerts = " ".join(rule["expr"] for rule in RULES)
    assert [name for name in SERVED if name not in asked and name not in alerts] == []


def test_the_dashboard_has_whole_panels_that_do_not_lie_over_one_another() -> None:
    places = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]
    assert len(places) == len(set(places))
    assert max(x for x, _ in places) < 24
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_every_alert_says_what_and_names_labels_there_are() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    served = samples()
    for rule in RULES:
        assert rule["labels"]["severity"] in ("critical", "warning")
        names = [name for name in re.findall(r"[a-z_]+", rule["expr"]) if name in served]
        for label in re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]):
            assert all(label in served[name] for name in names), rule["alert"]


def test_every_metric_is_explained_where_offices_read() -> None:
    told = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    assert [name for name in SERVED if name not in told] == []
