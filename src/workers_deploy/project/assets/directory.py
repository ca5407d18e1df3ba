"""Walks an asset directory into a manifest, without what must never be public."""

import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from workers_deploy.core.manifest import (
    MAX_ASSET_BYTES,
    MAX_ASSET_COUNT,
    AssetEntry,
    AssetManifest,
)
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place
from workers_deploy.project.assets import headers, redirects
from workers_deploy.project.assets.content_types import content_type_of, read_mime_table
from workers_deploy.project.assets.digest import UnsteadyError
from workers_deploy.project.assets.hashing import Hashed, count_cores, hash_files
from workers_deploy.project.assets.headers import HeaderReader
from workers_deploy.project.assets.redirects import RedirectReader
from workers_deploy.project.assets.rule_lines import report_lines
from workers_deploy.project.assets.rules import (
    HEADERS_FILE,
    IGNORE_FILE,
    PAGES_WORKER,
    REDIRECTS_FILE,
    AssetRules,
    holds_private_key,
)
from workers_deploy.project.findings import Findings
from workers_deploy.project.ignore_pattern import MAX_IGNORE_BYTES, MAX_PATTERNS
from workers_deploy.project.regular_files import MIB, read_regular

# 2,100 redirects of 2,000 characters, the most that Cloudflare takes, are less.
MAX_RULE_FILE_BYTES = 8 * MIB
_NAMED_AT_MOST = 10


@dataclasses.dataclass(frozen=True, slots=True)  # made by the ten thousand
class _Found:
    path: str  # relative to the directory, with /
    file: str
    size: int
    leads_to: str = ""  # of a link: where the file is, as `path`


@dataclass(frozen=True, slots=True)
class _Withheld:
    """What is left out since it must not become public, or a link to such a thing."""

    path: str
    leads_to: str = ""

    def __str__(self) -> str:
        return f"{self.path} (leads to {self.leads_to})" if self.leads_to else self.path


@dataclass(frozen=True, slots=True)
class _Folder:
    prefix: str  # relative to the asset directory, empty or with / at its end
    path: str
    inside: tuple[str, ...]  # the real directories around it, against loops


@dataclass(slots=True)
class AssetDirectory:
    """One asset directory on its way into a manifest; `shown` is how people read its path."""

    directory: Path
    shown: str
    findings: Findings
    left_out: Path | None = None  # the report directory
    check: Callable[[], None] = lambda: None  # raises where the run is to end
    _withheld: list[_Withheld] = field(default_factory=list)
    _root: str = field(init=False)
    _report: str = field(init=False)

    def __post_init__(self) -> None:
        self._root = os.path.realpath(self.directory)
        self._report = os.path.realpath(self.left_out) if self.left_out else ""

    def read_manifest(self, options: Mapping[str, Any]) -> AssetManifest | None:
        """Return the manifest with its `config`; None where it can't be made."""
        before = len(self.findings.problems)
        rules, has_ignore_file = self._read_rules()
        found = sorted(self._walk(rules), key=lambda one: one.path)
        if not has_ignore_file:
            self._refuse_pages_worker(found)
        self._check_sizes(found)
        rule_files = self._read_rule_files(rules)
        self._check_rule_files(rule_files, options.get("html_handling"))
        config = {**options, **rule_files}
        if len(self.findings.problems) > before:
            return None
        found = [one for one in found if not self._is_key(one, rules)]
        hashes = hash_files(found, processes=count_cores(), check=self.check)
        entries = self._entries(found, hashes)
        self._tell_of_withheld()
        if len(self.findings.problems) > before:
            return None
        named = (*rule_files, *((IGNORE_FILE,) if has_ignore_file else ()))
        return AssetManifest(
            entries=tuple(entries),
            config=config,
            rule_files=tuple(os.path.realpath(f"{self._root}/{name}") for name in named),
            directory=str(self.directory),
            options=options,
        )

    def _read_rules(self) -> tuple[AssetRules, bool]:
        text = self._read_text(IGNORE_FILE, MAX_IGNORE_BYTES)
        if text is not None and "\0" in text:
            self._problem(IGNORE_FILE, "holds a null character")
        lines = (text or "").split("\n")
        if len(lines) > MAX_PATTERNS:
            message = f"has {len(lines):,} lines; at most {MAX_PATTERNS:,} are possible"
            self._problem(IGNORE_FILE, message)
            lines = []
        return AssetRules(lines, self.check), text is not None

    def _read_rule_files(self, rules: AssetRules) -> dict[str, str]:
        """Return `_redirects` and `_headers` as they are: Cloudflare parses them."""
        names = (REDIRECTS_FILE, HEADERS_FILE)
        sent = [name for name in names if self._may_lead(name, self._target(name), rules)]
        texts = {name: self._read_text(name, MAX_RULE_FILE_BYTES) for name in sent}
        return {name: text for name, text in texts.items() if text is not None}

    def _check_rule_files(self, texts: Mapping[str, str], html_handling: str | None) -> None:
        if (text := texts.get(REDIRECTS_FILE)) is not None:
            lines = RedirectReader(html_handling).read(text)
            report_lines(lines, f"{self.shown}/{REDIRECTS_FILE}", redirects.REFUSED, self.findings)
        if (text := texts.get(HEADERS_FILE)) is not None:
            lines = HeaderReader().read(text)
            report_lines(lines, f"{self.shown}/{HEADERS_FILE}", headers.REFUSED, self.findings)

    def _read_text(self, name: str, limit: int) -> str | None:
        try:
            return read_regular(self.directory / name, limit).decode()
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            self._problem(name, "is not UTF-8 text")
        except OSError as error:
            self._problem(name, f"can't be read: {error.strerror}")
        return None

    def _walk(self, rules: AssetRules) -> Iterator[_Found]:
        pending: list[_Folder] = [_Folder("", self._root, (self._root,))]
        while pending:
            folder = pending.pop()
            for entry in self._scan(folder):
                self.check()
                path = folder.prefix + entry.name
                if not self._is_text(path):
                    continue
                try:
                    if entry.is_file(follow_symlinks=False):  # as most are: asked first
                        if self._takes(path, rules):
                            yield _Found(path, entry.path, entry.stat().st_size)
                        continue
                    if self._may_follow(path, entry):
                        yield from self._follow(path, entry, folder, pending, rules)
                except OSError as error:  # such as a link to itself
                    self._problem(path, f"can't be read: {error.strerror}")

    def _follow(
        self,
        path: str,
        entry: os.DirEntry[str],
        around: _Folder,
        pending: list[_Folder],
        rules: AssetRules,
    ) -> Iterator[_Found]:
        """Yield what is no plain file, or put it with the folders that are still to be read."""
        is_folder = entry.is_dir()
        path += "/" if is_folder else ""
        target = self._target(path) if entry.is_symlink() else ""
        if not self._takes(path, rules) or not self._may_lead(path, target, rules):
            return
        if is_folder:
            pending += self._enter(path, entry.path, around)
        else:
            yield from self._take_file(path, entry, target)

    def _scan(self, folder: _Folder) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder.path) as entries:
                return list(entries)
        except OSError as error:
            self._problem(folder.prefix.rstrip("/"), f"can't be read: {error.strerror}")
            return []

    def _is_text(self, path: str) -> bool:
        if path.isascii():
            return True
        try:
            path.encode()
        except UnicodeEncodeError:
            self._problem(path.encode(errors="replace").decode(), "its name is not UTF-8")
            return False
        return True

    def _may_follow(self, path: str, entry: os.DirEntry[str]) -> bool:
        """Tell whether an entry is inside the directory; a link that is not is a problem."""
        if not entry.is_symlink():
            return not self._is_report(entry)
        target = os.path.realpath(entry.path)
        if target != self._root and not target.startswith(self._root + os.sep):
            self._problem(path, "is a symlink that leaves the asset directory")
            return False
        return True

    def _target(self, path: str) -> str:
        """Return where a path of the directory really is, relative to it as `path` is."""
        real = os.path.realpath(f"{self._root}/{path}")
        return real.removeprefix(self._root).lstrip("/") + ("/" if path.endswith("/") else "")

    def _may_lead(self, path: str, target: str, rules: AssetRules) -> bool:
        """Tell whether a link leads to nothing that must not become public, by any name."""
        withheld = rules.never_public_part(target)
        if withheld is None:
            return True
        self._withheld.append(_Withheld(path, withheld))
        return False

    def _is_report(self, entry: os.DirEntry[str]) -> bool:
        # Names first: a real path takes a system call for each of its folders.
        if entry.name != self._report.rpartition("/")[2]:
            return False
        return os.path.realpath(entry.path) == self._report

    def _enter(self, prefix: str, path: str, around: _Folder) -> Iterator[_Folder]:
        real = os.path.realpath(path)
        if real in around.inside:
            self._problem(prefix.rstrip("/"), "is a symlink to a directory around it")
        else:
            yield _Folder(prefix, path, (*around.inside, real))

    def _takes(self, path: str, rules: AssetRules) -> bool:
        if not rules.is_ignored(path):
            return True
        if rules.is_never_public(path):
            self._withheld.append(_Withheld(path))
        return False

    def _take_file(self, path: str, entry: os.DirEntry[str], target: str) -> Iterator[_Found]:
        if entry.is_file():
            yield _Found(path, entry.path, entry.stat().st_size, target)
        else:
            is_link = entry.is_symlink()
            self._problem(path, f"is {'a symlink to nothing' if is_link else 'no regular file'}")

    def _refuse_pages_worker(self, found: list[_Found]) -> None:
        if any(one.path.startswith(PAGES_WORKER) for one in found):
            self.findings.problem(
                f"{self.shown}/{PAGES_WORKER}",
                f"{PAGES_WORKER}, a Pages project's code of the server side, would become public",
                hint=f"remove it, or write an {IGNORE_FILE} beside it that names {PAGES_WORKER} "
                "(an empty one publishes it)",
                place=Place(file=f"{self.shown}/{PAGES_WORKER}"),
            )

    def _check_sizes(self, found: list[_Found]) -> None:
        for one in found:
            if one.size > MAX_ASSET_BYTES:
                size = f"{one.size / 2**20:.1f} MiB"
                self._problem(one.path, f"is {size} large; an asset may have 25 MiB at most")
        if len(found) > MAX_ASSET_COUNT:
            self.findings.problem(
                self.shown,
                f"{self.shown} holds {len(found):,} files; a version may have "
                f"{MAX_ASSET_COUNT:,} assets at most",
                place=Place(file=self.shown),
            )

    def _is_key(self, found: _Found, rules: AssetRules) -> bool:
        """Tell whether a file is called like a private key and is one; kept to tell it then."""
        if rules.is_suspect(found.path):
            leads_to = ""
        elif found.leads_to and rules.is_suspect(found.leads_to):
            leads_to = found.leads_to
        else:
            return False
        try:
            content = read_regular(Path(found.file), MAX_ASSET_BYTES)
        except OSError:
            return False  # reading it for its hash will tell why
        if not holds_private_key(content):
            return False
        self._withheld.append(_Withheld(found.path, leads_to))
        return True

    def _entries(self, found: list[_Found], hashes: list[Hashed]) -> list[AssetEntry]:
        table = read_mime_table()
        entries = []
        for one, hashed in zip(found, hashes, strict=True):
            if isinstance(hashed, OSError):
                self._problem(one.path, f"can't be read: {hashed.strerror}")
                continue
            if isinstance(hashed, UnsteadyError):
                self._problem(
                    one.path, "kept changing as it was read: is something still building?"
                )
                continue
            hash_, size, modified_ns = hashed
            path = f"/{one.path}"
            entries.append(
                AssetEntry(
                    path=path,
                    hash=hash_,
                    size=size,
                    content_type=content_type_of(path, table),
                    file=one.file,
                    modified_ns=modified_ns,
                )
            )
        return entries

    def _tell_of_withheld(self) -> None:
        if self._withheld:
            all_ = sorted(self._withheld, key=lambda one: one.path)
            first = all_[0]
            listed = ", ".join(map(str, all_[:_NAMED_AT_MOST]))
            more = f" and {len(all_) - _NAMED_AT_MOST} more" if len(all_) > _NAMED_AT_MOST else ""
            line = f"!{first.leads_to or first.path}"
            self.findings.notice(
                f"left out, since they must never become public: {listed}{more} "
                f"(a line like {line} in {self.shown}/{IGNORE_FILE} takes one in)",
                Place(file=f"{self.shown}/{first.path}"),
            )

    def _problem(self, path: str, message: str) -> None:
        shown = f"{self.shown}/{path}" if path else self.shown
        self.findings.problem(shown, f"{shown} {message}", place=Place(file=shown))
