"""Which ways of writing a cron or a route's pattern are one and the same."""

import pytest

from workers_deploy.core.trigger_forms import cron_form, pattern_form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0 12 * * MON", "0 12 * * 2"),
        ("0 12 * * mon-fri", "0 12 * * 2,3,4,5,6"),
        ("0 12 * * friL", "0  12 * *  6L"),
        ("0 0 1 jan,JUL *", "0 0 1 7,1 *"),
        ("5/20 * * * *", "5,25,45 * * * *"),
        ("00 03 * * *", "0 3 * * *"),
        ("0 0 * * SUN#2", "0 0 * * 1#2"),
        ("0 0 15w * *", "0 0 15W * *"),
    ],
)
def test_two_ways_to_write_a_cron_have_one_form(one: str, other: str):
    assert cron_form(one) == cron_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0 12 * * MON", "0 12 * * TUE"),
        ("0 12 1-31 * MON", "0 12 * * MON"),
        ("0 12 * * 6L", "0 12 * * 6"),
        ("0 12 * * FRI-MON", "0 12 * * MON-FRI"),
        ("0 0 L * *", "0 0 L-1 * *"),
        ("* * *", "* * * *"),
    ],
)
def test_crons_that_say_different_things_have_different_forms(one: str, other: str):
    assert cron_form(one) != cron_form(other)


@pytest.mark.parametrize("cron", ["0,30 3,4,5 * 1 2", "0 18 L * 6L", "0 0 * FOO MOON", "* * *"])
def test_a_cron_in_its_form_stays_as_it_is(cron: str):
    assert cron_form(cron) == cron


def test_the_case_of_a_host_says_nothing_and_that_of_a_path_does():
    assert pattern_form("Example.COM/*") == pattern_form("example.com/*")
    assert pattern_form("example.com/A") != pattern_form("example.com/a")
    assert pattern_form("example.com/A/b") != pattern_form("example.com/a/b")
    assert pattern_form("http://example.com/*") != pattern_form("example.com/*")
