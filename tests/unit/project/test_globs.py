"""Globs take linear time: each of these would take longer than the universe has been there."""

import re

import pytest

from workers_deploy.project.code.module_rules import parse_rules, translate_glob
from workers_deploy.project.globs import match_any_text
from workers_deploy.project.ignore_pattern import LinearPattern

STARS = "*a" * 60 + "b"
NAME = "a" * 200
FOLDERS = "**/a/" * 30 + "b"
PATH = "a/" * 200 + "c"


@pytest.mark.parametrize(("glob", "path"), [(STARS, NAME), (FOLDERS, PATH)])
def test_a_glob_that_does_not_match_says_so_at_once(glob: str, path: str):
    (rule, *_) = parse_rules([{"type": "Text", "globs": [glob]}], is_python=False).rules
    ignored = LinearPattern(glob)

    assert not rule.matches(path)
    assert not rule.takes_import(path)
    assert isinstance(ignored.regex, re.Pattern)
    assert ignored.regex.search(path) is None
    assert match_any_text(glob).fullmatch(path) is None


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("**/a*/**/*b*", "x/ab/y/z/abc"),
        ("a/**", "a/b/c"),
        ("**", "a/b"),
        ("**/**/a", "a"),
        ("*/b/**/c*d*", "a/b/cxdx"),
        ("**/a/**/a/b", "a/x/a/y/a/b"),
    ],
)
def test_a_star_takes_any_rest(glob: str, path: str):
    assert re.fullmatch(translate_glob(glob), path)
