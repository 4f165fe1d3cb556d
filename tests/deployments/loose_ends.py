"""What compose file and manifests name that is not there: loose ends."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from tests.deployments.machine_files import Part, generated, kubernetes_parts, manifests


def strangers(of: Iterator[Part], listening: dict[str, int]) -> list[str]:
    """Addresses in variables at which nobody listens."""
    found = []
    for part in of:
        for name, value in part.values.items():
            for host, port in re.findall(r"(?://|@)([a-z][a-z0-9-]*):(\d+)", value or ""):
                if listening.get(host) != int(port):
                    found.append(f"{part.name}: {name} names {host}:{port}")
        host, port = (part.values.get(f"PREFECT_SERVER_DATABASE_{what}") for what in ("HOST", "PORT"))
        if host is not None and listening.get(host) != int(port or 0):
            found.append(f"{part.name}: no database at {host}:{port}")
    return found


SECRETS = {
    "postgres": {"POSTGRES_PASSWORD"},
    "ledger-owner": {"LEDGER_OWNER_PASSWORD"},
    "server": {"PREFECT_SERVER_DATABASE_PASSWORD", "REDIS_PASSWORD"},
    "prefect": {"PREFECT_API_AUTH_STRING"},
    "programs": {"LEDGER_PASSWORD", "DUBAN_LINK_KEY", "DUBAN_SEAL_KEY"},
}
"""The secrets an office makes, as docs/operating.md has it."""


def loose_ends(folder: Path) -> list[str]:
    """What manifests name that is not there."""
    said, maps = manifests(folder), generated(folder)
    services = {one["metadata"]["name"]: one["spec"] for one in said if one["kind"] == "Service"}
    claims = {one["metadata"]["name"] for one in said if one["kind"] == "PersistentVolumeClaim"}
    pods = {one["metadata"]["name"]: one["spec"]["template"] for one in said if "template" in one.get("spec", {})}
    open_ports = {
        pod["metadata"]["labels"]["part"]: {p["name"]: p["containerPort"] for c in pod["spec"]["containers"]
                                            for p in c.get("ports", ())}
        for pod in pods.values()
    }  # fmt: skip
    found = [
        f"service {name}: no {port['targetPort']}"
        for name, spec in services.items()
        for port in spec["ports"]
        if open_ports.get(spec["selector"]["part"], {}).get(port["targetPort"]) != port["port"]
    ]
    found += strangers(kubernetes_parts(folder), {name: spec["ports"][0]["port"] for name, spec in services.items()})
    for name, pod in pods.items():
        found += [f"{name}: {line}" for line in _loose_in(pod["spec"], maps, claims)]
    for one in (one for one in said if one["kind"] in ("NetworkPolicy", "PodDisruptionBudget")):
        text = json.dumps(one["spec"])
        selected = re.findall(r'"part": "([a-z]+)"', text) + [
            name for names in re.findall(r'"key": "part", "operator": "In", "values": \[(.*?)\]', text)
            for name in json.loads(f"[{names}]")
        ]  # fmt: skip
        found += [f"{one['metadata']['name']}: nobody is {part}" for part in selected if part not in open_ports]
        for rule in one["spec"].get("ingress", ()):
            wanted = {port["port"] for port in rule["ports"]}
            there = set(open_ports[one["spec"]["podSelector"]["matchLabels"]["part"]].values())
            found += [f"{one['metadata']['name']}: nobody listens at {port}" for port in wanted - there]
    return found


def _loose_in(pod: dict, maps: object, claims: set[str]) -> Iterator[str]:  # type: ignore[type-arg]  # as YAML has it
    volumes = {volume["name"]: volume for volume in pod.get("volumes", ())}
    for volume in volumes.values():
        if "configMap" in volume and volume["configMap"]["name"] not in maps:  # type: ignore[operator]  # a mapping
            yield f"no config map {volume['configMap']['name']}"
        if "persistentVolumeClaim" in volume and volume["persistentVolumeClaim"]["claimName"] not in claims:
            yield f"no claim {volume['persistentVolumeClaim']['claimName']}"
    for container in (*pod.get("initContainers", ()), *pod["containers"]):
        yield from _loose_in_container(container, {*volumes, "data"})


def _loose_in_container(container: dict, volumes: set[str]) -> Iterator[str]:  # type: ignore[type-arg]  # as above
    mounted = (mount["name"] for mount in container.get("volumeMounts", ()))
    yield from (f"no volume {name}" for name in mounted if name not in volumes)
    for env in container.get("env", ()):
        key = env.get("valueFrom", {}).get("secretKeyRef")
        if key and key["key"] not in SECRETS.get(key["name"], set()):
            yield f"no secret {key['name']}/{key['key']}"
    named = [one["name"] for one in container.get("ports", ())]
    asked = (container.get(probe, {}).get("httpGet", {}).get("port") for probe in ("readinessProbe", "livenessProbe"))
    yield from (f"no port {port}" for port in asked if port and port not in named)
