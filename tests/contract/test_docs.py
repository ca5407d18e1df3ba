"""The documents say what the code does."""

import re
from pathlib import Path

import pytest

from workers_deploy.project.assets.rules import NEVER_PUBLIC

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/**/*.md")])


def test_the_files_that_never_become_public_are_listed():
    text = (ROOT / "docs/assets.md").read_text(encoding="utf-8")

    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+?) \|$", text, re.MULTILINE)

    assert [(glob, why) for glob, why in rows] == [(r.glob, r.why) for r in NEVER_PUBLIC]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(document):
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)(#[^)\s]*)?\)", text)

    missing = [
        link for link, _ in links if "://" not in link and not (document.parent / link).exists()
    ]

    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_heading_of_its_own_document_leads_somewhere(document):
    text = document.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", h).strip().lower().replace(" ", "-") for h in headings}

    wanted = set(re.findall(r"\]\(#([^)]+)\)", text))

    assert wanted <= anchors
