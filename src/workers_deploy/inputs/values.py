"""Secrets and variables: names in the inputs, values in the environment (or in `secrets-json`).

Values keep every byte, line breaks too. Bad lines are told by number: their text may be a secret
that was pasted where its name belongs.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Final

from pydantic import SecretStr

from workers_deploy.core.project import Secret
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Advice, Problem, ProblemKind
from workers_deploy.inputs.choices import Command, EmptySecrets
from workers_deploy.inputs.model import Inputs

MAX_SECRET_BYTES = 5 * 1024  # limits page; error 10054
MOST_NAMED: Final = 3  # of secrets that are listed in full in the lines to paste
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Values:
    """What was found; `skipped` names empty secrets that `empty-secrets: skip` leaves out."""

    secrets: tuple[Secret, ...] = ()
    variables: Mapping[str, SecretStr] | None = None
    skipped: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Advisers:
    """How secrets get values, as the CI system's users say it."""

    unset: Callable[[Sequence[str]], Advice]
    empty: Callable[[], Advice]


@dataclass(frozen=True, kw_only=True, slots=True)
class Without:
    """Secrets that have no value: they are told together, however many they are."""

    unset: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """Return all of them."""
        return [*self.unset, *self.empty]

    def problems(self, advise: Advisers, *, from_json: bool) -> Iterator[Problem]:
        """Say what is missing, once for each way in which a value can be."""
        if self.unset and from_json:
            yield _wrong("secrets", f"no entry in secrets-json for {_listed(self.unset)}")
        elif self.unset:
            advice = advise.unset(self.unset)
            named = _listed(self.unset, shortened=advice.block is not None)
            message = f"this step has no environment variable for {named}"
            yield _wrong("secrets", message, advice.text, advice.block)
        if self.empty:
            message = f"no value in {_listed(self.empty)}"
            yield _wrong("secrets", message, advise.empty().text)


def _listed(names: Sequence[str], *, shortened: bool = False) -> str:
    """Write names; `shortened` where all of them stand elsewhere.

    >>> _listed(["A", "B", "C", "D", "E"], shortened=True)
    'A, B, C and 2 more'
    """
    if not shortened or len(names) <= MOST_NAMED + 1:
        return ", ".join(names)
    return f"{', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED} more"


def read_values(inputs: Inputs, env: Mapping[str, str], advise: Advisers) -> Values:
    """Return the values that `secrets` and `vars` name.

    A plan needs no more than the names: environments keep their secrets from pull requests.
    """
    problems: list[Problem] = []
    source = _secret_source(inputs, env, problems)
    secrets: list[Secret] = []
    skipped: list[str] = []
    without = Without()
    for name in _secret_names(inputs, problems):
        value = source.get(name)
        if value == "" and inputs.empty_secrets is EmptySecrets.SKIP:
            skipped.append(name)
        elif value is None:
            without.unset.append(name)
        elif value == "" and inputs.empty_secrets is EmptySecrets.ERROR:
            without.empty.append(name)
        elif problem := _problem_of(name, value, inputs):
            problems.append(problem)
        else:
            secrets.append(Secret(name=name, value=str(value)))
    if inputs.command is Command.PLAN:
        secrets += [Secret(name=name, value="", is_known=False) for name in without.names]
    else:
        problems += without.problems(advise, from_json=inputs.secrets_json is not None)
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
) -> Mapping[str, object]:
    if inputs.secrets_json is None:
        return env
    try:
        parsed = json.loads(inputs.secrets_json.get_secret_value())
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        problems.append(_wrong("secrets-json", "not a JSON object", 'write {"NAME": "value"}'))
        parsed = {}
    return parsed


def _problem_of(name: str, value: object, inputs: Inputs) -> Problem | None:
    if not isinstance(value, str):
        return _wrong("secrets-json", f"{name}: must be a string")
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


def _wrong(
    subject: str, message: str, hint: str | None = None, block: str | None = None
) -> Problem:
    return Problem(kind=ProblemKind.INPUT, subject=subject, message=message, hint=hint, block=block)
