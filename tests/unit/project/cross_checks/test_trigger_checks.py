"""Triggers that can't be are told where they stand; none that can be is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from fakes.loads import HEAD, load, told, write_config
from workers_deploy.project.cross_checks.triggers import find_hostname_flaw, find_pattern_flaw

ZONE = "0123456789abcdef0123456789abcdef"


def problems(folder: Path, **config: Any) -> list[str]:
    write_config(folder, f"{{{HEAD}, {json.dumps(config)[1:]}")
    return told(load(folder, sends_triggers=True))


@pytest.mark.parametrize(
    "pattern",
    [
        "example.com",
        "example.com/",
        "*example.com/*",
        "*.example.com/images/*",
        "https://*.example.com/",
        "http://example.com/path*",
        "HTTPS://Example.com/*",
        "*/*",
        "*",
        "example.com:8080/*",
        "münchen.example/ü/*",
        "example.com/a:b/*",
    ],
)
def test_a_route_pattern_that_can_be_is_none_of_ours_to_refuse(pattern: str):
    assert find_pattern_flaw(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "flaw"),
    [
        ("/path/*", "it has no host"),
        ("https://", "it has no host"),
        ("www.*.com/*", "a host can have * only at its beginning"),
        ("example.*", "a host can have * only at its beginning"),
        ("example.com/*.jpg", "a path can have * only at its end"),
        ("example.com/**", "a path can have * only at its end"),
        ("example.com/?foo=*", "it has a query"),
        ("ftp://example.com/*", "only http:// and https:// can precede the host"),
        ("example.com/a b", "it has a space"),
    ],
)
def test_a_route_pattern_that_can_not_be_says_why(pattern: str, flaw: str):
    assert find_pattern_flaw(pattern) == flaw


def test_every_route_that_can_not_be_is_told_where_it_stands(tmp_path: Path):
    found = problems(
        tmp_path,
        routes=[
            "example.com/*.jpg",
            {"pattern": "a.*.com/*", "zone_name": "example.com"},
            {"pattern": "b.example.com/*", "zone_id": "example.com"},
            {"pattern": "c.example.com", "custom_domain": True, "zone_id": ZONE},
            {"pattern": "d.example.com/x", "custom_domain": True},
        ],
    )

    assert [one.partition(": ")[2] for one in found] == [
        '"routes[0]" is not a route pattern: a path can have * only at its end',
        '"routes[1].pattern" is not a route pattern: a host can have * only at its beginning',
        '"routes[2].zone_id" is not 32 hex digits',
        "Paths are not allowed in Custom Domains",
    ]
    assert all(one.startswith("wrangler.jsonc:1:") for one in found)


def test_the_one_route_is_checked_too(tmp_path: Path):
    (found,) = problems(tmp_path, route="example.com/*/x")

    assert '"route" is not a route pattern' in found


def test_crons_are_checked_wherever_they_stand(tmp_path: Path):
    workflow = {"name": "w", "binding": "W", "class_name": "W"}
    found = problems(
        tmp_path,
        triggers={"crons": ["0 * * * *", "* * *"]},
        workflows=[
            {**workflow, "schedules": "0 0 * * 0"},
            {**workflow, "name": "v", "binding": "V", "schedules": ["0 0 * * 1", "often"]},
        ],
        exports={"U": {"type": "workflow", "name": "u", "schedules": "60 * * * *"}},
    )

    labels = [one.split('"')[1] for one in found if "cron expression" in one]
    assert labels == [
        "triggers.crons[1]",
        "workflows[0].schedules",
        "workflows[1].schedules[1]",
        "exports.U.schedules",
    ]


@pytest.mark.parametrize(
    ("key", "least", "most"),
    [
        ("max_batch_size", 1, 100),
        ("max_batch_timeout", 0, 60),
        ("max_retries", 0, 100),
        ("max_concurrency", 1, 250),
        ("retry_delay", 0, 86_400),
    ],
)
def test_a_consumer_stays_within_the_limits_of_queues(
    tmp_path: Path, key: str, least: int, most: int
):
    consumers = [{"queue": "q", key: value} for value in (least - 1, least, most, most + 1)]

    found = problems(tmp_path, queues={"consumers": consumers})

    assert [one.partition(": ")[2] for one in found] == [
        f'"queues.consumers[{index}].{key}" is {value}; Cloudflare takes {least} to {most:,}'
        for index, value in ((0, least - 1), (3, most + 1))
    ]


def test_what_is_not_sent_is_not_checked(tmp_path: Path):
    write_config(tmp_path, f'{{{HEAD}, "triggers": {{"crons": ["often"]}}}}')

    assert told(load(tmp_path)) == []


@pytest.mark.parametrize(
    ("hostname", "flaw"),
    [
        ("a b.example.com", "it has a space"),
        ("shop.example.com:80", "it has a port"),
        ("shop@example.com", "it has a character that no hostname has"),
        ("shop..example.com", "it has an empty label"),
        (".example.com", "it has an empty label"),
        (f"{'a' * 64}.example.com", "a label has more than 63 characters"),
        (f"{'a' * 63}.example.com", None),
        ("münchen.example", None),
        ("_dmarc.example.com", None),
        ("shop.example.com.", None),
    ],
)
def test_a_custom_domain_is_a_hostname(hostname: str, flaw: str | None):
    assert find_hostname_flaw(hostname) == flaw


def test_a_domain_a_zone_and_a_delay_that_cannot_be_are_reported_at_once(tmp_path: Path):
    found = problems(
        tmp_path,
        routes=[
            {"pattern": "shop..example.com", "custom_domain": True},
            {"pattern": "a.example.com/*", "zone_name": ""},
        ],
        queues={"producers": [{"binding": "Q", "queue": "orders", "delivery_delay": 86_401}]},
    )

    assert [one for one in found if "routes" in one or "queues" in one] == found
    assert len(found) == 3
    assert any(
        '"routes[0].pattern" is not a hostname: it has an empty label' in one for one in found
    )
    assert any('"routes[1].zone_name" is empty' in one for one in found)
    assert any("Cloudflare takes 0 to 86,400" in one for one in found)
