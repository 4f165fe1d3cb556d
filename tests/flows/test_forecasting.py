"""The patrol publishes the forecast of the whole plan when there is something new to say."""

import pytest
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.objects import Artifact
from prefect.client.schemas.sorting import ArtifactSort

from tests.flows.server import IDLE, Server

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]


def pages(server: Server) -> list[Artifact]:
    """Every version of the page, the last one first."""
    ours = ArtifactFilter(key=ArtifactFilterKey(any_=[f"{server.bureau.plan}--forecast"]))
    return server.client.read_artifacts(artifact_filter=ours, sort=ArtifactSort.CREATED_DESC)


def test_a_page_for_every_working_day_and_for_news_and_no_other(server: Server) -> None:
    server.apply(IDLE)
    while server.patrol():
        pass
    (first, *_), count = pages(server), len(pages(server))
    assert str(first.description).startswith("全局预测：2024-04-01，台账记至2024-04-0")
    assert str(first.data).startswith("# 全局预测")
    server.tick("0.00")
    assert len(pages(server)) == count
    server.bureau.at("2024-04-02 09:00")
    server.tick("0.00")
    assert len(pages(server)) == count + 1
    assert str(pages(server)[0].description).startswith("全局预测：2024-04-02，台账记至2024-04-0")
