"""The entry point: which file it is, and whether it goes up as it is or needs a bundle."""

import errno
import os
from collections.abc import Callable, Collection
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from workers_deploy.core.project import ScriptFormat
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place
from workers_deploy.project.config.checks import report_of
from workers_deploy.project.config.find import Checkout
from workers_deploy.project.config.fold import Config
from workers_deploy.project.findings import Findings
from workers_deploy.project.regular_files import MAX_MODULE_BYTES, read_regular

if TYPE_CHECKING:
    from workers_deploy.project.code.entry_syntax import Script

PYTHON_FLAG = "python_workers"
_NEEDS_BUNDLE = (".ts", ".tsx", ".mts", ".cts", ".jsx")
# In the order of esbuild, where `main` names none; a script that goes up as it is has one.
_ADDED = (".tsx", ".ts", ".jsx", ".js")
# What changes the code of an entry point that imports nothing.
_CHANGING_KEYS = ("alias", "define", "minify", "jsx_factory", "jsx_fragment", "keep_names")
_DEFINED = b"NODE_ENV"  # process.env.NODE_ENV is a constant in every bundle
_NOWHERE = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG)


class BundleMode(StrEnum):
    """The input `bundle`."""

    AUTO = "auto"
    YES = "true"
    NO = "false"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """The main module on disk; `project` is the directory that vendored packages lie in."""

    file: Path
    shown: str
    root: Path  # names of modules are relative to it
    project: Path
    format: ScriptFormat
    content: bytes
    is_python: bool
    bundles: bool
    exports: frozenset[str]


def find_entry(
    config: Config | None,
    checkout: Checkout,
    main: str | None,
    mode: BundleMode,
    findings: Findings,
    *,
    esbuild: Path | None,
    check: Callable[[], None],
    polyfilled: Collection[str] = (),
) -> Entry | None:
    """Return the entry point; None where there is none or it is a problem.

    `polyfilled` are the globals that only a bundle brings along.
    """
    file = _locate(config, checkout, main)
    if file is None:
        return None
    if mode is not BundleMode.NO and not (config and config.get("no_bundle")):
        file = _with_extension(file)
    shown = checkout.show(file)
    content = _read(file, shown, config, checkout, main, findings)
    if content is None:
        return None
    is_python = file.suffix == ".py"
    project = config.project_directory if config and main is None else checkout.directory
    entry = Entry(
        file=file,
        shown=shown,
        root=_module_root(config, file),
        project=project,
        format=ScriptFormat.MODULES,
        content=content,
        is_python=is_python,
        bundles=False,
        exports=frozenset(),
    )
    if is_python:
        return entry
    tsconfig = config.directory / named if config and (named := config.get("tsconfig")) else None
    script = _read_script(entry, esbuild, check, tsconfig)
    wants = _wants_bundle(file, config, mode, shown, findings)
    return replace(
        entry,
        format=ScriptFormat.MODULES if script.is_module else ScriptFormat.SERVICE_WORKER,
        bundles=wants
        and (
            mode is BundleMode.YES
            or _needs_bundle(file, script, content, config)
            or any(name.encode() in content for name in polyfilled)
        ),
        exports=script.exports,
    )


def _read_script(
    entry: Entry, esbuild: Path | None, check: Callable[[], None], tsconfig: Path | None
) -> "Script":
    """Read the text, and ask esbuild, where there is one, unless the text is clear."""
    from workers_deploy.project.code.entry_syntax import read_script  # noqa: PLC0415

    script = read_script(entry.content)
    is_javascript = script.is_clear and entry.file.suffix not in _NEEDS_BUNDLE
    # TypeScript can look like JavaScript; what takes its types away leaves a default export.
    is_format_clear = "default" in script.exports or (is_javascript and not script.exports)
    if esbuild is None or (script.is_clear and is_format_clear):
        return script
    from workers_deploy.project.code.entry_by_esbuild import ask_esbuild  # noqa: PLC0415

    asked = ask_esbuild(esbuild, entry.project, entry.file, check, tsconfig)
    known = replace(script, exports=asked.exports, listens=asked.listens) if asked else script
    # What only esbuild can read it shall write, too, or say what is wrong with it.
    return replace(known, is_plain=script.is_plain and is_javascript)


def _locate(config: Config | None, checkout: Checkout, main: str | None) -> Path | None:
    if main is not None:
        return Path(os.path.normpath(checkout.directory / main))
    if config is None:
        return None
    if named := config.get("main"):
        return Path(os.path.normpath(config.directory / named))
    if (site := config.get("site")) is not None:
        legacy = site.get("entry-point") or "workers-site"
        return Path(
            os.path.normpath(
                config.directory / legacy / ("" if Path(legacy).suffix else "index.js")
            )
        )
    return None


def _with_extension(file: Path) -> Path:
    """Return the file that is meant; as it is named, where there is none."""
    if file.suffix:
        return file
    named = (Path(f"{file}{extension}") for extension in ("", *_ADDED))
    # Of names that are too long os.path says the same as of others that are nowhere.
    return next((one for one in named if os.path.isfile(one)), file)  # noqa: PTH113


def _module_root(config: Config | None, file: Path) -> Path:
    base = config.get("base_dir") if config else None
    return Path(os.path.normpath(config.directory / base)) if config and base else file.parent


def _read(
    file: Path,
    shown: str,
    config: Config | None,
    checkout: Checkout,
    main: str | None,
    findings: Findings,
) -> bytes | None:
    named_at = config.spot("main") if config and main is None else None
    if not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(checkout.root)):
        report_of(named_at, findings, "main", f"{shown} is outside the repository")
        return None
    try:
        return read_regular(file, MAX_MODULE_BYTES)
    except OSError as error:
        if error.errno not in _NOWHERE:
            report_of(named_at, findings, "main", f"{shown} can't be read: {error.strerror}")
            return None
        build = config.table("build").get("command") if config else None
        report_of(
            named_at,
            findings,
            "main",
            f'The entry-point file at "{shown}" was not found.',
            hint="run the project's build in a step before this one"
            + (": the configuration's build.command is not run here" if build else ""),
        )
        return None


def _wants_bundle(
    file: Path, config: Config | None, mode: BundleMode, shown: str, findings: Findings
) -> bool:
    """Tell whether a bundle is made where the code needs it."""
    if mode is BundleMode.YES:
        return True
    if mode is BundleMode.AUTO and not (config is not None and config.get("no_bundle")):
        return True
    if file.suffix in _NEEDS_BUNDLE:
        findings.notice(
            f"{shown} goes up as it is, although Cloudflare runs JavaScript only",
            Place(file=shown),
        )
    return False


def _needs_bundle(file: Path, script: "Script", content: bytes, config: Config | None) -> bool:
    """Tell whether the code would be another one, or none, without a bundle."""
    if file.suffix in _NEEDS_BUNDLE or script.imports or not script.is_plain:
        return True
    configured = config is not None and any(map(config.get, _CHANGING_KEYS))
    changes = script.changes_format or script.is_commonjs
    return configured or changes or _DEFINED in content
