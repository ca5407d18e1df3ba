"""What a load is asked for, and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from workers_deploy.core.project import Origin, ProbeTarget, Project, Secret
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Problem
from workers_deploy.project.code.entry import BundleMode
from workers_deploy.project.findings import Notice


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectRequest:
    """The inputs that say what the project is; `None` means that nobody gave the input.

    Paths are relative to the working directory, which is relative to the workspace.
    """

    workspace: Path
    working_directory: str = "."
    config: str | None = None
    environment: str | None = None
    means_top_level: bool = False  # an empty environment was asked for
    script_name: str | None = None
    main: str | None = None
    compatibility_date: str | None = None
    compatibility_flags: tuple[str, ...] | None = None
    assets: str | None = None
    bundle: BundleMode = BundleMode.AUTO
    dispatch_namespace: str | None = None
    vars: Mapping[str, str] = field(default_factory=dict, repr=False)
    keep_vars: bool | None = None
    secrets: tuple[Secret, ...] = ()
    prune_secrets: bool = False
    script_settings: Mapping[str, Any] | None = None
    usage_model: str | None = None
    cpu_ms: int | None = None
    workers_dev: bool | None = None
    preview_urls: bool | None = None
    message: str | None = None
    tag: str | None = None
    report_dir: Path | None = None
    api_base_url: str | None = None  # that the run talks to
    esbuild: Path | None = None  # the program that bundles, where there is one
    old_esbuild: str | None = None  # the version of one that is too old for it
    # Raises where the run is to end; called while another program is waited for.
    check: Callable[[], None] = field(default=lambda: None, repr=False)
    probe: ProbeTarget | None = None
    sends_triggers: bool = False
    # The name of the script that Workers Builds connects to: it wins over all others.
    connected_name: str | None = None
    dry_run: bool = False
    origin: Origin = field(default_factory=Origin)
    # Parity tests read what we don't deploy, such as containers, too.
    refuses_unsupported: bool = True

    @property
    def names_a_source(self) -> bool:
        """Tell whether an input says what the script is made of, without any configuration."""
        return bool(self.main or self.assets)


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """A load's result: the project, None if there are problems; all problems; warnings by place."""

    project: Project | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Notice, ...] = ()
    account_id: str | None = None
    config_file: str | None = None  # relative to the workspace
