import re
from dataclasses import replace

import mistune
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.outcomes import (
    CONTEXT,
    change,
    facts,
    failed,
    outcome,
    plan,
    refusal,
    result,
    settings_step,
)
from workers_deploy.core.outcome import AssetCounts, Result, Try
from workers_deploy.errors import Place, Problem, ProblemKind, ProblemsError
from workers_deploy.report.comment import MAX_COMMENT, comment_marker, render_comment
from workers_deploy.report.markdown import render_summary
from workers_deploy.report.sections import MAX_ROWS

HOSTILE = "a|b `c` <img src=x> @acme/team #12\n| injected | row |\n</details>"


def test_problems_are_listed_where_they_stand():
    error = ProblemsError(
        [
            Problem(
                kind=ProblemKind.INPUT, subject="workers-dev", message="neither", hint="say it"
            ),
            Problem(
                kind=ProblemKind.PROJECT,
                subject="x",
                message="missing",
                place=Place(file="wrangler.toml", line=3),
            ),
        ]
    )

    text = render_summary(failed(error=error, plan=None, results=()), CONTEXT)

    assert "nothing was sent" in text
    assert "- <code>workers-dev</code> neither<br>say it\n" in text
    assert "- <code>wrangler.toml&#58;3</code> missing\n" in text
    assert "Exit code 2" in text
    assert "#### Plan" not in text


def test_warnings_are_told():
    text = render_summary(outcome(warnings=("TOKEN is too short to be masked",)), CONTEXT)

    assert "- ⚠️ TOKEN is too short to be masked\n" in text


def test_a_run_that_knows_nothing_yet_has_a_summary():
    bare = outcome(
        plan=None, results=(), facts=facts(script_name=None, deployment_url=None), header={}
    )

    assert render_summary(bare, CONTEXT).startswith("### ✅ Deployed · 3.4 s\n")


def test_a_script_without_code_has_no_start_time():
    text = render_summary(outcome(facts=facts(startup_time_ms=None)), CONTEXT)

    assert "Starts in" not in text


def test_a_huge_plan_is_cut_with_a_count():
    made = plan(settings_step(*[change(name=f"n{n}") for n in range(MAX_ROWS + 5)]))

    text = render_summary(outcome(plan=made), CONTEXT)

    assert text.count("\n! setting n") == MAX_ROWS
    assert "… and 5 more, in report.json" in text


def hostile_outcome(text):
    return failed(
        error=refusal(message=text, hint=text, request=text, ray_id=text, place=Place(file=text)),
        stage=text,
        warnings=(text,),
        plan=plan(settings_step(change(text, text, text, f"{text}!", text)), notes=(text,)),
        results=(
            result(
                settings_step(title=text),
                detail=text,
                tries=(Try(request=text, problem=text, waited=1),),
            ),
        ),
        facts=facts(
            script_name=text,
            deployment_url=text,
            preview_url=text,
            version_id=text,
            live_note=text,
            assets=AssetCounts(total=1, uploaded=1, bytes=1, largest_new=((text, 1),)),
        ),
        header={"environment": text, "config": text},
    )


class Structure(mistune.HTMLRenderer):
    """Notes the tags, links and pictures that Markdown itself makes of a text."""

    def __init__(self):
        super().__init__(escape=False)
        self.tags, self.links, self.cells = set(), set(), 0

    def inline_html(self, html):
        self.tags.add(html)
        return html

    def block_html(self, html):
        self.tags |= set(re.findall(r"<[^>]*>?", html))
        return html

    def link(self, text, url, _title=None):
        self.links.add(url)
        return text

    def image(self, text, url, _title=None):
        self.links.add(url)
        return text

    def emphasis(self, text):
        self.tags.add("em")
        return text

    def strikethrough(self, text):
        self.tags.add("del")
        return text

    def codespan(self, text):
        self.tags.add(f"`{text}`")
        return text


def structure_of(markdown):
    seen = Structure()
    mistune.create_markdown(renderer=seen, plugins=["table", "strikethrough", "url"])(markdown)
    return seen


@pytest.mark.parametrize("render", [render_summary, render_comment])
@given(
    text=st.one_of(
        st.just(HOSTILE),
        st.text(st.sampled_from("|`<>/\\\n\r@#[]()!*_~&;:-imgabc "), min_size=1, max_size=40),
    )
)
def test_text_from_outside_adds_no_markup(render, text):
    seen = structure_of(render(hostile_outcome(text), CONTEXT).split("-->", 1)[-1])

    ours = {"<code>", "</code>", "<br>", "<sub>", "</sub>", "<details>", "</details>"}
    section = {"<!-- workers-deploy section=deploy -->", "<!-- workers-deploy end -->"}
    assert seen.tags <= ours | section | {"<summary>", "</summary>"}
    assert seen.links <= {CONTEXT.run_url}


@given(text=st.text(st.sampled_from("|`<>\\\n\r@#&;ab "), min_size=1, max_size=40))
def test_text_from_outside_adds_no_lines_and_ends_no_block(text):
    def kinds(markdown):
        return [line[:2] for line in markdown.splitlines() if line.startswith(("-", "+", "!", "`"))]

    plain = render_summary(hostile_outcome("x"), CONTEXT)

    assert len(kinds(render_summary(hostile_outcome(text), CONTEXT))) == len(kinds(plain))


def test_names_and_numbers_from_outside_notify_nobody():
    text = render_comment(hostile_outcome(HOSTILE), CONTEXT)

    outside_of_code = re.sub(
        r"<code>.*?</code>|^(`{3,})diff.*?^\1",
        "",
        text.split("-->", 1)[1],
        flags=re.DOTALL | re.MULTILINE,
    )
    assert "acme/team" in outside_of_code
    assert not re.search(r"[@#]\w", outside_of_code.replace("&#8203;", "<no blank>"))


def test_long_texts_are_cut():
    text = render_summary(hostile_outcome("x" * 100_000), CONTEXT)

    assert len(text) < 30_000


def test_the_comment_is_found_again_by_script_and_environment():
    text = render_comment(outcome(), CONTEXT)

    assert text.startswith(comment_marker("shop-staging", "staging") + "\n")
    assert comment_marker("shop", None) != comment_marker("shop", "staging")


def test_a_name_can_not_end_the_marker():
    marker = comment_marker("x --> <b>", "--!>")

    assert marker.count("-->") == 1
    assert marker.endswith("-->")
    assert "<b>" not in marker


def test_the_comment_holds_outcome_plan_preview_and_the_way_to_the_log():
    preview = "https://9d20-shop.acme.workers.dev"
    made = outcome(result=Result.PREVIEWED, command="preview", facts=facts(preview_url=preview))

    text = render_comment(made, CONTEXT)

    assert "### 🔎 Preview ready" in text
    assert f"**Preview** <{preview}>" in text
    assert "#### Plan" in text
    assert "[log of this run](https://github.com/acme/shop/actions/runs/7)" in text
    assert "<details>" not in text.replace("unchanged</summary>", "")


def test_the_comment_tells_why_it_failed():
    text = render_comment(failed(), replace(CONTEXT, run_url=None))

    assert "Cloudflare refused the script" in text
    assert "log of this run" not in text


def test_a_comment_that_github_would_refuse_leaves_the_plan_to_the_log():
    long = [change(name="n" * 299, after="x" * 299) for _ in range(MAX_ROWS)]

    text = render_comment(
        outcome(plan=plan(settings_step(*long), notes=("n" * 1_999,) * 40)), CONTEXT
    )

    assert len(text) < MAX_COMMENT
    assert "#### Plan" not in text
    assert "log of this run" in text
