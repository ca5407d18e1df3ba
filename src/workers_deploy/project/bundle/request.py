"""What is bundled, and how."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workers_deploy.core.project import Module
from workers_deploy.dataclass import dataclass
from workers_deploy.project.code.entry import Entry
from workers_deploy.project.code.module_rules import ModuleRules
from workers_deploy.project.config.find import Checkout
from workers_deploy.project.config.fold import Config
from workers_deploy.project.esbuild.channel import Esbuild


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleRequest:
    """What is bundled and how.

    `beside` are modules that were found and stay files of their own.
    """

    entry: Entry
    config: Config | None
    checkout: Checkout
    rules: ModuleRules
    beside: tuple[tuple[Module, Path], ...]
    compatibility_date: str
    compatibility_flags: tuple[str, ...]
    esbuild: Esbuild

    @property
    def directory(self) -> Path:
        """Return the project's root without symlinks, as esbuild and wrangler know it."""
        return Path(os.path.realpath(self.entry.project))

    def within(self, path: Path) -> Path:
        """Return a path of the checkout as esbuild knows it."""
        return Path(os.path.normpath(self.directory / os.path.relpath(path, self.entry.project)))

    def show(self, path: Path) -> str:
        """Return a path of esbuild's as people know it."""
        relative = os.path.relpath(path, self.directory)
        return self.checkout.show(Path(os.path.normpath(self.entry.project / relative)))

    def said(self, key: str) -> Any:
        """Return what the configuration says, None where it says nothing."""
        return self.config.get(key) if self.config else None

    def table(self, key: str) -> Mapping[str, Any]:
        """Return a table of the configuration, empty where there is none."""
        return self.config.table(key) if self.config else {}

    @property
    def keeps_file_names(self) -> bool:
        """Tell whether modules beside the bundle are called as their imports are written."""
        return bool(self.said("preserve_file_names"))
