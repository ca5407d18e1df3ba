"""The part of a plan that sets what is not versioned: script settings, usage model, workers.dev."""

from workers_deploy.core.compare_settings import (
    compare_settings,
    compare_subdomain,
    compare_usage_model,
    wanted_settings,
    wanted_subdomain,
)
from workers_deploy.core.live import LiveState
from workers_deploy.core.project import (
    Project,
)
from workers_deploy.core.steps import (
    Action,
    PatchScriptSettings,
    PutUsageModel,
    SetSubdomain,
    Step,
)


def settings_steps(
    project: Project, live: LiveState, *, by_note: bool = False
) -> tuple[list[Step], list[Step], list[Step]]:
    """Return the steps of script settings, of workers.dev, and of the usage model.

    `by_note`: live's note says that settings which are never answered are as they shall be.
    """
    if project.dispatch_namespace is not None:
        return [], [], []
    settings: list[Step] = []
    wanted = wanted_settings(project, live, by_note=by_note)
    if changes := compare_settings(wanted, live.script_settings):
        settings = [
            PatchScriptSettings(
                action=Action.UPDATE,
                title="Settings",
                changes=changes,
                settings=wanted,
                former=live.script_settings,
                with_upload=not live.exists and project.main_module is not None,
            )
        ]
    return settings, [subdomain_step(project, live)], usage_model_steps(project, live)


def subdomain_step(project: Project, live: LiveState) -> SetSubdomain:
    """Return the step that sets both fields of workers.dev; unchanged where they are so."""
    wanted = wanted_subdomain(project, live)
    changes = compare_subdomain(wanted, live.subdomain)
    differs = any(change.action is not Action.UNCHANGED for change in changes)
    return SetSubdomain(
        action=Action.UPDATE if differs else Action.UNCHANGED,
        title="Subdomain",
        changes=changes,
        state=wanted,
        former=live.subdomain,
    )


def usage_model_steps(project: Project, live: LiveState) -> list[Step]:
    """Return the step that sets the usage model, where the inputs say one."""
    if project.usage_model is None:
        return []
    changes = compare_usage_model(project.usage_model, live.usage_model)
    return [
        PutUsageModel(
            action=Action.UPDATE if changes else Action.UNCHANGED,
            title="Usage model",
            changes=changes,
            usage_model=project.usage_model,
            former=live.usage_model,
        )
    ]
