"""The files of report-dir: what a run tells, for every CI system and for none.

A report that can't be written is a warning: it never makes a good deploy a bad one.
"""

import errno
import json
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from workers_deploy.ci.folder import open_folder, owner_of
from workers_deploy.ci.html import render_html
from workers_deploy.dataclass import dataclass
from workers_deploy.report.encode import render_dotenv, render_properties, render_shell
from workers_deploy.report.junit import Case


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportContent:
    """What the report files are made of; clean already: nothing is masked in what is written.

    A mask that is an ordinary word, such as `true`, would break JSON and closed words.
    """

    record: Mapping[str, Any]  # report.json
    summary: str  # Markdown
    outputs: Mapping[str, str]
    cases: tuple[Case, ...]


def import_ahead() -> None:
    """Begin to import what only the end of a run needs: best while Cloudflare is waited for."""

    def import_them() -> None:
        from xml.etree import ElementTree as ET  # noqa: F401, PLC0415

        import mistune  # noqa: F401, PLC0415

    threading.Thread(target=import_them, daemon=True).start()


def write_report(
    directory: Path,
    *,
    workspace: Path,
    content: ReportContent,
    euid: int,
) -> tuple[str, ...]:
    """Write all files of the report and return what went wrong, as warnings.

    Both paths are absolute. The files belong to the workspace's owner, each is replaced whole.
    """
    try:
        own = owner_of(workspace, euid=euid)
        with open_folder(directory, workspace=workspace, own=own) as folder:
            for name, text in _files_of(content):
                folder.write(name, text.encode("utf-8", "replace"))
    except OSError as exc:
        return (f"report-dir: the report can't be written to {directory.name}: {_reason(exc)}",)
    return ()


def _files_of(content: ReportContent) -> Iterator[tuple[str, str]]:
    yield ".gitignore", "*\n"
    yield "report.json", _json(content.record)
    yield "outputs.json", _json(content.outputs)
    yield "outputs.env", render_dotenv(content.outputs)
    yield "outputs.properties", render_properties(content.outputs)
    yield "outputs.sh", render_shell(content.outputs)
    yield "summary.md", content.summary
    yield "summary.html", render_html(content.summary)
    yield "junit.xml", render_junit(content.cases)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def render_junit(cases: tuple[Case, ...]) -> str:
    """Return the cases as JUnit XML; characters that XML can't hold are left out."""
    from xml.etree import ElementTree as ET  # noqa: PLC0415 - needed once, at the end of a run

    suite = ET.Element(
        "testsuite",
        name="workers-deploy",
        tests=str(len(cases)),
        failures=str(sum(case.failure is not None for case in cases)),
        skipped=str(sum(case.skipped for case in cases)),
        time=f"{sum(case.seconds for case in cases):.3f}",
    )
    for case in cases:
        element = ET.SubElement(
            suite,
            "testcase",
            classname="workers-deploy",
            name=_xml_text(case.name),
            time=f"{case.seconds:.3f}",
        )
        if case.failure is not None:
            failure = ET.SubElement(element, "failure", message=_xml_text(case.failure))
            failure.text = _xml_text(case.failure)
        if case.skipped:
            ET.SubElement(element, "skipped")
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _xml_text(text: str) -> str:
    return "".join(char for char in text if char in "\t\n" or char.isprintable() or char == "\xa0")


def _reason(exc: OSError) -> str:
    if exc.errno in (errno.ENOTDIR, errno.ELOOP):
        return "its path holds a symlink or a file"
    return exc.strerror or str(exc)
