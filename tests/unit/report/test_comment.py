"""One comment of several commands' sections."""

from dataclasses import replace

from fakes.outcomes import CONTEXT, change, failed, outcome, plan, settings_step
from workers_deploy.core.steps import Action
from workers_deploy.report.comment import MAX_COMMENT, merge_comment, render_comment

STEP = "<!-- workers-deploy step=abc -->"


def comment(command: str, **changes: object) -> str:
    return render_comment(outcome(command=command, **changes), CONTEXT, step="abc")


def without_script(command: str) -> str:
    unknown = failed(command=command)
    unknown = replace(unknown, facts=replace(unknown.facts, script_name=None))
    return render_comment(unknown, CONTEXT, step="abc")


def sections_of(text: str) -> list[str]:
    begin = "<!-- workers-deploy section="
    lines = [line for line in text.splitlines() if line.startswith(begin)]
    return [line.removeprefix(begin).removesuffix(" -->") for line in lines]


def test_each_command_has_its_section_in_one_order():
    both = merge_comment(comment("plan"), comment("preview"))

    assert sections_of(both) == ["preview", "plan"]
    assert sections_of(merge_comment(both, comment("deploy"))) == ["deploy", "preview", "plan"]
    assert merge_comment(both, comment("plan")) == both, "the same again is the same"


def test_a_server_may_answer_with_other_line_ends():
    former = comment("plan").replace("\n", "\r\n")

    assert sections_of(merge_comment(former, comment("preview"))) == ["preview", "plan"]


def test_a_comment_keeps_its_script_where_a_run_does_not_know_it():
    merged = merge_comment(comment("deploy"), without_script("plan"))

    assert merged.partition("\n")[0] == comment("deploy").partition("\n")[0]
    assert sections_of(merged) == ["deploy", "plan"]
    assert STEP in merged.splitlines()


def test_a_run_that_knows_the_script_says_so_from_then_on():
    merged = merge_comment(without_script("deploy"), comment("deploy"))

    assert merged.partition("\n")[0] == comment("deploy").partition("\n")[0]
    assert sections_of(merged) == ["deploy"]


def test_what_a_plan_quotes_ends_no_section():
    hostile = change("asset", "<!-- workers-deploy end -->", None, None, action=Action.CREATE)
    former = comment("plan", plan=plan(settings_step(hostile)))

    merged = merge_comment(former, comment("preview"))

    assert sections_of(merged) == ["preview", "plan"]
    assert merged.count("<!-- workers-deploy end -->") == 2
    assert "log of this run" in merged.rpartition("section=plan")[2]


def test_what_does_not_fit_gives_way_to_what_is_new():
    many = [change("binding", f"{'x' * 290}{n}", None, None) for n in range(200)]
    large = comment("plan", plan=plan(settings_step(*many)))
    own = comment("preview", plan=plan(settings_step(*many)))
    assert len(large) + len(own) > MAX_COMMENT

    assert merge_comment(large, own) == own


def test_a_comment_that_someone_emptied_is_written_anew():
    assert sections_of(merge_comment("", comment("plan"))) == ["plan"]
