"""Crons are taken and refused as Cloudflare does: by its documentation and its published parser."""

import pytest

from workers_deploy.project.config.crons import find_cron_flaw


@pytest.mark.parametrize(
    "cron",
    [
        # of the documentation
        "* * * * *",
        "*/30 * * * *",
        "0 17 * * sun",
        "10 7 * * 2-6",
        "10 7 * * mon-fri",
        "0 18 * * 6L",
        "0 18 * * friL",
        "59 23 LW * *",
        # of the parser's own tests
        "*/5,*/3 * * * *",
        "50-10 22-2 30-1 11-FEB *",
        "0-30/5,30-59/3 1/2,*/4 L-3W 1-DEC/4 MON#1",
        "0 0 1W sEp 5#4",
        "0 0 L * L",
        "0,5-10,10-30/3,30/3 * 1,4,31 1,MAR,6 1,3,SAT",
        "1,* * * * *",  # a star counts as the first value there
        # white space, leading zeros
        " 05\t00000000001   * * * ",
    ],
)
def test_what_cloudflare_takes_passes(cron: str):
    assert find_cron_flaw(cron) is None


@pytest.mark.parametrize(
    ("cron", "reason"),
    [
        ("* * *", "it has 3 fields instead of 5"),
        ("", "it has 0 fields instead of 5"),
        ("@daily", "it has 1 field instead of 5"),
        ("0 0 * * * *", "it has 6 fields instead of 5"),
        ("60 * * * *", "the minute 60 is not between 0 and 59"),
        ("0-60 * * * *", "the minute 60 is not between 0 and 59"),
        ("* 24 * * *", "the hour 24 is not between 0 and 23"),
        ("* * 0 * *", "the day of the month 0 is not between 1 and 31"),
        ("* * * 13 *", "the month 13 is not between 1 and 12"),
        ("* * * * 0", "the weekday 0 is not between 1 and 7"),
        ("* * * * 1-5,0", "the weekday 0 is not between 1 and 7"),
        ("*/0 * * * *", "the step 0 of the minute is not between 1 and 59"),
        ("*/60 * * * *", "the step 60 of the minute is not between 1 and 59"),
        ("* * * */12 *", "the step 12 of the month is not between 1 and 11"),
        ("* * * MAI *", 'the month "MAI" is not understood'),
        ("MON * * * *", 'the minute "MON" is not understood'),
        ("* * L-31 * *", 'the 31 in the day of the month "L-31" is not between 1 and 30'),
        ("* * 0W * *", 'the 0 in the day of the month "0W" is not between 1 and 31'),
        ("* * 3,L * *", 'the day of the month "L" is not understood'),
        ("* * 32W * *", 'the 32 in the day of the month "32W" is not between 1 and 31'),
        ("* * * * 3#6", 'the 6 in the weekday "3#6" is not between 1 and 5'),
        ("* * * * 8L", 'the weekday "8L" is not understood'),
        ("? * * * *", 'the minute "?" is not understood'),
        ("*,5 * * * *", 'the minute "*,5" is not understood'),
        ("*-5 * * * *", 'the minute "*-5" is not understood'),
        ("1- * * * *", 'the minute "1-" is not understood'),
        ("٣ * * * *", 'the minute "٣" is not understood'),
        (f"{'9' * 5000} * * * *", f"the minute {'9' * 40} is not between 0 and 59"),
    ],
)
def test_what_cloudflare_refuses_is_a_flaw_that_says_why(cron: str, reason: str):
    found = find_cron_flaw(cron)

    assert found is not None
    assert found.reason == reason
    assert found.hint


def test_the_advice_for_weekdays_says_which_number_is_which():
    assert find_cron_flaw("0 3 * * 0").hint.startswith("1 is Sunday and 7 is Saturday")
