"""Which endpoint a method and a path lead to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from workers_emulator.requests.call import Endpoint


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """An endpoint with the decoded variables of its path."""

    endpoint: Endpoint
    args: Mapping[str, str]


class Table:
    """All endpoints. A fixed segment wins over a variable one at the first place they differ."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self._by_length: dict[int, list[tuple[tuple[str, ...], Endpoint]]] = {}
        for endpoint in endpoints:
            pattern = tuple(endpoint.path.strip("/").split("/"))
            self._by_length.setdefault(len(pattern), []).append((pattern, endpoint))
        for rows in self._by_length.values():
            rows.sort(key=lambda row: [_is_variable(segment) for segment in row[0]])

    def match(self, method: str, raw_path: str) -> Match | None:
        """Return what answers there; the path is still percent-encoded."""
        return next(self._matches(raw_path, method), None)

    def methods(self, raw_path: str) -> list[str]:
        """Return the methods that the path has, sorted."""
        return sorted({match.endpoint.method for match in self._matches(raw_path, None)})

    def _matches(self, raw_path: str, method: str | None) -> Iterator[Match]:
        segments = raw_path.strip("/").split("/")
        for pattern, endpoint in self._by_length.get(len(segments), ()):
            if method is not None and endpoint.method != method:
                continue
            args = _bind(pattern, segments)
            if args is not None:
                yield Match(endpoint=endpoint, args=args)


def _is_variable(segment: str) -> bool:
    return segment.startswith("{")


def _bind(pattern: tuple[str, ...], segments: list[str]) -> dict[str, str] | None:
    args = {}
    for expected, segment in zip(pattern, segments, strict=True):
        if _is_variable(expected):
            args[expected[1:-1]] = unquote(segment)
        elif expected != segment:
            return None
    return args if all(args.values()) else None
