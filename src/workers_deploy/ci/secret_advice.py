"""How a secret gets into a step, in the words and the syntax of the CI system that runs us."""

from collections.abc import Mapping, Sequence
from typing import Final

from workers_deploy.ci.fork import DEPENDABOT_SECRETS, FORK_SECRETS, is_by_dependabot, is_from_fork
from workers_deploy.ci.system import System, system_of
from workers_deploy.errors import Advice

# What stands before the lines to paste, what stands above them, and the lines for one secret.
_PASTED: Final[Mapping[System | None, tuple[str, str, str]]] = {
    System.GITHUB: ("add to this step:", "env:", "  {0}: ${{{{ secrets.{0} }}}}"),
    System.AZURE: ("add to this step:", "env:", "  {0}: $({0})"),
    System.BUILDKITE: ("add to this step:", "secrets:", "  - {0}"),
    System.BITBUCKET: (
        "add the repository variables, and hand them to the pipe:",
        "variables:",
        "  {0}: ${0}",
    ),
    System.WOODPECKER: ("add to this step:", "environment:", "  {0}:\n    from_secret: {0}"),
    System.DRONE: ("add to this step:", "environment:", "  {0}:\n    from_secret: {0}"),
    System.JENKINS: ("add to this stage:", "environment {{", "  {0} = credentials('{0}')"),
    None: ("set first:", "", "export {0}='…'"),
}
# Woodpecker gives a plugin its settings alone: a step with both is refused (its own schema).
_OF_A_PLUGIN: Final = (
    "add to this step:",
    "settings:\n  secrets_json:",
    "    {0}:\n      from_secret: {0}",
)
_AFTER: Final[Mapping[System | None, str]] = {System.JENKINS: "}"}
_TOLD: Final = {
    System.GITLAB: "add it in Settings > CI/CD > Variables; a protected one reaches protected "
    "branches only",
    System.CIRCLECI: "add it in Project Settings > Environment Variables, or in a context that the "
    "job has",
    System.TEAMCITY: "add it as a parameter env.NAME of the type Password",
    System.OTHER: "set it as an environment variable of this step",
}
_INPUT_IN_GITHUB: Final = "with:\n  api-token: ${{ secrets.CLOUDFLARE_API_TOKEN }}"


def advise_on_unset(env: Mapping[str, str], names: Sequence[str]) -> Advice:
    """Say how secrets reach the step that have no variable in it.

    >>> print(advise_on_unset({"GITHUB_ACTIONS": "true"}, ["A", "B"]).block)
    env:
      A: ${{ secrets.A }}
      B: ${{ secrets.B }}
    >>> advise_on_unset({"GITLAB_CI": "true"}, ["A"]).block is None
    True
    """
    system = system_of(env)
    if system not in _PASTED:
        return Advice(text=_TOLD[system or System.OTHER])
    is_plugin = system is System.WOODPECKER and "PLUGIN_SECRETS" in env
    text, above, line = _OF_A_PLUGIN if is_plugin else _PASTED[system]
    lines = (above.format(), *(line.format(name) for name in names), _AFTER.get(system, ""))
    return Advice(text=text, block="\n".join(one for one in lines if one))


def advise_on_empty(env: Mapping[str, str]) -> Advice:
    """Say why secrets arrive empty, and what to do about it."""
    withheld = why_withheld(env)
    way = withheld or "give it a value"
    if withheld is None and system_of(env) is System.GITHUB:
        way = (
            "a secret that GitHub does not find is empty: add it in Settings > Secrets and "
            "variables > Actions, or give the job the `environment:` that has it"
        )
    return Advice(text=f"{way}; or set empty-secrets to skip or set")


def advise_on_token(env: Mapping[str, str]) -> Advice:
    """Say how the API token reaches the step."""
    if withheld := why_withheld(env):
        return Advice(text=withheld)
    if system_of(env) is System.GITHUB:
        text = "add to this step, and check that the repository or the job's environment has it:"
        return Advice(text=text, block=_INPUT_IN_GITHUB)
    return advise_on_unset(env, ["CLOUDFLARE_API_TOKEN"])


def why_withheld(env: Mapping[str, str]) -> str | None:
    """Say why GitHub or GitLab gives this run no secrets, or other ones; None where it does."""
    if is_from_fork(env):
        return FORK_SECRETS
    return DEPENDABOT_SECRETS if is_by_dependabot(env) else None
