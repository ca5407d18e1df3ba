"""README and SECURITY list the permissions that a token needs, in the words of the errors."""

import re
from pathlib import Path

import pytest

from workers_deploy.core import permissions
from workers_deploy.core.permissions import Permission

ROOT = Path(__file__).parents[2]
KNOWN = {str(one) for one in vars(permissions).values() if isinstance(one, Permission)}


def rows(document: str) -> list[tuple[str, str]]:
    """Return the table of permissions of a document."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(r"^ *\| (.+?) \| ((?:Account|Zone) > .+?) \|$", text, re.MULTILINE)


@pytest.mark.parametrize("document", ["README.md", "SECURITY.md"])
def test_a_document_lists_every_permission_that_an_error_can_name(document):
    assert {permission for _, permission in rows(document)} == KNOWN


def test_both_documents_have_the_same_table():
    assert rows("README.md") == rows("SECURITY.md")
