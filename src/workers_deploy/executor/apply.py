"""One step → its requests: the only place that writes to Cloudflare while going forward."""

from typing import assert_never

from workers_deploy.core.attribution.undo_plan import SettingsStep
from workers_deploy.core.steps import (
    AttachDomain,
    CheckLive,
    CreateDeployment,
    DeleteScript,
    DeleteSecret,
    PatchScriptSettings,
    PatchSettings,
    Probe,
    PutContent,
    PutQueueConsumer,
    PutRoutes,
    PutSchedules,
    PutSecrets,
    PutUsageModel,
    PutWorkflow,
    SetSubdomain,
    Step,
    Trigger,
    UploadAssets,
    UploadScript,
    UploadVersion,
)
from workers_deploy.executor.checks import check_live_step, probe_step
from workers_deploy.executor.context import Run
from workers_deploy.executor.deletion import delete_script_step
from workers_deploy.executor.race import look_whether_first
from workers_deploy.executor.settings import (
    delete_secret_step,
    patch_script_settings_step,
    patch_settings_step,
    put_secrets_step,
    put_usage_model_step,
    set_subdomain_step,
)
from workers_deploy.executor.traffic import create_deployment_step
from workers_deploy.executor.triggers import apply_trigger
from workers_deploy.executor.uploads import (
    put_content_step,
    upload_assets_step,
    upload_script_step,
    upload_version_step,
)


def apply(run: Run, step: Step) -> str:  # noqa: C901, PLR0911, PLR0912 - one closed set
    """Carry out a step; returns what there is to say of it.

    Raises:
        DeployError: it failed for good.

    """
    if isinstance(step, Trigger | SettingsStep):
        look_whether_first(run, step)
    match step:
        case UploadAssets():
            return upload_assets_step(run, step)
        case UploadVersion():
            return upload_version_step(run, step)
        case UploadScript():
            return upload_script_step(run, step)
        case PutContent():
            return put_content_step(run, step)
        case PatchScriptSettings():
            return patch_script_settings_step(run, step)
        case PatchSettings():
            return patch_settings_step(run, step)
        case PutUsageModel():
            return put_usage_model_step(run, step)
        case SetSubdomain():
            return set_subdomain_step(run, step)
        case CreateDeployment():
            return create_deployment_step(run, step)
        case PutSecrets():
            return put_secrets_step(run, step)
        case DeleteSecret():
            return delete_secret_step(run, step)
        case DeleteScript():
            return delete_script_step(run, step)
        case PutSchedules() | PutRoutes() | AttachDomain() | PutQueueConsumer() | PutWorkflow():
            return apply_trigger(run, step)
        case CheckLive():
            return check_live_step(run, step)
        case Probe():
            return probe_step(run, step)
        case _:
            assert_never(step)
