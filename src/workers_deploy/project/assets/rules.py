"""Which files of a directory are assets: `.assetsignore`, and what must never be public."""

import re
import warnings
from collections.abc import Callable, Iterable
from fnmatch import translate

from pathspec import GitIgnoreSpec

from workers_deploy.dataclass import dataclass
from workers_deploy.project.ignore_pattern import compile_patterns

IGNORE_FILE = ".assetsignore"
HEADERS_FILE = "_headers"
REDIRECTS_FILE = "_redirects"
PAGES_WORKER = "_worker.js"


@dataclass(frozen=True, slots=True)
class NeverPublic:
    """A kind of file that is left out unless `.assetsignore` takes it in by negation."""

    glob: str  # as in .gitignore
    why: str
    by_content: bool = False  # only if a private key is in it


NEVER_PUBLIC = (
    NeverPublic(".env*", "environment files hold secrets"),
    NeverPublic(".dev.vars*", "wrangler's local secrets"),
    NeverPublic(".git", "the repository's whole history"),
    NeverPublic("/node_modules/", "packages are no assets"),
    NeverPublic("*.pem", "a private key is in it", by_content=True),
    NeverPublic("*.key", "a private key is in it", by_content=True),
    NeverPublic("id_*", "a private key is in it", by_content=True),
)
_PRIVATE_KEY = re.compile(rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----")


class AssetRules:
    """Decides for each path, relative with `/`; a directory's ends in `/`.

    Patterns are those of .gitignore in any case of letters, as of the npm package `ignore` 5.3.1
    that wrangler uses; but a negated class, `[!a]`, is one here.
    """

    def __init__(self, lines: Iterable[str], check: Callable[[], None] = lambda: None) -> None:
        """Compile the lines of `.assetsignore`; `check` raises where the run is to end."""
        own = compile_patterns([line.rstrip("\r").lower() for line in lines], check)
        files = (IGNORE_FILE, REDIRECTS_FILE, HEADERS_FILE)
        meta = compile_patterns([f"/{name}" for name in files], check)
        globs = [rule.glob for rule in NEVER_PUBLIC if not rule.by_content]
        dangerous = compile_patterns(globs, check)
        self._chosen = GitIgnoreSpec([*meta, *own])
        self._dangerous = GitIgnoreSpec(dangerous)
        self._all = GitIgnoreSpec([*meta, *dangerous, *own])
        self._any = _union(self._all)
        by_content = "|".join(translate(rule.glob) for rule in NEVER_PUBLIC if rule.by_content)
        self._like_a_key = re.compile(by_content)

    def is_ignored(self, path: str) -> bool:
        """Tell whether a path is left out, for whichever reason."""
        lower = path.lower()
        return self._any.search(lower) is not None and bool(self._all.check_file(lower).include)

    def is_never_public(self, path: str) -> bool:
        """Tell whether an ignored path is left out only because it must not become public."""
        return not self._chosen.check_file(path.lower()).include

    def never_public_part(self, path: str) -> str | None:
        """Return what of a path must not become public, the outermost: a folder of it, or itself.

        Unlike `is_never_public` it asks of any path, such as the one that a link leads to; who
        ignores it too does not let it out by another name.
        """
        ends = (place.end() for place in re.finditer("[^/]+/?", path))
        parts = (path[:end] for end in ends)
        return next((part for part in parts if self._is_dangerous(part)), None)

    def _is_dangerous(self, path: str) -> bool:
        return bool(self._dangerous.check_file(path.lower()).include) and self.is_ignored(path)

    def is_suspect(self, path: str) -> bool:
        """Tell whether a path is called like a private key, and nobody took it in by name."""
        lower = path.lower()
        named = self._like_a_key.match(lower.rpartition("/")[2]) is not None
        return named and self._chosen.check_file(lower).include is not False


def holds_private_key(content: bytes) -> bool:
    """Tell whether a private key in PEM form is in a content.

    >>> holds_private_key(b"-----BEGIN RSA PRIVATE KEY-----")
    True
    >>> holds_private_key(b"-----BEGIN PUBLIC KEY-----")
    False

    """
    return _PRIVATE_KEY.search(content) is not None


def _union(spec: GitIgnoreSpec) -> re.Pattern[str]:
    """Return what matches every path that one of the patterns matches.

    Most paths match none: one search tells, where pathspec asks each pattern.
    """
    texts = (one.regex.pattern for one in spec.patterns if isinstance(one.regex, re.Pattern))
    # A group's name may be there once only.
    unnamed = (re.sub(r"\(\?P<\w+>", "(?:", text) for text in texts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # as in compile_patterns
        return re.compile("|".join(unnamed))
