"""Cron expressions that the emulator takes and refuses."""

import pytest

from fakes.cloudflare_client import code

SCRIPT = "/workers/scripts/hello"


@pytest.mark.parametrize(
    "cron",
    [
        "often",
        "* * * *",
        "0 3 * * 0",
        "0 3 * * 0-5",
        "0 3 * * 1,0",
        "60 * * * *",
        "0 24 * * *",
        "*/0 * * * *",
        "0 0 * * 6#6",
        "1-2-3 * * * *",
        "0 0 32 * *",
        "0 0 0W * *",
        "0 0 L-31 * *",
        "0 0 1 13 *",
        "0 0 1 MAI *",
        "L * * * *",
    ],
)
def test_crons_that_cannot_be_are_refused(account, cron):
    account.upload()

    answer = account.ask("PUT", f"{SCRIPT}/schedules", json=[{"cron": cron}])

    assert code(answer) == (400, 10100)
    assert answer.json()["errors"][0]["message"] == f"invalid cron string: {cron}"


@pytest.mark.parametrize(
    "cron",
    ["0 3 * * 7", "0 3 * * 2-6/2", "0 0 10 * *", "0 0 LW * friL", "*/59 00-23 L-30W jan,12 1#5"],
)
def test_crons_that_can_be_are_taken(account, cron):
    account.upload()

    assert account.ask("PUT", f"{SCRIPT}/schedules", json=[{"cron": cron}]).is_success
