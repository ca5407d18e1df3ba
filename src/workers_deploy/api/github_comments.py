"""Which of a pull request's comments is ours."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

_OURS: Final = "<!-- workers-deploy "


def find_comment(
    comments: Iterable[Mapping[str, Any]], markers: Sequence[str]
) -> tuple[int | None, str]:
    """Return the id of the comment that the first of the markers finds, and what it says."""
    best, *others = markers
    second: tuple[int | None, str] = None, ""
    for comment in comments:
        body, found = comment.get("body"), comment.get("id")
        if not isinstance(body, str) or not isinstance(found, int):
            continue
        first, *rest = [*body.lstrip().splitlines(), ""]
        is_ours = first.startswith(_OURS)
        if first == best or (is_ours and not others and best in rest):
            return found, body
        if second[0] is None and first in others:
            second = found, body
    return second
