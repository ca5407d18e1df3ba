import io
import json
import subprocess
import sys
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.github_runner import RunnerCommand, commands_in, outputs_in
from workers_deploy.ci.systems.github import MAX_SUMMARY_BYTES, GitHubReporter, cut
from workers_deploy.errors import Place

TEXTS = st.text(st.sampled_from("::##[]error,= \r\n%0A\x1babc"), max_size=40)


class Step:
    """A step of a workflow: its log and, where there is a folder, the runner's files."""

    def __init__(self, folder=None, *, debug=False, **env):
        self.log = io.StringIO()
        if folder:
            self.outputs, self.summary = folder / "output", folder / "summary"
            self.outputs.touch()
            self.summary.touch()
            env = {
                "GITHUB_OUTPUT": str(self.outputs),
                "GITHUB_STEP_SUMMARY": str(self.summary),
            } | env
        self.reporter = GitHubReporter(
            env, self.log, clock=lambda: 0.0, now=lambda: 0.0, debug=debug
        )

    @property
    def commands(self):
        return commands_in(self.log.getvalue())


def masks_for(value):
    step = Step()
    step.reporter.mask(value)
    assert {command.name for command in step.commands} <= {"add-mask"}
    return [command.message for command in step.commands]


def test_a_value_is_masked_line_by_line():
    masks = masks_for("BEGIN\r\n 100%: a,b \nEND\nab\n")

    assert {"BEGIN", "100%: a,b"} <= set(masks)
    assert not {"END", "ab"} & set(masks)
    assert all(len(mask) >= 4 and mask == mask.strip() and "\n" not in mask for mask in masks)


VALUE = 'key "1"/ü\nsecond & last'


@pytest.mark.parametrize("text", [VALUE, *VALUE.splitlines()])
@pytest.mark.parametrize(
    "encode",
    [
        lambda text: json.dumps(text)[1:-1],
        lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
        quote,
        lambda text: quote(text, safe=""),
        quote_plus,
        lambda text: b64encode(text.encode()).decode(),
        lambda text: urlsafe_b64encode(text.encode()).decode().rstrip("="),
    ],
)
def test_the_encodings_of_a_value_and_of_each_line_are_masked(text, encode):
    assert encode(text) in masks_for(VALUE)


def test_no_mask_comes_twice():
    masks = masks_for("plain-value\nplain-value")

    assert len(masks) == len(set(masks))


def test_a_value_that_is_too_short_is_not_masked():
    step = Step()

    step.reporter.mask("abc")

    assert step.log.getvalue() == ""


def test_annotations_carry_their_place_and_title():
    step = Step()

    step.reporter.error(
        "missing: id\ncreate one, 100 %",
        title="kv_namespaces[1], id",
        place=Place(file="a,b/wrangler.jsonc", line=14, column=22),
    )
    step.reporter.warning("old")
    step.reporter.notice("new", place=Place(file="x.js"))

    assert step.commands == [
        RunnerCommand(
            "error",
            {
                "file": "a,b/wrangler.jsonc",
                "line": "14",
                "col": "22",
                "title": "kv_namespaces[1], id",
            },
            "missing: id\ncreate one, 100 %",
        ),
        RunnerCommand("warning", {}, "old"),
        RunnerCommand("notice", {"file": "x.js"}, "new"),
    ]


def test_the_tenth_annotation_of_a_kind_is_the_last_and_says_where_the_others_are():
    step = Step()

    for number in range(12):
        step.reporter.error(f"problem {number}", place=Place(file="x.js", line=number + 1))
    step.reporter.warning("another kind")

    errors = [command.message for command in step.commands if command.name == "error"]
    assert len(errors) == 10
    assert errors[-1] == "problem 9\n(further ones are in the log of this step only)"
    assert "x.js:11: error: problem 10\nx.js:12: error: problem 11\n" in step.log.getvalue()
    assert step.commands[-1] == RunnerCommand("warning", {}, "another kind")


def test_groups_fold_and_an_inner_one_is_a_heading():
    step = Step()

    with step.reporter.group("Plan"):
        step.reporter.line("one")
        with step.reporter.group("Inner"):
            step.reporter.line("two")

    assert step.log.getvalue() == "::group::Plan\none\nInner\ntwo\n::endgroup::\n"


def test_a_row_that_folds_stands_under_what_it_says_in_short():
    step = Step()

    step.reporter.row("Plan", ["~ code", "+ binding"], folded="2 changes")

    assert step.log.getvalue() == (
        "::group::▸ Plan 2 changes\n               ~ code\n               + binding\n::endgroup::\n"
    )


def test_a_group_is_closed_also_when_its_inside_fails():
    step = Step()

    with pytest.raises(RuntimeError), step.reporter.group("Plan\n::error::x"):
        raise RuntimeError

    assert [command.name for command in step.commands] == ["group", "endgroup"]


@pytest.mark.parametrize(
    ("debug", "env", "written"),
    [
        (False, {}, "::debug::GET settings\n"),
        (True, {"RUNNER_DEBUG": "1"}, "::debug::GET settings\n"),
        (True, {}, "debug: GET settings\n"),
    ],
)
def test_debug_lines_are_the_runners_unless_only_we_were_asked(debug, env, written):
    step = Step(debug=debug, **env)

    step.reporter.debug("GET settings")

    assert step.log.getvalue() == written


@given(text=TEXTS)
def test_no_text_from_outside_becomes_a_command(text):
    step = Step()

    step.reporter.header(text)
    step.reporter.row(text, [text, f"x{text}"], mark="✗")
    step.reporter.line(text)
    step.reporter.line(f"   {text}")
    step.reporter.error(text, title=text, place=Place(file=text, line=1))
    step.reporter.debug(text)
    with step.reporter.group(text), step.reporter.group(text):
        pass

    assert [command.name for command in step.commands] == ["error", "debug", "group", "endgroup"]
    assert set(step.commands[0].properties) <= {"file", "line", "title"}


@pytest.mark.parametrize(
    "value",
    [
        "",
        "deployed",
        "a\nb\n",
        "100%0A",
        "a\r\nb",
        "name=x\nother<<EOF\nEOF",
        "ghadelimiter_0\n",
        "::error::x",
        "日本語 🎉",
    ],
)
def test_an_output_arrives_as_it_was_set(tmp_path, value):
    step = Step(tmp_path)

    step.reporter.output("plan", value)
    step.reporter.output("outcome", "deployed")

    assert outputs_in(step.outputs) == {"plan": value, "outcome": "deployed"}


@given(value=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_arrives_as_an_output(tmp_path_factory, value):
    step = Step(tmp_path_factory.mktemp("step"))

    step.reporter.output("plan", value)

    assert outputs_in(step.outputs) == {"plan": value}


def test_what_stands_in_the_file_without_a_line_break_stays_apart(tmp_path):
    step = Step(tmp_path)
    step.outputs.write_text("earlier=1")

    step.reporter.output("outcome", "deployed")

    assert outputs_in(step.outputs) == {"earlier": "1", "outcome": "deployed"}


def test_the_summary_shows_no_masked_value(tmp_path):
    step = Step(tmp_path)
    step.reporter.mask("hunter22")

    step.reporter.summary("key hunter22")

    assert step.summary.read_text() == "key ***\n"


def test_a_secret_that_is_an_ordinary_word_breaks_no_output(tmp_path):
    step = Step(tmp_path)
    step.reporter.mask("true")

    step.reporter.output("changed", "true")

    assert outputs_in(step.outputs) == {"changed": "true"}


def test_a_short_value_does_not_break_a_url(tmp_path):
    step = Step(tmp_path)
    step.reporter.mask("dev")

    step.reporter.output("deployment-url", "https://shop.acme.workers.dev")

    assert outputs_in(step.outputs) == {"deployment-url": "https://shop.acme.workers.dev"}


def test_a_missing_file_is_a_warning_and_told_once(tmp_path):
    step = Step(GITHUB_OUTPUT=str(tmp_path / "gone"))

    step.reporter.output("outcome", "deployed")
    step.reporter.output("changed", "true")
    step.reporter.summary("text")

    assert [command.message for command in step.commands] == [
        "GITHUB_OUTPUT can't be written: No such file or directory",
        "GITHUB_STEP_SUMMARY can't be written: it is not set",
    ]


def test_a_file_name_that_is_no_unicode_reaches_the_summary_as_far_as_it_goes(tmp_path):
    step = Step(tmp_path)

    step.reporter.summary("a\udcffb")

    assert step.summary.read_text() == "a?b\n"


def test_a_summary_that_is_too_large_is_cut_after_a_line_with_a_note(tmp_path):
    step = Step(tmp_path)
    step.summary.write_text("# earlier\n")

    step.reporter.summary("zwölf Euro\n" * 200_000)

    text = step.summary.read_bytes()
    assert len(text) <= MAX_SUMMARY_BYTES
    assert len(text) > MAX_SUMMARY_BYTES - 200
    assert text.startswith("# earlier\nzwölf Euro\n".encode())
    assert "zwölf Euro\n\n_Cut at 1 MiB" in text.decode()


def test_a_summary_without_any_room_is_left_out():
    assert cut(b"x" * 100, 10) == b""


def test_what_we_take_of_actions_toolkit_brings_no_http_library():
    script = (
        "import sys, workers_deploy.ci.detect, workers_deploy.ci.files\n"
        "names = {name.split('.')[0] for name in sys.modules}\n"
        "late = {'requests', 'urllib3', 'httpx', 'mistune', 'tqdm', 'pydantic'}\n"
        "print(sorted(names & late), 'actions_toolkit.core' in sys.modules)"
    )

    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert run.stdout == "[] False\n"
