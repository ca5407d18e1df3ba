"""Many runs of one wrangler; its dry run is an oracle of what becomes of a configuration."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes.warm_wrangler import environment_of, warm_wrangler

_METADATA = re.compile(rb'name="metadata"\r\n\r\n(.*?)\r\n--', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Command:
    """Words for wrangler's command line, and the directory to be in."""

    directory: Path
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DryRun:
    """A question: the project's directory, and words for the command line."""

    directory: Path
    words: tuple[str, ...] = ("--no-bundle",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What wrangler made of it: the form that it would send, or why it refuses."""

    form: bytes = b""
    error: str | None = None

    @property
    def metadata(self) -> dict[str, Any]:
        found = _METADATA.search(self.form)
        assert found is not None, self.error
        metadata: dict[str, Any] = json.loads(found.group(1))
        return metadata


def dry_run(runs: Sequence[DryRun], home: Path) -> list[Answer]:
    """Ask one wrangler about many projects."""
    forms = [home / f"form-{index}" for index in range(len(runs))]
    commands = [
        Command(run.directory, ("deploy", "--dry-run", *run.words, "--outfile", str(form)))
        for run, form in zip(runs, forms, strict=True)
    ]
    errors = run_commands(commands, home, {})
    return [
        Answer(form=form.read_bytes()) if error is None else Answer(error=error)
        for error, form in zip(errors, forms, strict=True)
    ]


def run_commands(
    commands: Sequence[Command], home: Path, environment: Mapping[str, str]
) -> list[str | None]:
    """Run commands in one wrangler; return for each why it failed, None where it did not."""
    base = environment_of(home, **environment)
    wrangler = warm_wrangler()
    said = [wrangler.run(one.directory, one.words, environment=base) for one in commands]
    return [one.error for one in said]
