"""`show` and `list`: readable in a log, complete in the report, without values of variables."""

from dataclasses import replace

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import Runner

VALUE = "a-variable-that-may-be-sensitive"


@pytest.fixture
def live(full_runner: Runner, cloudflare: Cloudflare) -> Runner:
    """The full checkout, deployed twice, with a variable and a KV namespace."""
    full_runner.checkout.config(
        vars={"GREETING": VALUE, "LIMITS": {"inner": VALUE}},
        kv_namespaces=[{"binding": "KV", "id": "0f2e" * 8}],
    )
    assert full_runner.fast("deploy", message="First").exit_code == 0
    full_runner.checkout.module("export default { fetch() {} };\n")
    assert full_runner.fast("deploy", message="Second", tag="v2").exit_code == 0
    cloudflare.forget_requests()
    return full_runner


def test_show_tells_all_that_is_reported_of_a_script(live: Runner, cloudflare: Cloudflare):
    run = live.process("show")

    assert run.exit_code == 0, run.log
    assert run.outcome == "done"
    assert run.outputs["changed"] == "false"
    assert cloudflare.writes == []
    details = run.report["details"]
    assert details["live_version"]["id"] == cloudflare.live()["id"]
    assert details["live_version"]["message"] == "Second"
    assert details["live_version"]["tag"] == "v2"
    assert details["secrets"]["live"] == ["MAIL_KEY", "STRIPE_KEY"]
    assert details["secrets"]["latest"] == ["MAIL_KEY", "STRIPE_KEY"]
    assert details["settings"]["compatibility_date"] == "2026-11-01"
    assert details["script_settings"]["logpush"] is True
    assert details["subdomain"] == {"enabled": True, "previews_enabled": False}
    assert details["usage_model"] == {"usage_model": "standard", "cpu_ms": None}
    assert len(details["deployments"]) == len(details["versions"]) == 2
    assert details["url"] == run.outputs["deployment-url"]
    kinds = {binding["name"]: binding["type"] for binding in details["bindings"]}
    assert kinds == {
        "GREETING": "plain_text",
        "LIMITS": "json",
        "KV": "kv_namespace",
        "ASSETS": "assets",
        "STRIPE_KEY": "secret_text",
        "MAIL_KEY": "secret_text",
    }


def test_show_tells_the_crons(live: Runner, cloudflare: Cloudflare):
    live.checkout.config(main="index.js", triggers={"crons": ["2 * * * *"]})
    assert live.fast("deploy", "--only", "triggers").exit_code == 0

    run = live.fast("show")

    assert run.report["details"]["crons"] == ["2 * * * *"]
    assert "▸ Crons        2 * * * *" in run.stdout


def test_show_is_a_table_in_the_log(live: Runner, cloudflare: Cloudflare):
    run = live.fast("show")

    lines = run.stdout.splitlines()
    for title in (
        *("Version", "Bindings", "Secrets", "Settings", "Script settings"),
        *("Subdomain", "Usage model", "Deployments"),
    ):
        assert any(line.startswith(f"▸ {title}") for line in lines), title
    kv = next(line for line in lines if "kv_namespace" in line)
    assert "0f2e" * 8 in kv
    columns = {line.index("100 %") for line in lines if "100 %" in line}
    assert len(columns) == 1, "the deployments stand under each other"


def test_no_value_of_a_variable_is_shown(live: Runner):
    run = live.fast("show", log_level="debug")

    assert VALUE not in run.shown()
    assert "GREETING" in run.stdout


def test_show_tells_the_latest_version_apart_from_the_live_one(
    live: Runner, cloudflare: Cloudflare
):
    live.checkout.module("export default { fetch() { return 3 } };\n")
    live.knows(NEW_KEY="brand-new-value")
    assert live.fast("preview").exit_code == 0

    run = live.fast("show")

    details = run.report["details"]
    assert details["latest_version_id"] != details["live_version"]["id"]
    assert details["secrets"]["live"] == ["MAIL_KEY", "STRIPE_KEY"]
    assert details["secrets"]["latest"] == ["MAIL_KEY", "NEW_KEY", "STRIPE_KEY"]
    assert "is not the live one" in run.log


def test_a_usage_model_that_the_plan_does_not_have_is_no_failure(
    live: Runner, cloudflare: Cloudflare
):
    cloudflare.fail("GET usage-model", "status", status=403, code=10015, count=None)

    run = live.fast("show")

    assert run.exit_code == 0, run.log
    assert run.report["details"]["usage_model"] is None
    assert "no choice" in run.stdout


def test_a_read_that_is_never_answered_is_exit_5(live: Runner, cloudflare: Cloudflare):
    cloudflare.fail("GET secrets", "status", status=503, count=None)

    run = live.fast("show", max_attempts=2)

    assert run.exit_code == 5
    assert run.outcome == "failed"
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]


def test_a_script_that_does_not_exist_cannot_be_shown(runner: Runner):
    run = runner.fast("show", script_name="no-such-script")

    assert run.exit_code == 2
    assert "the script no-such-script does not exist" in run.log


def test_of_a_script_without_versions_the_rest_is_shown(runner: Runner, cloudflare: Cloudflare):
    cloudflare.ask("POST", "/workers/workers", {"name": "shop", "logpush": True})

    run = runner.process("show")

    assert run.exit_code == 0, run.log
    details = run.report["details"]
    assert (details["live_version"], details["settings"]) == (None, None)
    assert details["versions"] == details["deployments"] == details["secrets"]["latest"] == []
    assert details["script_settings"]["logpush"] is True
    assert "▸ Settings     none\n" in run.stdout


@pytest.mark.parametrize("route", ["GET settings", "GET secrets", "GET versions"])
def test_a_part_that_only_a_version_has_is_left_out(
    live: Runner, cloudflare: Cloudflare, route: str
):
    nth = 2 if route == "GET versions" else 1  # what serves is read before
    cloudflare.fail(route, "status", status=404, code=10222, nth=nth, count=None)

    run = live.fast("show")

    assert run.exit_code == 0, run.log


def test_any_other_refusal_of_a_part_is_exit_4(live: Runner, cloudflare: Cloudflare):
    cloudflare.fail("GET settings", "status", status=403, code=10023, count=None)

    run = live.fast("show")

    assert (run.exit_code, run.outputs["error-code"]) == (4, "10023")


def test_a_script_in_a_dispatch_namespace_is_shown(runner: Runner, cloudflare: Cloudflare):
    cloudflare.ask("POST", "/workers/dispatch/namespaces", {"name": "tenants"})
    runner.knows(OURS="ours-value-1")
    assert runner.fast("deploy", dispatch_namespace="tenants").exit_code == 0

    run = runner.fast("show", dispatch_namespace="tenants")

    assert run.exit_code == 0, run.log
    assert run.report["details"]["secrets"]["latest"] == ["OURS"]


def test_show_needs_nothing_of_the_checkout(live: Runner):
    (live.checkout.root / "index.js").unlink()

    run = live.fast("show")

    assert run.exit_code == 0, run.log


def test_the_accounts_scripts_are_listed(live: Runner, cloudflare: Cloudflare):
    for name in ("blog", "shop-staging"):
        assert live.fast("deploy", script_name=name).exit_code == 0
    cloudflare.forget_requests()

    run = live.process("list")

    assert run.exit_code == 0, run.log
    assert [one["name"] for one in run.report["details"]["scripts"]] == [
        "blog",
        "shop",
        "shop-staging",
    ]
    assert cloudflare.requests == ["GET /workers/scripts"]
    table = [line for line in run.stdout.splitlines() if line.startswith(("name ", "blog", "shop"))]
    assert len(table) == 4
    assert {line.index("20") for line in table[1:]} == {table[0].index("modified")}
    assert run.outcome == "done"


def test_a_search_asks_cloudflare_for_a_part_of_the_name(live: Runner, cloudflare: Cloudflare):
    for name in ("blog", "shop-staging"):
        live.fast("deploy", script_name=name)
    cloudflare.forget_requests()

    run = live.process("list", "--search", "hop")

    assert [one["name"] for one in run.report["details"]["scripts"]] == ["shop", "shop-staging"]
    assert [str(sent) for sent in cloudflare.sent] == ["GET /workers/scripts-search"]
    assert cloudflare.sent[0].query["name"] == "hop"


def test_a_search_reads_all_pages(runner: Runner, cloudflare: Cloudflare):
    assert runner.fast("deploy").exit_code == 0
    (script,) = cloudflare.account.state.scripts.values()
    for number in range(101):
        place = replace(script.place, name=f"many-{number:03}")
        cloudflare.account.write_script(replace(script, place=place))

    run = runner.fast("list", search="many")

    assert len(run.report["details"]["scripts"]) == 101


def test_an_account_without_scripts_says_so(runner: Runner):
    run = runner.fast("list")

    assert run.exit_code == 0
    assert "no scripts" in run.stdout
    assert run.report["details"] == {"scripts": []}


def test_a_list_needs_no_script_name(runner: Runner):
    (runner.checkout.root / "wrangler.json").unlink()

    run = runner.fast("list")

    assert run.exit_code == 0, run.log


def test_a_refused_list_is_exit_4(runner: Runner, cloudflare: Cloudflare):
    cloudflare.fail("GET workers/scripts", "status", status=403, code=10023, message="No.")

    run = runner.fast("list")

    assert run.exit_code == 4
    assert run.outputs["error-code"] == "10023"


def test_the_summary_of_show_has_what_the_log_has(live: Runner, cloudflare: Cloudflare):
    run = live.fast("show", ci="github")

    summary = run.step_summary
    assert summary.startswith("### 📄 Read <code>shop</code>")
    assert "- <code>KV</code> · kv_namespace" in summary
    for told in ("**Bindings**", "**Secrets** MAIL_KEY, STRIPE_KEY", "logpush on", "100 %"):
        assert told in summary, told
    assert cloudflare.live()["id"] in summary
    assert VALUE not in summary
    assert "|" not in summary, "no table: it would be wider than a phone"


def test_the_summary_of_list_names_the_scripts(live: Runner):
    live.checkout.config(name="cart_2")
    assert live.fast("deploy").exit_code == 0

    run = live.fast("list", ci="github")

    assert run.step_summary.startswith("### 📄 Found: 2 scripts · ")
    names = [line for line in run.step_summary.splitlines() if line.startswith("- <code>")]
    assert [name.partition("</code>")[0] for name in names] == [
        "- <code>cart&#95;2",
        "- <code>shop",
    ]


def test_the_summary_of_download_names_the_modules(live: Runner):
    run = live.fast("download", ci="github", output_dir="downloaded")

    assert run.exit_code == 0, run.log
    assert "**1 module**" in run.step_summary
    assert "index.js" in run.step_summary
