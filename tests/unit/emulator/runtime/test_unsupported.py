"""What can't run of the deployed scripts, kind by kind."""

import pytest

from fakes.cloudflare_client import form, module
from workers_emulator.runtime.unsupported import find_unsupported


def unsupported(account):
    """What the route answers, as pairs of what and why."""
    return [(one["what"], one["why"]) for one in account.own("GET", "unsupported").json()]


@pytest.mark.parametrize(
    ("metadata", "what"),
    [
        ({"bindings": [{"type": "browser", "name": "B"}]}, "the binding B"),
        (
            {"bindings": [{"type": "durable_object_namespace", "name": "D", "namespace_id": "a"}]},
            "the binding D",
        ),
        ({"containers": [{"class_name": "C"}]}, "its containers"),
        ({"streaming_tail_consumers": [{"service": "hello"}]}, "its streaming tail consumers"),
    ],
)
def test_what_nothing_here_plays_is_listed(account, metadata, what):
    assert account.upload(metadata=metadata).is_success

    assert [one for one, _ in unsupported(account)] == [what]


def test_what_runs_is_not_listed(account):
    account.upload("other")
    bindings = [
        {"type": "kv_namespace", "name": "KV", "namespace_id": "a" * 32},
        {"type": "service", "name": "OTHER", "service": "other"},
        {"type": "service", "name": "SELF", "service": "hello"},
        {"type": "version_metadata", "name": "META"},
    ]
    account.upload(metadata={"bindings": bindings, "tail_consumers": [{"service": "other"}]})

    assert unsupported(account) == []


def test_a_script_of_a_dispatch_namespace_is_listed_as_a_whole(account):
    path = "/workers/dispatch/namespaces/tenants/scripts/tenant"
    account.ask("PUT", path, files=form({"main_module": "index.js"}, module()))

    (one,) = find_unsupported(account.server.account.state)

    assert (one.script, one.namespace, one.version) == ("tenant", "tenants", None)
    assert str(one) == (
        "tenant in tenants: can't run the script: scripts of a dispatch namespace do not run here"
    )


def test_versions_that_are_live_or_the_latest_are_listed_and_no_former_ones(account):
    for number in range(3):
        binding = {"type": "ai", "name": f"AI{number}"}
        account.upload(metadata={"bindings": [binding]}, versions=number == 2)

    assert [what for what, _ in unsupported(account)] == ["the binding AI1", "the binding AI2"]


def test_a_binding_to_a_script_without_a_live_version_is_listed(account):
    account.ask("POST", "/workers/workers", json={"name": "empty"})
    binding = {"type": "service", "name": "S", "service": "empty"}
    account.upload(metadata={"bindings": [binding]}, modules=[module()])

    assert unsupported(account) == [("the binding S", "the script empty is not deployed")]


def test_a_name_can_not_break_the_line_of_the_log(account, caplog):
    account.upload(metadata={"bindings": [{"type": "ai", "name": "A\nB\udc80"}]})

    assert caplog.messages == [
        "hello: can't run the binding A\\nB\\udc80: bindings of the type ai are not simulated"
    ]
