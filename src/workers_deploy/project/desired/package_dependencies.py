"""The npm packages that a project uses, for the metadata's `package_dependencies`.

wrangler sends them unless `dependencies_instrumentation.enabled` is false; here they go only where
it is true: nobody else gets to know what a project is built with. Which packages and in which
order is wrangler's choice (deploy-helpers `package-dependencies.ts`).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place
from workers_deploy.project.config.find import Checkout
from workers_deploy.project.config.fold import Config
from workers_deploy.project.findings import Findings
from workers_deploy.project.globs import join_at_stars
from workers_deploy.project.regular_files import MIB, read_regular

MAX_MANIFEST_BYTES = 8 * MIB
PACKAGES_AT_MOST = 200
# Versions that name no release.
_LOCAL = ("workspace:", "catalog:", "file:", "link:")


def read_package_dependencies(
    config: Config | None, checkout: Checkout, project: Path, findings: Findings
) -> tuple[Mapping[str, str], ...] | None:
    """Return name, wanted and installed version of each package; None where nobody asked for them.

    `project` is the directory of package.json.
    """
    options = config.table("dependencies_instrumentation") if config else {}
    if options.get("enabled") is not True:
        return None
    manifest = checkout.find(project / "package.json") and _read_json(project / "package.json")
    if not isinstance(manifest, dict):
        shown = checkout.show(project / "package.json")
        findings.notice(
            f"dependencies_instrumentation is on, and {shown} can't be read: no packages are told",
            Place(file=shown),
        )
        return None
    packages = _Packages(checkout, project)
    left_out = [_pattern(one) for one in options.get("exclude_packages") or ()]
    found = tuple(islice(packages.installed(_wanted(manifest), left_out), PACKAGES_AT_MOST))
    return found or None


@dataclass(frozen=True, slots=True)
class _Packages:
    checkout: Checkout
    project: Path

    def installed(
        self, wanted: Mapping[str, str], left_out: Iterable[re.Pattern[str]]
    ) -> Iterator[Mapping[str, str]]:
        for name, version in wanted.items():
            if version.startswith(_LOCAL) or any(one.fullmatch(name) for one in left_out):
                continue
            if found := self._version_of(name):
                yield {"name": name, "packageJsonVersion": version, "installedVersion": found}

    def _version_of(self, name: str) -> str | None:
        """Return the version in the nearest node_modules; an alias has another name there."""
        for folder in (self.project, *self.project.parents):
            file = folder / "node_modules" / name / "package.json"
            if self.checkout.find(file):
                return _version_in(_read_json(file), name)
            if folder == self.checkout.root:
                break
        return None


def _version_in(package: Any, name: str) -> str | None:
    if not isinstance(package, dict) or package.get("name") is None:
        return None
    bundled = package.get("bundledVersions")
    if package["name"] != name and isinstance(bundled, dict) and name in bundled:
        return _text(bundled[name])
    return _text(package.get("version"))


def _wanted(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return what package.json names, in its order; development comes second and wins."""
    found: dict[str, str] = {}
    for key in ("dependencies", "devDependencies"):
        listed = manifest.get(key)
        if isinstance(listed, dict):
            found |= {name: version for name, version in listed.items() if _text(version)}
    return found


def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(join_at_stars([re.escape(text) for text in glob.split("*")], ".*"))


def _read_json(file: Path) -> Any:
    try:
        return json.loads(read_regular(file, MAX_MANIFEST_BYTES).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
