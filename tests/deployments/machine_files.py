"""What the compose file, the Kubernetes manifests and the units say, part by part, and what is amiss in it.

A check gives a line for each thing that is wrong. Those that read a whole folder can so be tried on a broken copy.
"""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILES = ROOT / "deployments"

IMAGES = {
    "POSTGRES_USER": "PostgreSQL's image: the superuser it makes",
    "POSTGRES_PASSWORD": "PostgreSQL's image: that one's password",
    "POSTGRES_INITDB_ARGS": "PostgreSQL's image: how the cluster is made",
    "PGDATA": "PostgreSQL's image: where on its volume",
    "PGPASSWORD": "libpq, by which the ledger is reached: so that no address holds the password",
    "LEDGER_OWNER_PASSWORD": "read by roles.sh",
    "LEDGER_PASSWORD": "read by roles.sh",
    "REDIS_PASSWORD": "read by the command of redis",
    "PREFECT_REDIS_MESSAGING_URL": "prefect_redis.client.RedisMessagingSettings.url",
    "PYTHONUTF8": "Python",
    "PYTHONUNBUFFERED": "Python",
    "PYTHONDONTWRITEBYTECODE": "Python",
    "PATH": "the system",
    "DO_NOT_TRACK": "Prefect's count of its users, which no setting names",
}
"""Variables that neither our code nor Prefect's settings know, each with who reads it."""

SECRET = re.compile(r"PASSWORD|AUTH_STRING|_KEY$|TOKEN|SECRET")
"""Names of variables whose values nobody may read here."""

LOGIN = re.compile(r"://[^/\s@]*:(?!\$\{|\$\()[^/\s@]+@")
"""An address with a password that is written out."""

REFERENCE = re.compile(r"\$\{[A-Z_]+:\?[^}]*\}")
"""How compose names a secret: from its own environment, and nothing starts without it."""

PROVIDED = ("postgres", "redis", "nginx")
"""What others' images run is theirs."""


@dataclass(frozen=True)
class Part:
    """One container or unit. `command` are its words; `values` its variables, None where they come from a secret."""

    name: str
    image: str
    command: tuple[str, ...]
    values: Mapping[str, str | None]
    ends: bool = False
    probed: bool = True
    hardened: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()


def _yaml(text: str) -> Any:
    return yaml.load(text, yaml.CSafeLoader)


def compose(file: Path) -> Mapping[str, Any]:
    """The compose file as data, merges done."""
    read: Mapping[str, Any] = _yaml(file.read_text(encoding="utf-8"))
    return read


def compose_parts(file: Path) -> Iterator[Part]:
    """The services of a compose file."""
    for name, said in compose(file)["services"].items():
        values = {key: str(value) for key, value in said.get("environment", {}).items()}
        yield Part(
            name=name,
            image=said["image"],
            command=tuple(said["command"]),
            values={key: None if REFERENCE.fullmatch(value) else value for key, value in values.items()},
            ends=name == "migrations" or "profiles" in said,
            probed="healthcheck" in said,
            hardened=tuple(_compose_faults(said)),
            ports=tuple(int(port.rpartition(":")[2]) for port in said.get("ports", ())),
        )


def _compose_faults(said: Mapping[str, Any]) -> Iterator[str]:
    limits = said.get("deploy", {}).get("resources", {}).get("limits", {})
    wanted = {
        "runs as root": str(said.get("user", "0")).split(":")[0] not in ("0", "root"),
        "may write its file system": said.get("read_only") is True,
        "keeps capabilities": said.get("cap_drop") == ["ALL"],
        "may gain privileges": "no-new-privileges:true" in said.get("security_opt", ()),
        "has no limit of memory": "memory" in limits,
        "has no limit of processors": "cpus" in limits,
        "is reached from other machines": all(port.startswith("127.0.0.1:") for port in said.get("ports", ())),
    }
    return (fault for fault, well in wanted.items() if not well)


def manifests(folder: Path) -> Sequence[Mapping[str, Any]]:
    """What kustomize would apply, before its transformations: the resources it names, and nothing beside them."""
    named = _yaml((folder / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
    texts = [(folder / name).read_text(encoding="utf-8") for name in named]
    return [one for text in texts for one in yaml.load_all(text, yaml.CSafeLoader)]


def generated(folder: Path) -> Mapping[str, Mapping[str, str]]:
    """The config maps that kustomize makes: of each its keys."""
    maps = _yaml((folder / "kustomization.yaml").read_text(encoding="utf-8"))["configMapGenerator"]
    return {one["name"]: _keys(folder, one) for one in maps}


def _keys(folder: Path, one: Mapping[str, Any]) -> Mapping[str, str]:
    files = {name: (folder / name).read_text(encoding="utf-8") for name in one.get("files", ())}
    lines = [line for name in one.get("envs", ()) for line in (folder / name).read_text("utf-8").splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return files | {name: value for name, _, value in pairs}


def kubernetes_parts(folder: Path) -> Iterator[Part]:
    """The containers of the manifests, those that come first included."""
    maps = generated(folder)
    for one in manifests(folder):
        pod = one.get("spec", {}).get("template", {}).get("spec")
        if pod is None:
            continue
        for first, container in [(True, c) for c in pod.get("initContainers", ())] + [
            (False, c) for c in pod["containers"]
        ]:
            values: dict[str, str | None] = {}
            for source in container.get("envFrom", ()):
                values |= maps[source["configMapRef"]["name"]]
            values |= {env["name"]: env.get("value") for env in container.get("env", ())}
            yield Part(
                name=f"{one['metadata']['name']}/{container['name']}",
                image=container["image"],
                command=tuple(container.get("command") or container.get("args") or ()),
                values=values,
                ends=first or one["kind"] == "Job",
                probed={"readinessProbe", "livenessProbe"} <= container.keys(),
                hardened=tuple(_kubernetes_faults(pod, container)),
                ports=tuple(port["containerPort"] for port in container.get("ports", ())),
            )


def _kubernetes_faults(pod: Mapping[str, Any], container: Mapping[str, Any]) -> Iterator[str]:
    all_, own = pod.get("securityContext", {}), container.get("securityContext", {})
    resources = container.get("resources", {})
    wanted = {
        "runs as root": all_.get("runAsNonRoot") is True and all_.get("runAsUser", 0) > 0,
        "may write its file system": own.get("readOnlyRootFilesystem") is True,
        "keeps capabilities": own.get("capabilities") == {"drop": ["ALL"]},
        "may gain privileges": own.get("allowPrivilegeEscalation") is False,
        "may call whatever the kernel has": all_.get("seccompProfile") == {"type": "RuntimeDefault"},
        "has no limit of memory": "memory" in resources.get("limits", {}) and "memory" in resources.get("requests", {}),
        "has no limit of processors": "cpu" in resources.get("limits", {}),
        "knows the cluster": pod.get("automountServiceAccountToken") is False,
    }
    return (fault for fault, well in wanted.items() if not well)


def unit_parts(folder: Path) -> Iterator[Part]:
    """The units that run something."""
    for file in sorted(folder.glob("*.service")):
        said = [line.partition("=")[::2] for line in file.read_text("utf-8").splitlines() if line[:1] not in ("#", "[")]
        wanted = {"NoNewPrivileges": "yes", "ProtectSystem": "strict", "User": "duban", "CapabilityBoundingSet": ""}
        yield Part(
            name=file.name,
            image="duban",
            command=tuple(shlex.split(next(value for key, value in said if key == "ExecStart"))),
            values=dict(value.partition("=")[::2] for key, value in said if key == "Environment"),
            hardened=tuple(key for key, value in wanted.items() if (key, value) not in said),
        )


def parts(root: Path) -> list[Part]:
    """Everything that runs by the files under `root`, and what all of it is told by the image."""
    return [
        *compose_parts(root / "compose.yaml"),
        *kubernetes_parts(root / "kubernetes"),
        *unit_parts(root / "systemd"),
        Part("Containerfile", "duban", ("duban", "--help"), image_values(root / "Containerfile")),
    ]


def image_values(file: Path) -> Mapping[str, str]:
    """The variables that the image sets."""
    text = re.sub(r"\\\n\s*", "", file.read_text(encoding="utf-8"))
    return dict(word.partition("=")[::2] for line in re.findall(r"^ENV (.*)$", text, re.M) for word in line.split())


def commands(part: Part) -> Iterator[list[str]]:
    """What a part runs, a list of words each: also what a shell is told to."""
    words = list(part.command)
    if Path(words[0]).name == "sh":
        script = words[-1]
        for piece in re.split(r"&&|;|\|\|", script):
            said = re.sub(r"^(?:until|exec|while|do)\s+|\s*\d?>\S*\s*\S*$|^\s*(?:done|do .*)$", "", piece.strip())
            if (inner := shlex.split(re.sub(r">.*", "", said))) and inner[0] not in ("sleep", "done"):
                yield inner
    else:
        yield words


def literal_secrets(part: Part) -> Iterator[str]:
    """Secrets that stand written out."""
    for name, value in part.values.items():
        if value is not None and SECRET.search(name):
            yield f"{part.name}: {name} is written out"
        if value is not None and LOGIN.search(value):
            yield f"{part.name}: {name} holds a password"
    for word in part.command:
        if LOGIN.search(word) or re.search(r"--(?:requirepass|password)[= ](?!\"?\$)", word):
            yield f"{part.name}: its command holds a password"


def unknown_variables(part: Part, known: frozenset[str]) -> Iterator[str]:
    """Variables that nobody reads."""
    return (f"{part.name}: nobody reads {name}" for name in part.values if name not in known and name not in IMAGES)


def amiss(part: Part) -> Iterator[str]:
    """What a part lacks that every part is to have."""
    if not part.probed and not part.ends:
        yield f"{part.name}: nobody asks whether it is at work"
    yield from (f"{part.name}: {fault}" for fault in part.hardened)
