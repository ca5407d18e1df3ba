"""One engine, one base, one image for all image tests; the API is the emulator on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.engine import BASE, Engine, import_base, running_engine
from workers_emulator.server.server import EmulatorServer

ROOT = Path(__file__).parents[2]
IMAGE = "workers-deploy:test"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.image)


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with running_engine() as engine:
        import_base(engine, ROOT / ".cache" / "image-base.tar")
        yield engine


@pytest.fixture(scope="session")
def image(engine: Engine) -> str:
    engine.docker("build", "--network", "host", "--tag", IMAGE, "--build-arg", f"BASE={BASE}", ROOT)
    return IMAGE


@pytest.fixture
def cloudflare() -> Iterator[EmulatorServer]:
    with EmulatorServer() as server:
        yield server
