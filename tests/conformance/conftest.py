"""Scenarios run against the emulator, or against a real account when that is asked for.

pytest tests/conformance
CLOUDFLARE_API_TOKEN=… CLOUDFLARE_ACCOUNT_ID=… pytest tests/conformance --real-account
"""

import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conformance.target import PREFIX, Target
from fakes.wrangler import emulate

REAL = "--real-account"
CLOUDFLARE = "https://api.cloudflare.com/client/v4"
# What a run that was killed has left is deleted by a later one; not what may still be running.
ABANDONED = timedelta(hours=1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        REAL, action="store_true", help="run the scenarios on a real account (docs/conformance.md)"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs_faults: a scenario in which requests fail")
    config.addinivalue_line("markers", "of_the_emulator: no scenario, but about the emulator")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose the scenarios that the target has the means for."""
    if not is_real(config):
        return
    unfit = [item for item in items if is_for_the_emulator(item)]
    items[:] = [item for item in items if not is_for_the_emulator(item)]
    config.hook.pytest_deselected(items=unfit)


def is_for_the_emulator(item: pytest.Item) -> bool:
    return any(item.iter_markers("needs_faults")) or any(item.iter_markers("of_the_emulator"))


def is_real(config: pytest.Config) -> bool:
    # The option is unknown where pytest was asked to run more than tests/conformance.
    return bool(config.getoption(REAL, default=False))


@pytest.fixture(scope="session")
def account(pytestconfig: pytest.Config) -> Iterator[Target]:
    if is_real(pytestconfig):
        real = Target(
            base_url=os.environ.get("CLOUDFLARE_API_BASE_URL", CLOUDFLARE),
            token=os.environ["CLOUDFLARE_API_TOKEN"],
            account_id=os.environ["CLOUDFLARE_ACCOUNT_ID"],
            prefix=PREFIX,
            folder=Path(),
            lag=90.0,
            sleep=time.sleep,
        )
        delete_abandoned(real)
        yield real
        return
    with emulate() as cloudflare:
        yield Target(
            base_url=cloudflare.url,
            token=cloudflare.token,
            account_id=cloudflare.account_id,
            prefix=PREFIX,
            folder=Path(),
            lag=0.0,
            sleep=lambda _: None,
            control_url=f"{cloudflare.origin}/__emulator__",
        )


@pytest.fixture
def target(account: Target, tmp_path: Path) -> Iterator[Target]:
    """Return the account as one scenario sees it; what it makes is deleted, however it ends."""
    own = replace(account, prefix=f"{PREFIX}{secrets.token_hex(4)}-", folder=tmp_path)
    try:
        yield own
    finally:
        if own.can_inject_faults:
            own.fail()
        own.clean_up()


def delete_abandoned(account: Target) -> None:
    limit = datetime.now(UTC) - ABANDONED
    for script in account.call("GET", "/scripts"):
        is_old = datetime.fromisoformat(script["modified_on"]) < limit
        if script["id"].startswith(PREFIX) and is_old:
            account.call("DELETE", f"/scripts/{script['id']}", params={"force": "true"})
