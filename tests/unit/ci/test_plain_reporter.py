import io
from pathlib import Path

import pytest

from workers_deploy.ci.base import Reporter, Results
from workers_deploy.ci.plain import PlainReporter
from workers_deploy.errors import Place


class Plain:
    """A plain reporter with its two streams and a clock that stands still until told."""

    def __init__(self, *, debug=False, is_terminal=False):
        self.out, self.err, self.time = io.StringIO(), io.StringIO(), 0.0
        self.reporter = PlainReporter(
            self.out, self.err, clock=lambda: self.time, debug=debug, is_terminal=is_terminal
        )


def test_rows_stand_in_columns():
    plain = Plain()

    plain.reporter.header("workers-deploy 1.0.0 · deploy shop")
    plain.reporter.row("Plan", ["~ code", "+ binding"])
    plain.reporter.row("Reverted", ["7c1f… serves 100 % again"], mark="↺")
    plain.reporter.row("Empty", [])
    plain.reporter.line("deployed in 3.4 s")

    assert plain.out.getvalue() == (
        "workers-deploy 1.0.0 · deploy shop\n"
        "\n"
        "▸ Plan         ~ code\n"
        "               + binding\n"
        "↺ Reverted     7c1f… serves 100 % again\n"
        "▸ Empty\n"
        "deployed in 3.4 s\n"
    )


def test_a_failure_is_told_once_and_on_stderr():
    plain = Plain()

    plain.reporter.row("Script", ["refused", "exit 4"], mark="✗")
    plain.reporter.line("✗ 1 input is wrong; nothing was sent")
    plain.reporter.error("refused", title="Script")

    assert plain.out.getvalue() == ""
    assert plain.err.getvalue() == (
        "✗ Script       refused\n               exit 4\n✗ 1 input is wrong; nothing was sent\n"
    )


def test_a_group_is_a_heading():
    plain = Plain()

    with plain.reporter.group("Details"):
        plain.reporter.line("inside")

    assert plain.out.getvalue() == "Details\ninside\n"


def test_a_row_is_whole_where_nothing_folds():
    plain = Plain()

    plain.reporter.row("Plan", ["~ code", "+ binding"], folded="2 changes")

    assert plain.out.getvalue() == "▸ Plan         ~ code\n               + binding\n"


def test_warnings_name_their_place_as_compilers_do():
    plain = Plain()
    reporter: Reporter = plain.reporter

    reporter.notice("not checked", title="history")
    reporter.warning("unknown key", place=Place(file="wrangler.toml", line=3, column=1))

    assert plain.out.getvalue() == "notice: history: not checked\n"
    assert plain.err.getvalue() == "wrangler.toml:3:1: warning: unknown key\n"


@pytest.mark.parametrize(("debug", "written"), [(True, "debug: GET settings\n"), (False, "")])
def test_debug_lines_are_shown_where_they_are_asked_for(debug, written):
    plain = Plain(debug=debug)

    plain.reporter.debug("GET settings")

    assert plain.err.getvalue() == written


def test_outputs_and_summary_are_left_to_the_files():
    plain = Plain()

    plain.reporter.publish(
        Results(
            outputs={"outcome": "deployed"},
            summary="# deployed",
            report_dir=Path("report"),
            workspace=Path(),
        )
    )

    assert plain.out.getvalue() + plain.err.getvalue() == ""


def test_nothing_that_is_written_shows_a_masked_value():
    plain = Plain(debug=True)
    reporter = plain.reporter
    reporter.mask("hunter22")

    reporter.header("hunter22")
    reporter.row("hunter22", ["hunter22", "x hunter22"], mark="▸")
    reporter.line("hunter22")
    reporter.debug("hunter22")
    for tell in (reporter.notice, reporter.warning, reporter.error):
        tell("hunter22", title="hunter22", place=Place(file="hunter22"))
    with reporter.group("hunter22"):
        pass

    assert "hunter22" not in plain.out.getvalue() + plain.err.getvalue()
    assert reporter.redact("a hunter22 b") == "a *** b"


def test_progress_in_a_log_is_a_line_every_few_seconds():
    plain = Plain()

    with plain.reporter.progress("Assets", 10_000, 152 * 2**20) as progress:
        progress.advance(1_000, 10 * 2**20)
        plain.time = 5
        progress.advance(1_000, 20 * 2**20)
        plain.time = 9.9
        progress.advance(1, 1)
        plain.time = 10
        progress.advance(1_999, 31 * 2**20 - 1)

    assert plain.out.getvalue() == (
        "  Assets: 2,000 of 10,000 files · 30 MiB of 152 MiB · 6 MiB/s · 20 s left\n"
        "  Assets: 4,000 of 10,000 files · 61 MiB of 152 MiB · 6.1 MiB/s · 14 s left\n"
    )


def test_progress_of_empty_files_promises_no_time():
    plain = Plain()

    with plain.reporter.progress("Assets", 3, 0) as progress:
        plain.time = 6
        progress.advance(1, 0)

    assert plain.out.getvalue() == "  Assets: 1 of 3 files · 0 B of 0 B · 0 B/s\n"


def test_an_upload_that_is_done_needs_no_line_of_progress():
    plain = Plain()

    with plain.reporter.progress("Assets", 1, 10) as progress:
        plain.time = 60
        progress.advance(1, 10)

    assert plain.out.getvalue() == ""


def test_progress_on_a_terminal_is_a_bar_that_makes_way_for_lines_and_goes():
    plain = Plain(is_terminal=True)

    with plain.reporter.progress("Assets", 4, 4096) as progress:
        progress.advance(2, 2048)
        plain.reporter.warning("502 from Cloudflare")
        progress.advance(2, 2048)
    plain.reporter.warning("after")

    screen = plain.err.getvalue()
    assert "Assets:" in screen
    assert "2/4 files" in screen
    line = screen.split("502 from Cloudflare")[0].rsplit("\r", 2)
    assert line[-1] == "warning: "
    assert line[-2].strip() == ""
    assert screen.endswith("\rwarning: after\n")
