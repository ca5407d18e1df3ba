"""A line of `.assetsignore` says what it says to pathspec, in linear time."""

import re
import warnings

from hypothesis import example, given
from hypothesis import strategies as st
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from workers_deploy.project.ignore_pattern import LinearPattern

LINES = st.lists(
    st.sampled_from(["a", "b", "/", "*", "**", "**/", "/**/", "?", "[", "]", "!", "\\", " "]),
    max_size=8,
).map("".join)
PARTS = st.text("ab*", min_size=1, max_size=4)
PATHS = st.tuples(st.lists(PARTS, min_size=1, max_size=5).map("/".join), st.sampled_from(["", "/"]))


def verdict(kind: type[GitIgnoreSpecPattern], line: str, path: str) -> object:
    """Return what a line says of a path: nothing, or taken in or out, and as a directory or not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        try:
            pattern = kind(line)
        except ValueError:
            return "no pattern"
    if not isinstance(pattern.regex, re.Pattern):
        return None
    found = pattern.regex.search(path)
    return found and (pattern.include, found.groupdict().get("ps_d"))


@given(LINES, PATHS)
@example("a/**/b*/**/a", ("a/a/b/ba/a", ""))
@example("**/a*b*/**/", ("b/aab/a", "/"))
@example("[*]*a", ("*ba", ""))
def test_it_matches_what_pathspec_matches(line: str, path: tuple[str, str]):
    whole = "".join(path)

    assert verdict(LinearPattern, line, whole) == verdict(GitIgnoreSpecPattern, line, whole)
