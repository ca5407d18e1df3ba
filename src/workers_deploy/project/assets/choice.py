"""Which directory holds the assets: the input's, or the configuration's."""

import os
from pathlib import Path

from workers_deploy.core.manifest import AssetManifest
from workers_deploy.dataclass import dataclass
from workers_deploy.project.config.checks import Spot, report_of
from workers_deploy.project.config.find import Checkout
from workers_deploy.project.config.fold import Config
from workers_deploy.project.findings import Findings
from workers_deploy.project.request import ProjectRequest

_OPTIONS = ("html_handling", "not_found_handling", "base_path", "run_worker_first")


@dataclass(frozen=True, slots=True)
class _Choice:
    directory: Path
    named_at: Spot | None


def read_assets(
    config: Config | None, checkout: Checkout, request: ProjectRequest, findings: Findings
) -> AssetManifest | None:
    """Return the assets of the project, None where it has none or they are a problem."""
    choice = _choose(config, checkout, request)
    if choice is None:
        return None
    shown = checkout.show(choice.directory)
    if not os.path.isdir(choice.directory):  # noqa: PTH112  # False for what no folder can be called
        said = "is no directory" if os.path.lexists(choice.directory) else "does not exist"
        message = f"the asset directory {shown} {said}"
        report_of(choice.named_at, findings, "assets", message)
        return None
    from workers_deploy.project.assets.directory import AssetDirectory  # noqa: PLC0415 - late, as TOML

    options = config.table("assets") if config else {}
    directory = AssetDirectory(
        choice.directory, shown, findings, left_out=request.report_dir, check=request.check
    )
    return directory.read_manifest({key: options[key] for key in _OPTIONS if key in options})


def _choose(config: Config | None, checkout: Checkout, request: ProjectRequest) -> _Choice | None:
    if request.assets is not None:
        directory = Path(os.path.normpath(checkout.directory / request.assets))
        return _Choice(directory, None)
    options = config.get("assets") if config else None
    if config is None or options is None:
        return None
    spot = config.spot("assets").at("directory")
    if not options.get("directory"):
        spot.error(
            'The "assets" property in your configuration is missing the required "directory" '
            "property."
        )
        return None
    directory = Path(os.path.normpath(config.directory / options["directory"]))
    return _Choice(directory, spot)
