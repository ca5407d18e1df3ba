"""What routes and static assets owe each other (deploy-helpers `validate-routes.ts`).

None of it is refused: a route may well be there for the script alone.
"""

import re
from typing import Any

from workers_deploy.dataclass import dataclass
from workers_deploy.project.config.checks import Spot
from workers_deploy.project.config.fold import Config
from workers_deploy.project.desired.triggers import list_routes
from workers_deploy.project.globs import match_any_text

_SCHEME = re.compile(r"https?://")
_URL = re.compile(r"//|[a-zA-Z][a-zA-Z\d+.-]*:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class BasePathError(ValueError):
    """A base path that is none; the text says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteChecks:
    """The checks of one configuration; `workers_dev` is what an input says of it."""

    config: Config
    workers_dev: bool | None
    has_script: bool

    def check(self) -> None:
        """Warn of routes that serve assets at odd places, and of assets that no route reaches."""
        options = self.config.table("assets")
        if "base_path" in options:
            self._check_base_path(self.config.spot("assets").at("base_path"), options["base_path"])
        if options.get("directory") is not None and options.get("run_worker_first") is not True:
            self._check_mounts(options["directory"])

    def _check_base_path(self, spot: Spot, said: str) -> None:
        try:
            base = normalize_base_path(said)
        except BasePathError as flaw:
            spot.warn(f'"{spot.label}" will not be taken: {flaw}', key=False)
            return
        routes = list_routes(self.config)
        on_workers_dev = self.workers_dev
        if on_workers_dev is None:
            on_workers_dev = self.config.get("workers_dev")
        is_off = not on_workers_dev if on_workers_dev is not None else bool(routes)
        if base != "/" and is_off and not any(_matches(route, base) for route in routes):
            spot.warn(
                f'The configured assets base path "{base}" is not reachable through any configured '
                f'route. Add a route that matches "{base}" or enable `workers_dev`.',
                key=False,
            )

    def _check_mounts(self, directory: str) -> None:
        key = "routes" if self.config.get("routes") is not None else "route"
        for index, route in enumerate(list_routes(self.config)):
            pattern = _pattern(route)
            parts = pattern.split("/")
            if _is_domain(route) or (len(parts) == 2 and parts[1] == "*"):
                continue
            path = _SCHEME.sub("", pattern).partition("/")[2]
            rest = "; what matches no asset goes to the script" if self.has_script else ""
            spot = self.config.spot(key)
            (spot.at(index) if key == "routes" else spot).warn(
                f"the route {pattern} serves assets by the whole path: {directory}/{path}{rest}",
                key=False,
            )


def normalize_base_path(value: str) -> str:
    """Return where assets are mounted, with a slash at both ends.

    Raises BasePathError where it is no path.

    >>> normalize_base_path("docs/./a/../b"), normalize_base_path("/")
    ('/docs/b/', '/')
    """
    flaws = {
        "it is empty": not value,
        "it is a URL, not a path": bool(_URL.match(value)),
        "it has a backslash": "\\" in value,
        "it has a control character": bool(_CONTROL.search(value)),
        "it has a query or a fragment": "?" in value or "#" in value,
        "it is percent-encoded": "%" in value,
    }
    if flaw := next((text for text, is_so in flaws.items() if is_so), None):
        raise BasePathError(flaw)
    segments: list[str] = []
    for segment in value.split("/"):
        if segment == "..":
            segments[-1:] = []
        elif segment not in ("", "."):
            segments.append(segment)
    return f"/{'/'.join(segments)}/" if segments else "/"


def _pattern(route: str | dict[str, Any]) -> str:
    return route if isinstance(route, str) else str(route["pattern"])


def _is_domain(route: str | dict[str, Any]) -> bool:
    return isinstance(route, dict) and bool(route.get("custom_domain"))


def _matches(route: str | dict[str, Any], path: str) -> bool:
    if isinstance(route, dict) and route.get("custom_domain"):
        return route.get("enabled") is not False
    _, slash, rest = _SCHEME.sub("", _pattern(route)).partition("/")
    return bool(slash) and match_any_text(f"/{rest}").fullmatch(path) is not None
