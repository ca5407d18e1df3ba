"""Which configuration file counts: the one that is named, or the one that wrangler would find.

wrangler looks for `wrangler.json` here and in every parent, then for `wrangler.jsonc`, then for
`wrangler.toml`; we stop at the repository's root. A build tool may redirect it to a file that it
generated, by `.wrangler/deploy/config.json` (workers-utils `config-helpers.ts`).
"""

import os
from collections.abc import Iterator
from pathlib import Path

from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place, ProblemKind
from workers_deploy.project.config.document import read_document
from workers_deploy.project.findings import Findings

CONFIG_NAMES = ("wrangler.json", "wrangler.jsonc", "wrangler.toml")
DEPLOY_CONFIG = Path(".wrangler/deploy/config.json")


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkout:
    """The directories of a load, all absolute."""

    workspace: Path
    directory: Path  # the working directory

    @property
    def root(self) -> Path:
        """Return the root of the repository, which nothing is read beyond.

        On a terminal it may be a parent of the workspace, which is where the run was started.
        """
        for candidate in (self.directory, *self.directory.parents):
            if os.path.exists(candidate / ".git"):  # noqa: PTH110  # False where nobody may look
                return candidate
        is_inside = self.directory.is_relative_to(self.workspace)
        return self.workspace if is_inside else self.directory

    def find(self, file: Path) -> str | None:
        """Write the path of a file of the repository; None where there is no such file."""
        if not os.path.isfile(file):  # noqa: PTH113  # False for what no file can be called, too
            return None
        is_inside = Path(os.path.realpath(file)).is_relative_to(os.path.realpath(self.root))
        return self.show(file) if is_inside else None

    def show(self, file: Path) -> str:
        """Write a path as people and annotations know it: relative to the workspace, with `/`."""
        return Path(os.path.relpath(file, self.workspace)).as_posix()


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigFile:
    """The file that counts; `written_by_user` is another one where a build tool redirected."""

    file: Path
    written_by_user: Path | None

    @property
    def is_redirected(self) -> bool:
        """Tell whether a build tool wrote the file that counts."""
        return self.file != self.written_by_user


def find_config_file(
    checkout: Checkout, named: str | None, findings: Findings
) -> ConfigFile | None:
    """Return the configuration file that counts, None where there is none or it is a problem."""
    if named is not None:
        file = Path(os.path.normpath(checkout.directory / named))
        if not os.path.isfile(file):  # noqa: PTH113
            findings.problem("config", f"{named} is no file", kind=ProblemKind.INPUT)
            return None
        if file.suffix not in (".json", ".jsonc", ".toml"):
            findings.problem(
                "config", f"{named} is neither .json, .jsonc nor .toml", kind=ProblemKind.INPUT
            )
            return None
        return ConfigFile(file=file, written_by_user=file)
    by_user = next((file for name in CONFIG_NAMES for file in _upwards(checkout, Path(name))), None)
    if by_user is not None:
        _tell_of_nearer(checkout, by_user, findings)
    redirect = next(_upwards(checkout, DEPLOY_CONFIG), None)
    if redirect is None:
        return ConfigFile(file=by_user, written_by_user=by_user) if by_user else None
    return _follow(checkout, redirect, by_user, findings)


def tell_of_no_config(checkout: Checkout, findings: Findings) -> None:
    """Say where a configuration was looked for, and where there is one further down."""
    *others, last = CONFIG_NAMES
    here = checkout.show(checkout.directory)
    where = "this folder" if here == "." else here
    up = "" if checkout.directory == checkout.root else ", nor in a folder above it"
    below = _find_below(checkout)
    known = f" ({', '.join(below)} has one)" if len(below) == 1 else ""
    findings.problem(
        "config",
        f"no {', '.join(others)} or {last} in {where}{up}",
        hint=f"set `working-directory` to the project's folder{known}, or `config` to the file. "
        "Without one, give the inputs `script-name`, `main` or `assets`, and `compatibility-date`",
        kind=ProblemKind.INPUT,
    )


def _find_below(checkout: Checkout) -> list[str]:
    """Return the folders, one or two levels down, that have a configuration."""
    start = checkout.directory
    found = (file.parent for level in ("*", "*/*") for file in start.glob(f"{level}/wrangler.*"))
    folders = dict.fromkeys(folder.relative_to(start) for folder in found if folder != start)
    return [one.as_posix() for one in folders if "node_modules" not in one.parts]


def _upwards(checkout: Checkout, name: Path) -> Iterator[Path]:
    root = checkout.root
    for directory in (checkout.directory, *checkout.directory.parents):
        if os.path.isfile(directory / name):  # noqa: PTH113  # as above
            yield directory / name
        if directory == root:
            return


def _tell_of_nearer(checkout: Checkout, chosen: Path, findings: Findings) -> None:
    nearer = [
        file
        for name in CONFIG_NAMES
        for file in _upwards(checkout, Path(name))
        if len(file.parts) > len(chosen.parts)
    ]
    if nearer:
        findings.notice(
            f"{checkout.show(chosen)} is used although {checkout.show(nearer[0])} is nearer, "
            "as wrangler does; name the file by `config` to be sure",
            Place(file=checkout.show(chosen)),
        )


def _follow(
    checkout: Checkout, redirect: Path, by_user: Path | None, findings: Findings
) -> ConfigFile | None:
    shown = checkout.show(redirect)
    document = read_document(redirect, shown, findings)
    if document is None:
        return None
    target = document.values.get("configPath")
    if not isinstance(target, str) or not target:
        place = document.place(("configPath",))
        findings.problem(shown, 'the required "configPath" property was not found', place=place)
        return None
    file = Path(os.path.normpath(redirect.parent / target))
    if not os.path.isfile(file):  # noqa: PTH113
        place = document.place(("configPath",))
        findings.problem(
            shown, f"{checkout.show(file)}, to which it redirects, does not exist", place=place
        )
        return None
    if by_user is not None and by_user.parent / DEPLOY_CONFIG != redirect:
        findings.problem(
            shown,
            f"it does not sit beside {checkout.show(by_user)}: which one counts is not clear",
            hint="delete it if a former build left it, or set `working-directory`",
            place=Place(file=shown),
        )
        return None
    return ConfigFile(file=file, written_by_user=by_user)
