"""The desk as a process: one port, one account, its log without marks."""

import logging

import uvicorn

from duban.desk.app import WithoutMarks, make_app
from duban.desk.engine import make_engine
from duban.desk.waking import Waking
from duban.settings import Settings


def serve(settings: Settings, waking: Waking, port: int) -> None:
    """Answer requests until told to end."""
    app = make_app(make_engine(settings, waking))
    for name in ("uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).addFilter(WithoutMarks())
    proxies = list(settings.desk.proxies)
    uvicorn.run(
        app,
        host=settings.desk.host,
        port=port,
        proxy_headers=bool(proxies),  # else anybody says from where they come
        forwarded_allow_ips=proxies,
        server_header=False,
        log_level="info",
        timeout_graceful_shutdown=5,
    )
