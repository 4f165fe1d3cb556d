"""The address at which Prometheus asks: `/metrics`, and `/healthz` for whoever only asks whether somebody is there."""

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from deployments.metrics.collecting import Source, Sources
from deployments.metrics.sources import API_VARIABLE, ask_ledger, ask_prefect
from duban.settings import Settings


def sources_of(settings: Settings, *, prefect: bool) -> Sources:
    """What is asked: the ledger, and `prefect` where its server is known."""
    ledger = Source("ledger", lambda figured: ask_ledger(settings, figured))
    server = Source("prefect", lambda figured: ask_prefect(settings, figured))
    return Sources((ledger, server) if prefect else (ledger,))


def told(sources: Collector) -> bytes:
    """The figures as Prometheus reads them."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(sources)
    return generate_latest(registry)


class _Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    timeout = 10  # seconds for whoever connects and says nothing
    sources: Collector

    def do_GET(self) -> None:
        """Give the figures."""
        if self.path == "/healthz":
            self._say(HTTPStatus.OK, "text/plain", b"ok")
        elif self.path.partition("?")[0] == "/metrics":
            self._say(HTTPStatus.OK, CONTENT_TYPE_LATEST, told(self.sources))
        else:
            self._say(HTTPStatus.NOT_FOUND, "text/plain", b"/metrics\n")

    def _say(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: somebody asks every few seconds."""


def server(sources: Collector, host: str, port: int) -> ThreadingHTTPServer:
    """A server that answers once `serve_forever` is called; port 0 takes any that is free."""

    class Handler(_Handler):
        """Of these sources."""

    Handler.sources = sources
    return ThreadingHTTPServer((host, port), Handler)


def serve(settings: Settings, port: int) -> None:
    """Answer until told to end."""
    known = bool(settings.variables.get(API_VARIABLE))
    if known:
        import_module("tasks.asking")  # and Prefect with it, which takes seconds: longer than a scrape may
    with server(sources_of(settings, prefect=known), settings.metrics.host, port) as answering:
        answering.serve_forever()
