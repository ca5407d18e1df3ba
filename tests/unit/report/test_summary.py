import pytest

from fakes.outcomes import (
    CONTEXT,
    NEW,
    OLD,
    URL,
    change,
    facts,
    failed,
    outcome,
    plan,
    refusal,
    result,
    settings_step,
)
from workers_deploy.core.outcome import AssetCounts, Result, Status, Try
from workers_deploy.core.steps import Action
from workers_deploy.errors import GuardError, Place
from workers_deploy.report.markdown import (
    render_summary,
)


def test_a_good_deploy_is_told_in_the_order_of_the_design():
    text = render_summary(outcome(), CONTEXT)

    assert text.startswith(
        "✅ **deploy** <code>shop-staging</code> (environment staging): deployed in 3.4 s"
        f" · <{URL}>\n\n### Plan\n\n"
    )
    parts = ["### Plan", "### Run", "### Assets", "New version", "rollback", "workers-deploy 1.0.0"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "❌" not in text


def test_the_plan_is_a_table_of_before_and_after():
    made = plan(
        settings_step(
            change(),
            change("binding", "KV", None, "kv_namespace", action=Action.CREATE),
            change("secrets", "A, B", None, None, "a value changed"),
            change("limits", "", "1", "2", "as in the file"),
        ),
        notes=("a note",),
    )

    text = render_summary(outcome(plan=made), CONTEXT)

    assert (
        "|  | kind | name | change |\n"
        "|---|---|---|---|\n"
        "| `~` | setting | <code>logpush</code> | false → true |\n"
        "| `+` | binding | <code>KV</code> | kv_namespace |\n"
        "| `~` | secrets | <code>A, B</code> | a value changed |\n"
        "| `~` | limits |  | 1 → 2<br>as in the file |\n"
        "\n- a note\n"
    ) in text


def test_an_empty_plan_says_that_there_is_nothing_to_change():
    text = render_summary(outcome(plan=plan(), results=(), result=Result.UNCHANGED), CONTEXT)

    assert "Nothing to change." in text
    assert "### Run" not in text


def test_each_step_is_told_with_its_seconds_tries_and_waits():
    tries = (Try(request="POST", problem="502 from Cloudflare", waited=1.2),)
    results = (
        result(seconds=1.13, detail="logpush true", tries=tries),
        result(status=Status.NOT_RUN),
    )

    text = render_summary(outcome(results=results), CONTEXT)

    assert (
        "| Settings | done | 1.1 | 2 tries (502 from Cloudflare, waited 1.2 s) | logpush true |\n"
        "| Settings | not-run |  |  |  |"
    ) in text


def test_the_largest_new_assets_are_folded():
    text = render_summary(outcome(), CONTEXT)

    assert "412 assets: 14 uploaded (1.9 MiB), 398 were stored already" in text
    assert (
        "<details><summary>The largest new files</summary>\n\n"
        "| file | size |\n|---|---|\n"
        "| <code>/img/hero.png</code> | 879 KiB |\n\n</details>"
    ) in text


def test_assets_that_were_all_stored_need_no_list():
    counts = AssetCounts(total=3)

    text = render_summary(outcome(facts=facts(assets=counts)), CONTEXT)

    assert "3 assets: 0 uploaded (0 B), 3 were stored already" in text
    assert "<details>" not in text


@pytest.mark.parametrize("assets", [None, AssetCounts()])
def test_a_script_without_assets_has_no_part_about_them(assets):
    assert "### Assets" not in render_summary(outcome(facts=facts(assets=assets)), CONTEXT)


def test_the_way_back_is_one_command():
    text = render_summary(outcome(), CONTEXT)

    assert f"| New version | <code>{NEW}</code> |" in text
    assert f"| Previous version | <code>{OLD}</code> |" in text
    assert (
        "Back to 7c1f2b9a: <code>workers-deploy rollback --script-name shop-staging"
        f" --version-id {OLD}</code>"
    ) in text


@pytest.mark.parametrize(
    "changes",
    [
        {"result": Result.UNCHANGED},
        {"facts": facts(previous_version_id=None)},
        {"facts": facts(script_name=None)},
    ],
)
def test_where_there_is_no_way_back_none_is_told(changes):
    assert "rollback" not in render_summary(outcome(**changes), CONTEXT)


def test_a_failure_stands_first_of_all_with_everything_that_belongs_to_it():
    error = refusal(place=Place(file="src/cart.ts", line=41, column=7), hint="Fix the line above.")

    text = render_summary(failed(error=error), CONTEXT)

    assert text.startswith(
        "### ❌ Script\n\n"
        "|  |  |\n|---|---|\n"
        "| What | Cloudflare refused the script: Uncaught ReferenceError: kv is not defined |\n"
        "| Where | <code>src/cart.ts&#58;41&#58;7</code> |\n"
        "| Request | <code>POST versions</code> |\n"
        "| Cloudflare's code | 10021 |\n"
        "| HTTP status | 400 |\n"
        "| Ray ID | <code>8f3a5d2b1c0e9f7a-FRA</code> |\n"
        "| What to do | Fix the line above. |\n"
        "| Live now | version 7c1f… (as before) |\n"
        "| Exit code | 4 |\n"
        "\n"
        "❌ **deploy**"
    )


def test_a_failure_tells_no_more_than_is_known():
    error = refusal(code=None, status=None, ray_id=None)

    text = render_summary(failed(error=error, facts=facts(), stage=None), CONTEXT)

    assert text.startswith("### ❌ Failed\n")
    for unknown in (
        "Where",
        "Ray ID",
        "HTTP status",
        "Cloudflare's code",
        "What to do",
        "Live now",
    ):
        assert f"| {unknown} |" not in text


@pytest.mark.parametrize(("word", "told"), [("older-commit", True), (None, False)])
def test_a_guard_tells_its_word(word, told):
    text = render_summary(failed(error=GuardError("newer is live", word=word)), CONTEXT)

    assert ("| To let it pass | <code>allow&#58; older-commit</code> |" in text) is told
