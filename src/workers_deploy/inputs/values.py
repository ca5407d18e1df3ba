"""Secrets and variables: names in the inputs, values in the environment (or in `secrets-json`).

Values keep every byte, line breaks too. Bad lines are told by number: their text may be a secret
that was pasted where its name belongs.
"""

import json
import re
from collections.abc import Iterator, Mapping

from pydantic import SecretStr

from workers_deploy.core.project import Secret
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Problem, ProblemKind
from workers_deploy.inputs.choices import EmptySecrets
from workers_deploy.inputs.model import Inputs

MAX_SECRET_BYTES = 5 * 1024  # limits page; error 10054
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Values:
    """What was found; `skipped` names empty secrets that `empty-secrets: skip` leaves out."""

    secrets: tuple[Secret, ...] = ()
    variables: Mapping[str, SecretStr] | None = None
    skipped: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_values(inputs: Inputs, env: Mapping[str, str]) -> Values:
    """Return the values that `secrets` and `vars` name."""
    problems: list[Problem] = []
    source, hint = _secret_source(inputs, env, problems)
    secrets, skipped = [], []
    for name in _secret_names(inputs, problems):
        value = source.get(name)
        if value == "" and inputs.empty_secrets is EmptySecrets.SKIP:
            skipped.append(name)
        elif problem := _problem_of(name, value, inputs, hint):
            problems.append(problem)
        else:
            secrets.append(Secret(name=name, value=str(value)))
    if inputs.prune_secrets and not (secrets or skipped or problems):
        problems.append(
            _wrong(
                "prune-secrets",
                "no secret is named, so every secret of the script would go",
                "name the secrets that stay in `secrets`, or leave prune-secrets out",
            )
        )
    variables = dict(_variables(inputs, env, problems))
    return Values(
        secrets=tuple(secrets),
        variables=variables,
        skipped=tuple(skipped),
        problems=tuple(problems),
    )


def _secret_names(inputs: Inputs, problems: list[Problem]) -> Iterator[str]:
    seen: set[str] = set()
    for number, line in enumerate((inputs.secrets or "").splitlines(), start=1):
        name = line.strip()
        if not name or name in seen:
            continue
        seen.add(name)
        if NAME.fullmatch(name):
            yield name
        else:
            problems.append(
                _wrong(
                    "secrets",
                    f"line {number} is no name of an environment variable",
                    "write one name a line; the value belongs under env:",
                )
            )


def _secret_source(
    inputs: Inputs, env: Mapping[str, str], problems: list[Problem]
) -> tuple[Mapping[str, object], str]:
    if inputs.secrets_json is None:
        hint = "add it under env:, as  {0}: ${{{{ secrets.{0} }}}}"
        return env, hint
    try:
        parsed = json.loads(inputs.secrets_json.get_secret_value())
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        problems.append(_wrong("secrets-json", "not a JSON object", "pass ${{ toJSON(secrets) }}"))
        parsed = {}
    return parsed, "it is not in secrets-json"


def _problem_of(name: str, value: object, inputs: Inputs, hint: str) -> Problem | None:
    if value is None:
        from_json = inputs.secrets_json is not None
        where = (
            "no entry of that name in secrets-json"
            if from_json
            else "no environment variable of that name in this step"
        )
        return _wrong("secrets", f"{name}: {where}", None if from_json else hint.format(name))
    if not isinstance(value, str):
        return _wrong("secrets-json", f"{name}: its value is no text")
    if value == "" and inputs.empty_secrets is EmptySecrets.ERROR:
        return _wrong(
            "secrets",
            f"{name}: the value is empty",
            "a secret that the CI does not know arrives empty; else say empty-secrets: skip or set",
        )
    tokens = {t.get_secret_value() for t in (inputs.api_token, inputs.github_token) if t}
    if inputs.secrets_json is not None and value in tokens:
        return _wrong("secrets", f"{name}: its value is api-token or github-token itself")
    return _problem_of_text(name, value)


def _problem_of_text(name: str, value: str) -> Problem | None:
    if not _is_unicode(value):
        return _wrong(
            "secrets",
            f"{name}: the value is no UTF-8, which a secret_text has to be",
            "encode it as base64 and decode it in the script",
        )
    size = len(value.encode())
    if size > MAX_SECRET_BYTES:
        return _wrong(
            "secrets",
            f"{name}: the value has {size:,} bytes; Cloudflare takes {MAX_SECRET_BYTES:,} at most",
            "split it, or keep it in KV, R2 or the Secrets Store",
        )
    return None


def _variables(
    inputs: Inputs, env: Mapping[str, str], problems: list[Problem]
) -> Iterator[tuple[str, SecretStr]]:
    text = inputs.vars.get_secret_value() if inputs.vars else ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, equals, value = line.strip().partition("=")
        name = name.strip()
        if not NAME.fullmatch(name):
            problems.append(_wrong("vars", f"line {number} is neither NAME=value nor NAME"))
        elif not equals and name not in env:
            problems.append(
                _wrong(
                    "vars",
                    f"{name}: no environment variable of that name in this step",
                    f"write {name}=value, or set it under env:",
                )
            )
        elif not _is_unicode(found := value if equals else env[name]):
            problems.append(_wrong("vars", f"{name}: the value is no UTF-8"))
        else:
            yield name, SecretStr(found)


def _is_unicode(value: str) -> bool:
    # The environment's bytes that are no UTF-8 arrive as lone surrogates.
    return not any("\ud800" <= char <= "\udfff" for char in value)


def _wrong(subject: str, message: str, hint: str | None = None) -> Problem:
    return Problem(kind=ProblemKind.INPUT, subject=subject, message=message, hint=hint)
