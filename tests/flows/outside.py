"""A deployment of the office's own that actions start."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed


@flow(name="publish", persist_result=False)
def publish(title: str, fails: bool = False) -> State[None]:
    """Publishes, or does not."""
    return Failed(message=f"{title}：接口维护") if fails else Completed(message=title)
