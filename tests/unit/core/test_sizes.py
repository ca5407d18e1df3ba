"""A size is written in the unit in which people would say it."""

import pytest

from workers_deploy.core.sizes import render_bytes


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KiB"),
        (20_000, "20 KiB"),
        (86_016, "84 KiB"),
        (1023 * 1024, "1023 KiB"),
        (2**20 - 1, "1 MiB"),
        (2**20, "1 MiB"),
        (19_083_264, "18.2 MiB"),
        (2**30 - 1, "1 GiB"),
        (3 * 2**40, "3 TiB"),
        (5000 * 2**40, "5000 TiB"),
    ],
)
def test_a_size_is_told_in_the_unit_that_fits(size: int, text: str):
    assert render_bytes(size) == text
