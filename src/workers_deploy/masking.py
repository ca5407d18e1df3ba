"""Hides what is secret in the inputs, and shows what is public."""

from collections.abc import Mapping

from workers_deploy.ci.plain import PlainReporter
from workers_deploy.ci.redactor import is_maskable
from workers_deploy.inputs import InputsReading
from workers_deploy.inputs.values import Values
from workers_deploy.project.request import Loaded


def raw_secrets(env: Mapping[str, str], reading: InputsReading, values: Values) -> dict[str, str]:
    """Return everything that must never be shown, by the name that a warning may tell."""
    inputs = reading.inputs
    found = {secret.name: secret.value for secret in values.secrets}
    for name, token in (("api-token", inputs.api_token), ("github-token", inputs.github_token)):
        if token is not None:
            found[name] = token.get_secret_value()
    # What is wrong with an input does not make it less secret.
    named = (line.strip() for line in (inputs.secrets or "").splitlines())
    return {name: env[name] for name in named if env.get(name)} | found


def mask_secrets(reporter: PlainReporter, secrets: Mapping[str, str]) -> None:
    """Hide all values from now on, and warn of those that can't be hidden, by name."""
    for value in secrets.values():
        reporter.mask(value)
    for name, value in secrets.items():
        if value and not is_maskable(value):
            reporter.warning(f"{name} is shorter than 4 characters, so it can't be masked in logs")


def show_public_words(reporter: PlainReporter, loaded: Loaded, secrets: Mapping[str, str]) -> None:
    """Leave the script's name readable in outputs, and warn of a secret that is no secret."""
    if loaded.project is not None:
        reporter.let_show([loaded.project.script_name])
    for name, value in secrets.items():
        if reporter.is_public(value):
            reporter.warning(
                f"{name} has a value that is public, such as the script's name: "
                "it is masked in the log, but not in outputs"
            )
