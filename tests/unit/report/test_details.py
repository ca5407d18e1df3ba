from types import SimpleNamespace

from fakes.builders import LIVE_ID, OTHER_ID, deployment, live_of, project, secret, variable
from workers_deploy.core.live import LiveState
from workers_deploy.core.project import Binding, ScriptSettings
from workers_deploy.report.details import render_list, render_show, show_record

SETTINGS = SimpleNamespace(
    compatibility_date="2026-11-01",
    compatibility_flags=("nodejs_compat",),
    limits=None,
    placement={"mode": "smart"},
)
DESIRED = project(
    bindings=(
        variable(text="a value"),
        Binding(name="KV", type="kv_namespace", fields={"id": "0"}),
    ),
    secrets=(secret(),),
)


def record_of(live: LiveState, **changes):
    options = {"settings": SETTINGS, "secret_names": ("B", "A"), "versions": live.versions}
    return show_record(live, **{**options, "usage_model": None, **changes})


def rows_of(record):
    return dict(render_show(record))


def test_a_record_has_names_of_secrets_and_no_values():
    record = record_of(live_of(DESIRED))

    assert record["secrets"] == {"live": ["STRIPE_KEY"], "latest": ["A", "B"]}
    assert record["bindings"] == [
        {"name": "GREETING", "type": "plain_text", "fields": {}},
        {"name": "KV", "type": "kv_namespace", "fields": {"id": "0"}},
        {"name": "STRIPE_KEY", "type": "secret_text", "fields": {}},
    ]
    assert "a value" not in str(record)


def test_a_record_tells_message_and_commit_of_a_version_apart():
    version = record_of(live_of(DESIRED))["live_version"]

    assert (version["message"], version["commit"]) == ("Fix the cart", "a1b2c3d4e5f6")


def test_deployments_are_told_newest_first_and_at_most_ten_of_them_in_the_log():
    many = tuple(deployment(OTHER_ID, message=str(number)) for number in range(20))
    record = record_of(live_of(DESIRED, former_deployments=many))

    assert len(record["deployments"]) == 21
    assert record["deployments"][0]["versions"] == [{"version_id": LIVE_ID, "percentage": 100}]
    assert len(rows_of(record)["Deployments"]) == 10


def test_what_is_not_there_is_said_to_be_so():
    rows = rows_of(record_of(LiveState(script_name="shop", exists=True), secret_names=()))

    assert rows["Version"] == rows["Bindings"] == rows["Secrets"] == ["none"]
    assert rows["Script settings"] == ["none"]
    assert rows["Usage model"] == ["no choice"]
    assert rows["Deployments"] == []


def test_settings_are_read_as_words():
    settings = ScriptSettings(
        logpush=True,
        observability={"enabled": False, "head_sampling_rate": 0.5},
        tags=("a", "b"),
    )
    record = record_of(
        live_of(DESIRED, script_settings=settings),
        usage_model={"usage_model": "standard", "cpu_ms": 50},
    )
    rows = rows_of(record)

    assert rows["Script settings"] == [
        "logpush on · observability enabled: off, head_sampling_rate: 0.5 · tags a, b"
    ]
    assert rows["Usage model"] == ["usage_model standard · cpu_ms 50"]
    assert "placement mode: smart" in rows["Settings"][0]


def test_a_list_is_a_table():
    rows = [
        {
            "name": "shop",
            "modified_on": "2026-11-24",
            "last_deployed_from": "api",
            "handlers": ["fetch", "scheduled"],
            "has_assets": False,
        },
        {
            "name": "a-site",
            "modified_on": None,
            "last_deployed_from": None,
            "handlers": [],
            "has_assets": True,
        },
    ]

    assert render_list(rows) == [
        "name    modified    from  handlers",
        "shop    2026-11-24  api   fetch, scheduled",
        "a-site                    assets",
    ]
    assert render_list([]) == ["no scripts"]


def test_a_column_that_is_empty_in_all_rows_is_left_out():
    row = {
        "name": "shop",
        "modified_on": "2026-11-24",
        "last_deployed_from": None,
        "handlers": [],
        "has_assets": False,
    }

    assert render_list([row]) == ["name  modified", "shop  2026-11-24"]
