"""However a server writes a secret that it was sent, no channel of a run shows it."""

import io
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import assume, given, note, settings

from fakes.answers import envelope, error_of
from fakes.outcomes import change, facts, failed, plan, result, settings_step
from fakes.secret_forms import left_of, written
from workers_deploy.ci.plain import PlainReporter
from workers_deploy.ci.systems.github import GitHubReporter
from workers_deploy.core.outcome import Outcome, Try
from workers_deploy.report.comment import render_comment
from workers_deploy.report.context import RunContext
from workers_deploy.reporting import Telling

MASKS = "::add-mask::"


def told_of(folder: Path, secret: str, form: str, *, ci: str) -> dict[str, str]:
    """Return what each channel holds after a run in which a server wrote `form` wherever it can."""
    stream = io.StringIO()
    files = {name: folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.write_bytes(b"")
    env = {name: str(file) for name, file in files.items()}
    reporter = (
        GitHubReporter(env, stream, clock=lambda: 0.0, now=lambda: 0.0, debug=True)
        if ci == "github"
        else PlainReporter(stream, stream, clock=lambda: 0.0, debug=True)
    )
    reporter.mask(secret)
    comments: list[str] = []

    def publish(safe: Outcome, context: RunContext) -> tuple[str, ...]:
        comments.append(render_comment(safe, context))
        return ()

    reporter.debug(f"GET x: {form}")
    reporter.row("Version", [f"try: {form}", form])
    reporter.line(form)
    Telling(
        reporter=reporter,
        redact=reporter.redact,
        redact_output=reporter.redact_output,
        workspace=folder,
        report_dir=folder / "report",
        run_url=None,
        summary=True,
        now=lambda: datetime(2026, 11, 1, tzinfo=UTC),
        publish=publish,
    ).finish(outcome_with(form, reporter))
    written_files = (folder / "report").iterdir()
    return {
        "log": "\n".join(line for line in stream.getvalue().split("\n") if MASKS not in line),
        "comment": "\n".join(comments),
        **{name: file.read_text() for name, file in files.items()},
        **{file.name: file.read_text(errors="surrogateescape") for file in written_files},
    }


def script_named(form):
    """A listed script of which every text is the form."""
    names = ("name", "modified_on", "last_deployed_from")
    return {**dict.fromkeys(names, form), "handlers": [form], "has_assets": False, form: 1}


def outcome_with(form: str, reporter: PlainReporter) -> Outcome:
    step = settings_step(change(name=form, before=form, after=form, detail=form))
    complaint = {"code": 10021, "message": f"Uncaught Error: {form} at index.js:3:9"}
    error = error_of(400, json=envelope(complaint), redact=reporter.redact)
    return failed(
        error=error,
        warnings=(f"a warning: {form}",),
        plan=plan(step, notes=(f"a note: {form}",)),
        results=(result(step, detail=form, tries=(Try(request=form, problem=form, waited=1),)),),
        facts=facts(etag=form, urls=(f"https://shop.acme.workers.dev/{form}",), live_note=form),
        details={"scripts": [script_named(form)]},
    )


@pytest.fixture(scope="module", params=["plain", "github"])
def channels(request: pytest.FixtureRequest) -> tuple[str, dict[str, str]]:
    """Where a run goes to, and what its channels hold whatever a server writes."""
    with tempfile.TemporaryDirectory() as folder:
        return request.param, told_of(Path(folder), "no-secret-is-this", "~", ci=request.param)


@settings(max_examples=25)
@given(drawn=written())
def test_no_channel_shows_a_secret_in_any_form(channels, drawn):
    secret, how, form = drawn
    ci, anyway = channels
    note(how)
    # A secret that is one of our own words is hidden in what comes from elsewhere alone.
    assume(not any(left_of(secret, text) or left_of(form, text) for text in anyway.values()))

    with tempfile.TemporaryDirectory() as folder:
        told = told_of(Path(folder), secret, form, ci=ci)

    assert set(told) == set(anyway)
    assert len(told) == 13
    for channel, text in told.items():
        assert not left_of(form, text), f"{how} in {channel}"
        assert secret not in text, f"{how} in {channel}"
    assert "***" in told["report.json"]
    assert "***" in told["log"]
