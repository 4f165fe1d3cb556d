"""What a request brings: its engine, and from where it comes."""

from typing import Annotated

from fastapi import Depends, Request

from duban.desk.engine import Engine


def engine_of(request: Request) -> Engine:
    """The engine of the application, the same one throughout a request."""
    if not hasattr(request.state, "engine"):
        request.state.engine = request.app.state.engine.for_one()
    engine: Engine = request.state.engine
    return engine


Works = Annotated[Engine, Depends(engine_of)]


def host_of(request: Request) -> str:
    """The address a request comes from."""
    return request.client.host if request.client else "unknown"
