import json
import os
import stat
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from fakes.outcomes import CONTEXT, change, failed, outcome, plan, refusal, settings_step
from workers_deploy.ci.files import ReportContent, render_junit, write_report
from workers_deploy.ci.folder import open_folder, owner_of
from workers_deploy.ci.html import render_html
from workers_deploy.ci.redactor import Redactor
from workers_deploy.report.escape import cell, code
from workers_deploy.report.junit import Case, junit_cases
from workers_deploy.report.markdown import render_summary
from workers_deploy.report.record import outputs_of, report_record
from workers_deploy.report.redaction import redact_outcome

FILES = {
    ".gitignore",
    "report.json",
    "outputs.json",
    "outputs.env",
    "outputs.properties",
    "outputs.sh",
    "summary.md",
    "summary.html",
    "junit.xml",
}


def content_of(result):
    return ReportContent(
        record=report_record(result, CONTEXT),
        summary=render_summary(result, CONTEXT),
        outputs=outputs_of(result, report_path="workers-deploy-report/report.json"),
        cases=junit_cases(result),
    )


def write(workspace: Path, result=None, *, folder="workers-deploy-report", euid=1000):
    return write_report(
        workspace / folder,
        workspace=workspace,
        content=content_of(result or outcome()),
        euid=euid,
    )


@pytest.mark.parametrize("result", [outcome(), failed()], ids=["success", "failure"])
def test_all_files_are_written_on_success_and_failure(tmp_path, result):
    warnings = write(tmp_path, result)

    folder = tmp_path / "workers-deploy-report"
    assert warnings == ()
    assert {file.name for file in folder.iterdir()} == FILES
    assert (folder / ".gitignore").read_text() == "*\n"
    assert json.loads((folder / "report.json").read_text())["outcome"] == result.result
    assert json.loads((folder / "outputs.json").read_text())["outcome"] == result.result
    assert f"WORKERS_DEPLOY_OUTCOME={result.result}\n" in (folder / "outputs.env").read_text()


def test_a_second_run_replaces_the_files_of_the_first(tmp_path):
    write(tmp_path, failed())
    (tmp_path / "workers-deploy-report" / ".report.json.part").write_text("of a killed run")

    write(tmp_path)

    folder = tmp_path / "workers-deploy-report"
    assert json.loads((folder / "report.json").read_text())["error"] is None
    assert {file.name for file in folder.iterdir()} == FILES


def test_a_folder_below_a_folder_is_made(tmp_path):
    assert write(tmp_path, folder="build/ci/report") == ()

    assert (tmp_path / "build/ci/report/report.json").exists()


def test_a_folder_outside_of_the_workspace_may_be_chosen(tmp_path):
    workspace = tmp_path / "checkout"
    workspace.mkdir()

    assert write(workspace, folder="../elsewhere") == ()

    assert (tmp_path / "elsewhere/report.json").exists()


def test_an_absolute_folder_outside_of_the_workspace_may_be_chosen(tmp_path):
    workspace = tmp_path / "checkout"
    workspace.mkdir()

    assert write(workspace, folder=tmp_path / "elsewhere") == ()

    assert (tmp_path / "elsewhere/report.json").exists()


def test_a_workspace_behind_a_symlink_is_the_runners_business(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "workspace").symlink_to("real")

    assert write(tmp_path / "workspace") == ()

    assert (tmp_path / "real/workers-deploy-report/report.json").exists()


@pytest.mark.parametrize("folder", ["link", "link/deeper"])
def test_a_symlink_in_the_path_is_refused_with_a_warning(tmp_path, folder):
    workspace = tmp_path / "checkout"
    target = tmp_path / "target"
    workspace.mkdir()
    target.mkdir()
    (workspace / "link").symlink_to(target)

    (warning,) = write(workspace, folder=folder)

    assert "report-dir" in warning
    assert "symlink" in warning
    assert list(target.iterdir()) == []


def test_a_symlink_in_the_place_of_a_file_is_replaced_and_not_followed(tmp_path):
    folder = tmp_path / "workers-deploy-report"
    victim = tmp_path / "victim"
    victim.write_text("precious")
    folder.mkdir()
    (folder / "report.json").symlink_to(victim)
    (folder / ".summary.md.part").symlink_to(victim)

    assert write(tmp_path) == ()

    assert victim.read_text() == "precious"
    assert not (folder / "report.json").is_symlink()


def test_a_folder_in_the_place_of_a_file_is_a_warning_and_leaves_nothing_behind(tmp_path):
    folder = tmp_path / "workers-deploy-report"
    (folder / "report.json").mkdir(parents=True)

    (warning,) = write(tmp_path)

    assert "can't be written" in warning
    assert not (folder / ".report.json.part").exists()


def test_a_file_in_the_place_of_the_folder_is_a_warning(tmp_path):
    (tmp_path / "workers-deploy-report").write_text("")

    (warning,) = write(tmp_path)

    assert "its path holds a symlink or a file" in warning


def test_a_workspace_that_is_gone_is_a_warning(tmp_path):
    (warning,) = write(tmp_path / "gone", euid=0)

    assert "No such file or directory" in warning


def test_root_gives_new_folders_and_files_to_the_workspaces_owner(tmp_path):
    owned = []

    def own(descriptor):
        owned.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")

    with open_folder(tmp_path / "a/b", workspace=tmp_path, own=own) as folder:
        folder.write("x", b"1")

    assert owned == ["folder", "folder", "file"]


def test_the_workspace_itself_may_be_the_folder(tmp_path):
    assert write(tmp_path, folder=".") == ()

    assert (tmp_path / "report.json").exists()


def test_an_existing_folder_keeps_its_owner(tmp_path):
    (tmp_path / "a").mkdir()
    owned = []

    with open_folder(tmp_path / "a", workspace=tmp_path, own=owned.append):
        pass

    assert owned == []


def test_the_owner_is_that_of_the_workspace(tmp_path):
    file = tmp_path / "x"
    file.touch()

    with file.open() as stream:
        owner_of(tmp_path, euid=0)(stream.fileno())
        owner_of(tmp_path, euid=1000)(stream.fileno())

    assert (file.stat().st_uid, file.stat().st_gid) == (
        tmp_path.stat().st_uid,
        tmp_path.stat().st_gid,
    )


def test_no_file_shows_a_masked_value(tmp_path):
    secret = 'hunter<22>|"x"&y'
    redactor = Redactor()
    redactor.add(secret)
    result = failed(
        error=refusal(message=f"bad key {secret}", hint=secret),
        warnings=(secret,),
        plan=plan(settings_step(change(detail=secret)), notes=(secret,)),
    )

    write(tmp_path, redact_outcome(result, redactor.redact))

    for file in (tmp_path / "workers-deploy-report").iterdir():
        text = file.read_text()
        assert "hunter" not in text, file.name
    assert "***" in (tmp_path / "workers-deploy-report/junit.xml").read_text()


def test_a_secret_that_is_an_ordinary_word_does_not_break_the_formats(tmp_path):
    redactor = Redactor()
    for word in ("null", "true", "testcase", "failure", "outcome", "failed", "message", "Script"):
        redactor.add(word)

    assert write(tmp_path, redact_outcome(failed(), redactor.redact)) == ()

    folder = tmp_path / "workers-deploy-report"
    report = json.loads((folder / "report.json").read_text())
    assert report["format"] == 1
    assert report["outcome"] == "failed"
    assert report["error"]["stage"] == failed().stage
    assert ET.parse(folder / "junit.xml").getroot().tag == "testsuite"


def test_the_shell_file_can_be_sourced(tmp_path):
    write(tmp_path)
    script = ". ./outputs.sh; echo $WORKERS_DEPLOY_OUTCOME $WORKERS_DEPLOY_URLS"

    run = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path / "workers-deploy-report",
        env={},
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout == 'deployed ["https://shop-staging.acme.workers.dev"]\n'


def test_junit_tells_failed_and_skipped_steps_apart():
    xml = render_junit(
        (
            Case(name="Assets", seconds=1.5),
            Case(name="Script", failure="<refused> \x00\x1b\ud800 ü"),
            Case(name="Check", skipped=True),
        )
    )

    suite = ET.fromstring(xml)
    assert suite.attrib == {
        "name": "workers-deploy",
        "tests": "3",
        "failures": "1",
        "skipped": "1",
        "time": "1.500",
    }
    assert [case.get("name") for case in suite] == ["Assets", "Script", "Check"]
    assert suite[1].find("failure").text == "<refused>  ü"
    assert suite[2].find("skipped") is not None


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def parse_page(markdown):
    tags = Tags()
    tags.feed(render_html(markdown).split("</style>")[1])
    return tags


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<code onclick=x>",
        "[x](javascript:alert(1))",
        "![x](https://evil.example/x.png)",
        "<!-- x -->",
        "&lt;script&gt;",
        "`a|b` | c",
    ],
)
def test_html_from_outside_is_text_in_the_page(hostile):
    page = parse_page(f"- {cell(hostile)}\n- {code(hostile)}\n")

    assert {tag for tag, _ in page.seen} <= {"ul", "li", "code"}
    assert all(attrs == {} for _, attrs in page.seen)
    # Without the blanks that keep URLs from becoming links.
    assert page.text.replace("\u200b", "").count(hostile) == 2


def test_html_that_was_not_escaped_is_text_in_the_page_too():
    page = parse_page("# x\n\n<script>alert(1)</script>\n\ntext <b onclick=x>b</b>")

    assert {tag for tag, _ in page.seen} == {"h1", "p"}


def test_the_page_folds_and_shows_code_as_the_summary_does():
    page = parse_page(render_summary(outcome(), CONTEXT))

    tags = {tag for tag, _ in page.seen}
    assert {"details", "summary", "code", "sub", "pre", "h3", "a"} <= tags
    assert "script" not in tags
