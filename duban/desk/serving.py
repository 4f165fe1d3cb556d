"""The desk as a process: one port, one account, its log without marks."""

import logging
from threading import Event

import uvicorn
from fastapi import FastAPI

from duban.adapters.log_lines import logging_json
from duban.desk.app import WithoutMarks, make_app
from duban.desk.engine import make_engine
from duban.desk.uploads import keep_swept
from duban.desk.waking import Waking
from duban.settings import Settings


def serve(settings: Settings, waking: Waking, port: int) -> None:
    """Answer requests until told to end."""
    engine = make_engine(settings, waking)
    keep_swept(engine.store, Event())
    uvicorn.Server(config_of(make_app(engine), settings.desk.host, port)).run()


def config_of(app: FastAPI, host: str, port: int) -> uvicorn.Config:
    """How the desk is served; what is logged from then on bears no marks."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        proxy_headers=False,  # whom of those that pass requests on we believe, `peers` knows
        server_header=False,
        log_level="info",
        log_config=None if logging_json() else uvicorn.config.LOGGING_CONFIG,
        timeout_graceful_shutdown=5,
    )
    for name in ("uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).addFilter(WithoutMarks())
    return config
