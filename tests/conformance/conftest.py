"""Scenarios run against the emulator, or against a real account when that is asked for.

pytest tests/conformance
CLOUDFLARE_API_TOKEN=… CLOUDFLARE_ACCOUNT_ID=… pytest tests/conformance --real-account
"""

import os
import secrets
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conformance.names import PREFIX
from conformance.recorder import recording
from conformance.redaction import Redactor
from conformance.target import Target
from conformance.transcript import EMULATED, FOLDER, REAL, Transcript
from fakes.entrypoint import run_entrypoint, run_here
from fakes.wrangler import emulate
from workers_deploy import __version__
from workers_emulator.server.server import EmulatorServer
from workers_emulator.state.rights import Right

OPTION = "--real-account"
CLOUDFLARE = "https://api.cloudflare.com/client/v4"
# Tests are chosen before there is an account: what a mark needs is an option or a variable.
MEANS = {"zone": "--zone", "kv_namespace": "--kv-namespace", "paid_plan": "--paid-plan"}
SCRIPTS_TOKEN = "CLOUDFLARE_SCRIPTS_TOKEN"
# What a run that was killed has left is deleted by a later one; not what may still be running.
ABANDONED = timedelta(hours=1)
_TRANSCRIPT = pytest.StashKey[Transcript]()
_LEFT_OUT = pytest.StashKey[tuple[str, ...]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "the scenarios of docs/conformance.md")
    group.addoption(OPTION, action="store_true", help="run them on a real account")
    group.addoption("--zone", help="a zone of the account, for scenarios about routes")
    group.addoption("--kv-namespace", help="the id of a KV namespace of the account")
    group.addoption("--paid-plan", action="store_true", help="the account has Workers Paid")
    group.addoption("--transcripts", help="where the transcript goes, also of the emulator")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs_faults: a scenario in which requests fail")
    config.addinivalue_line("markers", "needs(means): a scenario that is left out without them")
    config.addinivalue_line("markers", "of_the_emulator: no scenario, but about the emulator")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose the scenarios that the target has the means for."""
    if not is_real(config):
        return
    unfit = [item for item in items if is_for_the_emulator(item)]
    wanting = [item for item in items if item not in unfit and not is_possible(config, item)]
    items[:] = [item for item in items if item not in (*unfit, *wanting)]
    config.stash[_LEFT_OUT] = tuple(title_of(item) for item in wanting)
    config.hook.pytest_deselected(items=[*unfit, *wanting])


def is_for_the_emulator(item: pytest.Item) -> bool:
    return any(item.iter_markers("needs_faults")) or any(item.iter_markers("of_the_emulator"))


def is_possible(config: pytest.Config, item: pytest.Item) -> bool:
    """Whether the account has what a scenario needs."""
    needed = [name for mark in item.iter_markers("needs") for name in mark.args]
    return all(
        os.environ.get(SCRIPTS_TOKEN) if name == "scripts_token" else config.getoption(MEANS[name])
        for name in needed
    )


def is_real(config: pytest.Config) -> bool:
    # The option is unknown where pytest was asked to run more than tests/conformance.
    return bool(config.getoption(OPTION, default=False))


def title_of(item: pytest.Item) -> str:
    return item.name.removeprefix("test_")


@pytest.fixture(scope="session")
def account(pytestconfig: pytest.Config) -> Iterator[Target]:
    folder = pytestconfig.getoption("--transcripts", default=None)
    with ExitStack() as stack:
        if is_real(pytestconfig):
            target = real_account(pytestconfig)
            folder = folder or FOLDER
        else:
            target = emulated_account(stack.enter_context(emulate(limited_tokens=LIMITED)))
        if folder is not None:
            target = recorded(pytestconfig, target, Path(folder), stack)
        if is_real(pytestconfig):
            delete_abandoned(target)
        yield target


LIMITED = {"token-of-scripts-only": frozenset({Right.SCRIPTS})}


def real_account(config: pytest.Config) -> Target:
    return Target(
        base_url=os.environ.get("CLOUDFLARE_API_BASE_URL", CLOUDFLARE),
        token=os.environ["CLOUDFLARE_API_TOKEN"],
        account_id=os.environ["CLOUDFLARE_ACCOUNT_ID"],
        prefix=PREFIX,
        folder=Path(),
        lag=90.0,
        sleep=time.sleep,
        run=run_entrypoint,
        zone=config.getoption("--zone"),
        kv_namespace=config.getoption("--kv-namespace"),
        scripts_token=os.environ.get(SCRIPTS_TOKEN),
    )


def emulated_account(cloudflare: EmulatorServer) -> Target:
    return Target(
        base_url=cloudflare.url,
        token=cloudflare.token,
        account_id=cloudflare.account_id,
        prefix=PREFIX,
        folder=Path(),
        lag=0.0,
        sleep=lambda _: None,
        run=run_here,
        control_url=f"{cloudflare.origin}/__emulator__",
        zone="example.com",
        kv_namespace="0f2ac74b498b48028cb68387c421e279",
        scripts_token=next(iter(LIMITED)),
    )


def recorded(config: pytest.Config, account: Target, folder: Path, stack: ExitStack) -> Target:
    """Return the account with someone at its door who writes down what is said there."""
    began = datetime.now(UTC)
    transcript = Transcript(file=folder / f"{began:%Y-%m-%dT%H-%M-%SZ}.jsonl")
    transcript.begin(
        on=REAL if is_real(config) else EMULATED,
        began=began,
        version=__version__,
        left_out=config.stash.get(_LEFT_OUT, ()),
    )
    config.stash[_TRANSCRIPT] = transcript
    redactor = Redactor(known_values(account))
    url = stack.enter_context(recording(account.base_url, redactor, transcript.note))
    return replace(account, base_url=url)


def known_values(account: Target) -> dict[str, str]:
    """Return what is known to tell whose account it is, and what stands in its place."""
    known = {
        account.token: "<token>",
        account.account_id: "<account>",
        account.scripts_token: "<scripts token>",
        account.kv_namespace: "<kv namespace>",
        account.zone: "<zone>",
    }
    return {value: stand_in for value, stand_in in known.items() if value}


@pytest.fixture
def target(request: pytest.FixtureRequest, account: Target, tmp_path: Path) -> Iterator[Target]:
    """Return the account as one scenario sees it; what it makes is deleted, however it ends."""
    transcript = request.config.stash.get(_TRANSCRIPT, None)
    if transcript is not None:
        transcript.scenario = title_of(request.node)
    own = replace(account, prefix=f"{PREFIX}{secrets.token_hex(4)}-", folder=tmp_path)
    try:
        yield own
    finally:
        if own.can_inject_faults:
            own.fail()
        own.clean_up()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note how a scenario ended: failed where anything of it did, its cleaning up too."""
    report = yield
    transcript = item.config.stash.get(_TRANSCRIPT, None)
    if transcript is not None and not is_for_the_emulator(item):
        former = transcript.results.get(title_of(item), "passed")
        transcript.results[title_of(item)] = report.outcome if former == "passed" else former
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    transcript = session.config.stash.get(_TRANSCRIPT, None)
    if transcript is not None:
        transcript.end()


def delete_abandoned(account: Target) -> None:
    limit = datetime.now(UTC) - ABANDONED
    for script in account.call("GET", "/scripts"):
        is_old = datetime.fromisoformat(script["modified_on"]) < limit
        if script["id"].startswith(PREFIX) and is_old:
            account.call("DELETE", f"/scripts/{script['id']}", params={"force": "true"})
