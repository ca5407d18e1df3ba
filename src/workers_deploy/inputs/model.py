"""What the workflow author wrote, from command line and environment, as typed values.

Where a value is looked for is said once, in `names_of()`. The command line wins, then the names of
the environment in their order; an empty text counts as "not given".
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from workers_deploy.core.steps import Scope
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Problem
from workers_deploy.inputs.choices import (
    Allow,
    Bundle,
    Command,
    Comment,
    EmptySecrets,
    FailOn,
    IfMissing,
    LogLevel,
    OnFailure,
    UsageModelName,
    WithoutCredentials,
)
from workers_deploy.inputs.mistakes import NO_OPTION, problems_of
from workers_deploy.inputs.plugin_settings import lines_of_settings
from workers_deploy.inputs.probe_targets import parse_probe_targets
from workers_deploy.inputs.script_settings import parse_script_settings
from workers_deploy.inputs.texts import (
    parse_account_id,
    parse_base_url,
    parse_boolean,
    parse_date,
    parse_path,
    parse_script_name,
    parse_statuses,
    parse_token,
    parse_words,
)
from workers_deploy.inputs.unknown_names import warn_of_unknown
from workers_deploy.inputs.workers_builds import WorkersBuilds, read_workers_builds
from workers_deploy.inputs.wrangler_action import (
    RENAMED,
    refuse_commands,
    tell_names,
    understand_command,
)

# Names of cloudflare/wrangler-action: a migration is one line.
WRANGLER_ACTION_NAMES = {
    ours.replace("-", "_"): f"INPUT_{theirs.upper()}" for theirs, ours in RENAMED.items()
}
ECOSYSTEM_NAMES = {
    "api_token": "CLOUDFLARE_API_TOKEN",
    "account_id": "CLOUDFLARE_ACCOUNT_ID",
    "api_base_url": "CLOUDFLARE_API_BASE_URL",
    "environment": "CLOUDFLARE_ENV",
}


Boolean = Annotated[bool, BeforeValidator(parse_boolean)]
FilePath = Annotated[str, AfterValidator(parse_path)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(parse_words)]


def names_of(field: str) -> tuple[str, ...]:
    """Return the environment variables that can hold an input, the first that is not empty wins.

    >>> names_of("script_name")
    ('INPUT_SCRIPT-NAME', 'INPUT_SCRIPT_NAME', 'PLUGIN_SCRIPT_NAME')
    >>> names_of("account_id")[-2:]
    ('INPUT_ACCOUNTID', 'CLOUDFLARE_ACCOUNT_ID')
    """
    upper = field.upper()
    names = [f"INPUT_{upper.replace('_', '-')}", f"INPUT_{upper}", f"PLUGIN_{upper}"]
    names += [table[field] for table in (WRANGLER_ACTION_NAMES, ECOSYSTEM_NAMES) if field in table]
    return tuple(dict.fromkeys(names))


class Options(PydanticBaseSettingsSource):
    """What was given as options; already split from the command line."""

    def __init__(self, settings_cls: type[BaseSettings], options: Mapping[str, str]) -> None:
        super().__init__(settings_cls)
        self._options = options

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        """Return the option's text, or None."""
        return self._options.get(field_name) or None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the options that are not empty."""
        return {name: text for name, text in self._options.items() if text}


class Environment(PydanticBaseSettingsSource):
    """What the environment holds under the names of `names_of()`."""

    def __init__(self, settings_cls: type[BaseSettings], env: Mapping[str, str]) -> None:
        super().__init__(settings_cls)
        self._env = env

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        """Return the first text that is not empty, or None."""
        found = (self._env[name] for name in names_of(field_name) if self._env.get(name))
        return next(found, None), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the inputs that the environment gives."""
        found = {
            name: self.get_field_value(None, name)[0] for name in self.settings_cls.model_fields
        }
        return {name: text for name, text in found.items() if text is not None}


class Inputs(BaseSettings):
    """Field names are the inputs' names; descriptions are what `--help` says."""

    model_config = SettingsConfigDict(
        hide_input_in_errors=True, frozen=True, extra="forbid", validate_default=False
    )

    api_token: Annotated[SecretStr, BeforeValidator(parse_token)] | None = Field(
        None, description="Cloudflare API token with the permission Workers Scripts: Edit"
    )
    account_id: Annotated[str, AfterValidator(parse_account_id)] | None = Field(
        None, description="account id, 32 hex digits; default: the token's only account"
    )
    api_base_url: Annotated[str, AfterValidator(parse_base_url)] = Field(
        "https://api.cloudflare.com/client/v4", description="base URL of the API"
    )
    command: Command = Field(Command.DEPLOY, description="what to do")
    only: Annotated[tuple[Scope, ...], NoDecode, BeforeValidator(parse_words)] = Field(
        (), description="narrow deploy to code, secrets, settings, subdomain, triggers"
    )
    working_directory: FilePath = Field(".", description="all paths are relative to it")
    config: FilePath | None = Field(None, description="wrangler configuration file")
    environment: str | None = Field(None, description="section env.<name> of the configuration")
    script_name: Annotated[str, AfterValidator(parse_script_name)] | None = Field(
        None, description="script name; default: the configuration's"
    )
    main: FilePath | None = Field(None, description="entry point of the script")
    compatibility_date: Annotated[str, AfterValidator(parse_date)] | None = Field(
        None, description="YYYY-MM-DD"
    )
    compatibility_flags: Words = Field((), description="flags, lines or commas")
    assets: FilePath | None = Field(None, description="directory of static assets")
    if_missing: IfMissing = Field(
        IfMissing.CREATE, description="when the script does not exist yet"
    )
    bundle: Bundle = Field(Bundle.AUTO, description="bundle the entry point with esbuild")
    dispatch_namespace: str | None = Field(None, description="Workers for Platforms namespace")
    vars: SecretStr | None = Field(None, description="lines NAME=value, or NAME")
    keep_vars: Boolean | None = Field(None, description="keep variables set in the dashboard")
    secrets: str | None = Field(
        None, description="names, one per line; values come from environment variables"
    )
    secrets_json: SecretStr | None = Field(None, description="JSON object of secret values")
    prune_secrets: Boolean = Field(False, description="delete secrets that are not listed")
    empty_secrets: EmptySecrets = Field(
        EmptySecrets.ERROR, description="what to do with an empty secret"
    )
    script_settings: (
        Annotated[Mapping[str, Any], NoDecode, BeforeValidator(parse_script_settings)] | None
    ) = Field(None, description="JSON: logpush, observability, tags, tail_consumers")
    usage_model: UsageModelName | None = Field(None, description="standard, bundled or unbound")
    cpu_ms: Annotated[int, Field(gt=0)] | None = Field(None, description="CPU limit in ms")
    workers_dev: Boolean | None = Field(None, description="answer on workers.dev")
    preview_urls: Boolean | None = Field(None, description="versions answer on preview URLs")
    message: str | None = Field(None, description="annotation; default: the commit's subject")
    tag: str | None = Field(None, description="annotation; default: the commit")
    preview_alias: str | None = Field(None, description="alias of a preview's URL")
    dry_run: Boolean = Field(False, description="stop before the first write")
    fail_on: FailOn | None = Field(None, description="what makes plan exit with 8")
    on_failure: OnFailure = Field(OnFailure.REVERT, description="after a failed check or probe")
    probe: Annotated[tuple[str, ...], NoDecode, BeforeValidator(parse_probe_targets)] = Field(
        (), description="URLs or paths to ask, one per line"
    )
    probe_status: Annotated[tuple[range, ...], NoDecode, BeforeValidator(parse_statuses)] = Field(
        (range(200, 400),), description="statuses that count as success; default 200-399"
    )
    probe_timeout: Annotated[int, Field(gt=0)] = Field(
        60, description="seconds to wait for the probe"
    )
    allow: Annotated[tuple[Allow, ...], NoDecode, BeforeValidator(parse_words)] = Field(
        (), description="safety checks to skip, by name"
    )
    deadline: Annotated[int, Field(gt=0)] = Field(
        900, description="time limit for the whole run, in seconds"
    )
    max_attempts: Annotated[int, Field(ge=1, le=20)] = Field(5, description="tries per request")
    request_timeout: Annotated[int, Field(gt=0)] = Field(
        60, description="seconds without a byte sent or received"
    )
    search: str | None = Field(None, description="of list: part of a name")
    output_dir: FilePath | None = Field(None, description="of download")
    version_id: str | None = Field(None, description="of rollback")
    confirm: str | None = Field(None, description="of delete: the script's name")
    github_token: Annotated[SecretStr, BeforeValidator(parse_token)] | None = Field(
        None, description="for comment, deployment status and compare API"
    )
    comment: Comment = Field(Comment.AUTO, description="comment on pull requests")
    github_deployment: Boolean = Field(False, description="make a GitHub deployment")
    summary: Boolean = Field(True, description="write the job summary")
    without_credentials: WithoutCredentials = Field(
        WithoutCredentials.AUTO, description="what a run without a token does"
    )
    report_dir: FilePath = Field("workers-deploy-report", description="folder of the report files")
    log_level: LogLevel | None = Field(None, description="info or debug")

    def __init__(self, *, options: Mapping[str, str], env: Mapping[str, str]) -> None:
        super().__init__(options=options, env=env)

    @classmethod
    def settings_customise_sources(  # type: ignore[override]  # the other sources are unused
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        **_: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read options and the environment that were passed in: no dotenv, no bare variables."""
        assert isinstance(init_settings, InitSettingsSource)
        given = init_settings.init_kwargs
        return Options(settings_cls, given["options"]), Environment(settings_cls, given["env"])


@dataclass(frozen=True, kw_only=True, slots=True)
class InputsReading:
    """The inputs as far as they are right, and all that is wrong with them.

    A wrong input stands at its default in `inputs`, so that the project can be checked as well.
    """

    inputs: Inputs
    problems: tuple[Problem, ...] = ()
    notice: str = ""  # names of another action's inputs that are given
    warnings: tuple[str, ...] = ()  # of variables that look like inputs and are none
    # An environment was said to be none, so the top level of the configuration is meant.
    means_top_level: bool = False
    # The configuration file wins over CLOUDFLARE_ACCOUNT_ID, and over nothing else.
    account_id_is_fallback: bool = False
    builds: WorkersBuilds = WorkersBuilds()


def read_inputs(options: Mapping[str, str], env: Mapping[str, str]) -> InputsReading:
    """Return the inputs; what is wrong is listed, by input name and without secrets."""
    options = dict(options)
    told, warnings = tell_names(env), warn_of_unknown(env, _known_names())
    problems = refuse_commands(env)
    env, misunderstood = understand_command(env)
    problems += [misunderstood] if misunderstood else []
    env, unfit = lines_of_settings(env)
    problems += unfit
    builds, flaws = read_workers_builds(env)
    problems += flaws
    while True:
        try:
            inputs = Inputs(options=options, env=env)
        except ValidationError as exc:
            for field, problem in problems_of(exc):
                problems.append(problem)
                options.pop(field, None)
                for name in names_of(field):
                    env.pop(name, None)
        else:
            return InputsReading(
                inputs=inputs,
                problems=tuple(problems),
                notice=told,
                warnings=warnings,
                means_top_level=_means_top_level(options, env),
                account_id_is_fallback=_is_fallback("account_id", options, env),
                builds=builds,
            )


def _known_names() -> dict[str, str]:
    """Return the variables that are read, and the input that each of them holds."""
    return {name: field for field in Inputs.model_fields for name in names_of(field)}


def _means_top_level(options: Mapping[str, str], env: Mapping[str, str]) -> bool:
    """Tell whether an empty environment was asked for, as wrangler understands one."""
    # An input that is empty means nothing: GitHub sets it for whatever action.yml declares.
    return "" in (options.get("environment"), env.get(ECOSYSTEM_NAMES["environment"]))


def _is_fallback(field: str, options: Mapping[str, str], env: Mapping[str, str]) -> bool:
    *first, last = names_of(field)
    return bool(
        env.get(last) and not options.get(field) and not any(env.get(name) for name in first)
    )


def option_names() -> Sequence[str]:
    """Return the inputs that have a command-line option, in the model's order."""
    return [name for name in Inputs.model_fields if name not in NO_OPTION]
