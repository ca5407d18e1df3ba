"""Checkouts that nobody would make but to harm: what is in them, and what a run says of them."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from fakes.checkout import Checkout

TOML = 'name = "shop"\nmain = "index.js"\ncompatibility_date = "2026-11-01"\n'
HUGE = 16 * 2**30  # bytes of a file that takes no room on the disk

Make = Callable[[Checkout], object]


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """One tree: how it is made out of a full checkout, and what a deploy of it has to say."""

    make: Make = lambda _: None
    exit_code: int = 3
    says: str = ""
    inputs: dict[str, str] = field(default_factory=dict)


def fifo(path: str) -> Make:
    """Put a FIFO that nobody writes to in a file's place."""

    def make(checkout: Checkout) -> None:
        _away(checkout.root / path)
        os.mkfifo(checkout.root / path)

    return make


def sparse(path: str, size: int = HUGE) -> Make:
    """Put a file of so many bytes, all of them zero, in a file's place."""

    def make(checkout: Checkout) -> None:
        _away(checkout.root / path)
        (checkout.root / path).touch()
        os.truncate(checkout.root / path, size)

    return make


def link(path: str, target: str) -> Make:
    """Put a link in a file's place."""

    def make(checkout: Checkout) -> None:
        _away(checkout.root / path)
        (checkout.root / path).symlink_to(target)

    return make


def unreadable(path: str) -> Make:
    """Take all rights of a file or a folder away; a folder is made where there is none."""

    def make(checkout: Checkout) -> None:
        if not os.path.lexists(checkout.root / path):
            (checkout.root / path).mkdir()
        (checkout.root / path).chmod(0)

    return make


def files(**texts: str) -> Make:
    """Write files; `__` in a name is a slash, and `_` a dot."""

    def make(checkout: Checkout) -> None:
        for name, text in texts.items():
            checkout.write(name.replace("__", "/").replace("_", "."), text)

    return make


def ignored(lines: str, *assets: str) -> Make:
    """Write `.assetsignore` and assets that it is asked about."""

    def make(checkout: Checkout) -> None:
        checkout.write("public/.assetsignore", lines)
        for asset in assets:
            checkout.write(f"public/{asset}", "x")

    return make


def toml(text: str) -> Make:
    """Take a TOML configuration instead of the JSON one."""

    def make(checkout: Checkout) -> None:
        _away(checkout.root / "wrangler.json")
        checkout.write("wrangler.toml", TOML + text)

    return make


def json(text: str) -> Make:
    """Write a configuration whose keys after the usual ones are a text."""
    usual = '{"name": "shop", "main": "index.js", "compatibility_date": "2026-11-01", '
    return lambda checkout: checkout.write("wrangler.json", usual + text)


def repository(then: Make) -> Make:
    """Commit the checkout first."""

    def make(checkout: Checkout) -> None:
        checkout.commit()
        then(checkout)

    return make


def unknown(*then: Make, name: str = "new.txt") -> Make:
    """Write an asset that no commit has, so that git's ignore files are asked, and do the rest."""

    def make(checkout: Checkout) -> None:
        checkout.write(f"public/{name}", "x")
        for one in then:
            one(checkout)

    return make


def configured(then: Make = lambda _: None, **keys: object) -> Make:
    """Set keys of the configuration first."""

    def make(checkout: Checkout) -> None:
        checkout.config(**keys)
        then(checkout)

    return make


def _away(file: Path) -> None:
    file.unlink(missing_ok=True)
