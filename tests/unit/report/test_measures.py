from datetime import UTC, datetime

import pytest

from workers_deploy.report.measures import (
    render_age,
    render_seconds,
    short_account,
    short_id,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_long_times_are_told_in_minutes():
    assert render_seconds(599.9) == "599.9 s"
    assert render_seconds(600) == "10 min 0 s"


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2026-11-24T11:59:59.5Z", "just now"),
        ("2026-11-24T12:05:00Z", "just now"),
        ("2026-11-24T11:59:30Z", "30 s ago"),
        ("2026-11-24T13:00:00+02:00", "1 h ago"),
        ("2026-11-24T11:00:00", "1 h ago"),
        ("2026-11-14T12:00:00.123456789Z", "9 d ago"),
        ("soon", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_an_age_is_told_in_words(moment, text):
    assert render_age(moment, NOW) == text


def test_short_ids_stay_whole():
    assert short_id("12345678") == "12345678"
    assert short_id("") == "?"
    assert short_account("acme") == "acme"
