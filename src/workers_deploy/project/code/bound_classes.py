"""Bound classes have to be exported, as wrangler checks wherever it bundles."""

from collections.abc import Collection

from workers_deploy.errors import Place
from workers_deploy.project.config.fold import Config
from workers_deploy.project.findings import Findings


def check_bound_classes(
    config: Config | None, shown: str, exports: Collection[str], findings: Findings
) -> None:
    """Report bound classes that the entry point, shown as this, does not export."""
    if config is None:
        return
    bound = {
        "Durable Object": config.table("durable_objects").get("bindings") or (),
        "Workflow": config.items("workflows"),
    }
    for kind, bindings in bound.items():
        for binding in bindings:
            name = binding["class_name"]
            if not binding.get("script_name") and name not in exports:
                findings.problem(
                    shown,
                    f"the {kind} class {name} is not exported from the entry point",
                    place=Place(file=shown),
                )
