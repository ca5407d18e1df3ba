import re
from dataclasses import replace

import pytest

from fakes.outcomes import (
    CONTEXT,
    NEW,
    OLD,
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
from workers_deploy.report.markdown import render_summary


def test_a_good_deploy_gives_the_answer_first_and_the_details_last():
    text = render_summary(outcome(), CONTEXT)

    assert text.startswith(
        "### ✅ Deployed <code>shop-staging</code> (staging) · 3.4 s\n\n**Live** "
    )
    parts = [
        "**Live**",
        "**Next**",
        "#### Plan",
        "<details>",
        "New version",
        "workers-deploy 1.0.0",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "❌" not in text


def test_nothing_is_as_wide_as_a_table():
    assert not re.search(r"^\|", render_summary(failed(), CONTEXT), re.MULTILINE)


def test_the_live_line_has_custom_domains_first():
    urls = ("https://shop.acme.workers.dev", "https://shop.example.com")

    text = render_summary(outcome(facts=facts(urls=urls)), CONTEXT)

    live = next(line for line in text.splitlines() if line.startswith("**Live**"))
    assert live.index("shop.example.com") < live.index("workers.dev")


def test_the_commit_is_why():
    header = {"commit": "a1b2c3d4e5f6" + "0" * 28, "subject": "Fix *the* cart"}
    context = replace(CONTEXT, commit_url="https://github.com/acme/shop/commit/a1b2c3d4e5f6")

    linked = render_summary(outcome(header=header), context)
    plain = render_summary(outcome(header=header), CONTEXT)

    assert "**Why** commit [a1b2c3d4e5f6](https://github.com/acme/shop/commit/" in linked
    assert "**Why** commit <code>a1b2c3d4e5f6</code> · Fix \\*the\\* cart" in plain


def test_a_commit_with_changes_on_top_is_not_all_of_why():
    header = {"commit": "a1b2c3d4e5f6" + "0" * 28, "uncommitted": "index.js", "subject": "Fix it"}

    text = render_summary(outcome(header=header), CONTEXT)

    assert "commit <code>a1b2c3d4e5f6</code> with uncommitted changes · Fix it" in text


def test_the_plan_is_a_diff_with_removals_first_and_what_stays_folded():
    made = plan(
        settings_step(
            change(),
            change("binding", "KV", None, "kv_namespace", action=Action.CREATE),
            change("binding", "OLD", "kv_namespace", None, action=Action.DELETE),
            change("secrets", "A, B", None, None, "a value changed"),
            change("limits", "", "1", "2", "as in the file"),
            change("code", "", None, None, "as version 7c1f2b9a", action=Action.UNCHANGED),
        ),
        notes=("a note",),
    )

    text = render_summary(outcome(plan=made), CONTEXT)

    assert (
        "```diff\n"
        "- binding OLD kv_namespace\n"
        "! setting logpush false → true\n"
        "! secrets A, B a value changed\n"
        "! limits 1 → 2 (as in the file)\n"
        "+ binding KV kv_namespace\n"
        "```\n"
        "\n- a note\n"
        "\n<details><summary>1 unchanged</summary>\n\n- code as version 7c1f2b9a\n\n</details>"
    ) in text


def test_an_empty_plan_says_that_there_is_nothing_to_change():
    text = render_summary(outcome(plan=plan(), results=(), result=Result.UNCHANGED), CONTEXT)

    assert "Nothing to change." in text


def test_each_step_is_told_with_its_seconds_tries_and_waits():
    tries = (Try(request="POST", problem="502 from Cloudflare", waited=1.2),)
    results = (
        result(seconds=1.13, detail="logpush true", tries=tries),
        result(status=Status.NOT_RUN),
    )

    text = render_summary(outcome(results=results), CONTEXT)

    assert (
        "- Settings: done in 1.1 s · 2 tries (502 from Cloudflare, waited 1.2 s) · logpush true\n"
        "- Settings: not run\n"
    ) in text


def test_the_largest_new_assets_are_among_the_details():
    text = render_summary(outcome(), CONTEXT)

    assert (
        "- 412 assets: 14 uploaded (1.9 MiB), 398 were stored already\n"
        "- <code>/img/hero.png</code> 879 KiB\n"
    ) in text


@pytest.mark.parametrize("assets", [None, AssetCounts()])
def test_a_script_without_assets_has_no_part_about_them(assets):
    assert "stored already" not in render_summary(outcome(facts=facts(assets=assets)), CONTEXT)


def test_the_way_back_is_one_command():
    text = render_summary(outcome(), CONTEXT)

    assert f"- New version <code>{NEW}</code>\n" in text
    assert f"- Previous version <code>{OLD}</code>\n" in text
    assert (
        "**Next** to go back: <code>workers-deploy rollback --script-name shop-staging"
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


def test_a_failure_says_what_is_live_why_and_what_to_do():
    error = refusal(place=Place(file="src/cart.ts", line=41, column=7), hint="Fix the line above.")

    text = render_summary(failed(error=error), CONTEXT)

    assert (
        "**Live** version 7c1f… (as before)  \n"
        "**Why** Cloudflare refused the script: Uncaught ReferenceError: kv is not defined"
        " at <code>src/cart.ts&#58;41&#58;7</code>  \n"
        "**Next** Fix the line above.\n"
    ) in text
    assert (
        "- Request <code>POST versions</code>\n"
        "- Cloudflare's code 10021\n"
        "- HTTP status 400\n"
        "- Ray ID <code>8f3a5d2b1c0e9f7a-FRA</code>\n"
        "- Exit code 4\n"
    ) in text


def test_a_failure_tells_no_more_than_is_known():
    error = refusal(code=None, status=None, ray_id=None)

    text = render_summary(failed(error=error, facts=facts(), stage=None), CONTEXT)

    for unknown in ("Ray ID", "HTTP status", "Cloudflare's code", "**Next**", "**Live**", " at <"):
        assert unknown not in text


@pytest.mark.parametrize(("word", "told"), [("older-commit", True), (None, False)])
def test_a_guard_tells_its_word(word, told):
    text = render_summary(failed(error=GuardError("newer is live", word=word)), CONTEXT)

    assert ("set <code>allow&#58; older-commit</code>" in text) is told
