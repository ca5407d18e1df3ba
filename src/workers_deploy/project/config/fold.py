"""A configuration with the chosen environment folded in, as wrangler folds it.

An inherited key of an environment wins over the top level; a key that is not inherited counts
only in the environment itself; a few exist at the top level alone. The script of an environment
is called `<name>-<environment>` unless the environment names it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from workers_deploy.dataclass import dataclass
from workers_deploy.project.config import checks
from workers_deploy.project.config.checks import Check, Spot
from workers_deploy.project.config.document import Document
from workers_deploy.project.config.find import ConfigFile
from workers_deploy.project.config.keys import KEYS, Key
from workers_deploy.project.config.positions import FieldPath
from workers_deploy.project.config.toml import without_dates
from workers_deploy.project.config.unusable_characters import check_characters
from workers_deploy.project.findings import Findings

_REMOVED: Mapping[str, str] = {
    "legacy_env": 'The "legacy_env" field is no longer supported, so please remove it: each '
    'environment is its own Worker, named "<name>-<environment>".',
    "node_compat": 'The "node_compat" field is no longer supported. Use the "nodejs_compat" '
    "compatibility flag instead.",
}
_IGNORED_IF_EMPTY = ("account_id", "route")


@dataclass(frozen=True, kw_only=True)
class Config:
    """What counts for the chosen environment; holds only values that passed their checks."""

    document: Document
    findings: Findings
    file: ConfigFile
    environment: str | None
    values: Mapping[str, Any] = field(repr=False)
    paths: Mapping[str, FieldPath]
    environments: tuple[str, ...]

    @property
    def directory(self) -> Path:
        """Return the directory that paths in the file are relative to."""
        return self.document.file.parent

    @property
    def project_directory(self) -> Path:
        """Return the directory of the file that the user wrote."""
        return (self.file.written_by_user or self.document.file).parent

    def spot(self, key: str) -> Spot:
        """Return where a key's value stands; of a key that nobody wrote, where it would stand."""
        path = self.paths.get(key, (key,))
        label = ".".join(str(part) for part in path)
        return Spot(document=self.document, findings=self.findings, path=path, label=label)

    def get(self, key: str) -> Any:
        """Return a key's value, None where nobody said it."""
        return self.values.get(key)

    def table(self, key: str) -> Mapping[str, Any]:
        """Return an object, empty where nobody said it."""
        return self.values.get(key) or {}

    def items(self, key: str) -> tuple[Any, ...]:
        """Return an array, empty where nobody said it."""
        return tuple(self.values.get(key) or ())


def fold_config(
    document: Document,
    file: ConfigFile,
    environment: str | None,
    findings: Findings,
    *,
    any_name: bool = False,
    means_top_level: bool = False,
) -> Config:
    """Check a configuration and fold the environment in; mistakes are told by their place.

    `any_name` takes every script name, as dispatch namespaces do. `means_top_level`: where no
    environment is chosen, that is on purpose.
    """
    folding = _Folding(document, file, environment, findings, any_name, means_top_level)
    folding.read_section((), document.values)
    chosen = folding.choose_environment()
    return folding.fold(chosen)


class _Folding:
    def __init__(
        self,
        document: Document,
        file: ConfigFile,
        environment: str | None,
        findings: Findings,
        any_name: bool,
        means_top_level: bool,
    ) -> None:
        self._document = document
        self._file = file
        self._environment = environment
        self._findings = findings
        self._any_name = any_name
        self._means_top_level = means_top_level
        self._broken: set[FieldPath] = set()

    def read_section(self, path: FieldPath, section: Mapping[str, Any]) -> None:
        """Check every key of the top level or of one environment."""
        root = self._spot(path)
        for name, value in section.items():
            spot = root.at(name)
            key = KEYS.get(name)
            if name in _REMOVED:
                if not self._file.is_redirected or name != "legacy_env":
                    spot.error(_REMOVED[name], key=True)
            elif key is None or (key.top_level_only and path):
                where = root.label or "top-level"
                spot.warn(f'Unexpected fields found in {where} field: "{name}"')
            elif value == "" and name in _IGNORED_IF_EMPTY:
                spot.warn(f'The "{name}" field is an empty string and is ignored.')
                self._broken.add(spot.path)
            else:
                self._check(key, name, spot, value)

    def _check(self, key: Key, name: str, spot: Spot, value: Any) -> None:
        check: Check = checks.text if name == "name" and self._any_name else key.check
        before = len(self._findings.problems)
        check(spot, value)
        check_characters(spot, name, value)
        if len(self._findings.problems) > before:
            self._broken.add(spot.path)

    def choose_environment(self) -> Mapping[str, Any] | None:
        """Return the environment's section; None where the top level counts."""
        sections = self._document.values.get("env")
        if sections is not None and not isinstance(sections, dict):
            self._tell_of_no_sections(sections)
            return None
        sections = sections or {}
        if self._file.is_redirected:
            self._check_redirected(sections)
            return None
        if self._environment is None:
            if sections and not self._means_top_level:
                listed = ", ".join(sections)
                self._spot(("env",)).warn(
                    f"The configuration has environments ({listed}) and none is chosen, so the top "
                    "level is used. Set `environment`; if the top level is meant, set the variable "
                    "CLOUDFLARE_ENV to an empty text."
                )
            return None
        if self._environment in sections:
            section = sections[self._environment]
            checks.mapping(self._spot(("env", self._environment)), section)
            if isinstance(section, dict):
                self.read_section(("env", self._environment), section)
                return section
            return None
        self._tell_of_unknown(sections)
        return None

    def _tell_of_no_sections(self, value: object) -> None:
        """Tell of an `env` that is no object: wrangler minds it only where one is chosen."""
        spot = self._spot(("env",))
        if self._environment is None:
            spot.warn(f'The field "env" should be an object but got {checks.kind_of(value)}.')
        else:
            checks.mapping(spot, value)

    def _check_redirected(self, sections: Mapping[str, Any]) -> None:
        if sections:
            self._spot(("env",)).error(
                "Redirected configurations cannot include environments; the tool that wrote this "
                "one has to mend it."
            )
        target = self._document.values.get("targetEnvironment")
        if target and self._environment and target != self._environment:
            self._spot(("targetEnvironment",)).error(
                f'"{self._environment}" is chosen, but the project was built for "{target}".',
                hint=f"build it again for {self._environment}",
            )

    def _tell_of_unknown(self, sections: Mapping[str, Any]) -> None:
        message = f'No environment found in configuration with name "{self._environment}".'
        if sections:
            names = ", ".join(f'"{name}"' for name in sections)
            self._spot(("env",)).error(
                message, hint=f"The available configured environment names are: {names}"
            )
        else:
            self._spot(()).warn(
                f"{message} The top level is deployed under the environment's name."
            )

    def fold(self, section: Mapping[str, Any] | None) -> Config:
        """Take each key from where it counts."""
        values: dict[str, Any] = {}
        paths: dict[str, FieldPath] = {}
        is_toml = self._document.file.suffix == ".toml"
        for name, value, path in self._counting(section):
            if value is not None and path not in self._broken:
                values[name] = without_dates(value) if is_toml else value
                paths[name] = path
        self._name_the_script(values, paths)
        sections = self._document.values.get("env")
        return Config(
            document=self._document,
            findings=self._findings,
            file=self._file,
            environment=self._environment,
            values=values,
            paths=paths,
            environments=tuple(sections) if isinstance(sections, dict) else (),
        )

    def _counting(self, section: Mapping[str, Any] | None) -> Iterator[tuple[str, Any, FieldPath]]:
        top = self._document.values
        here: FieldPath = ("env", self._environment or "")
        for name, key in KEYS.items():
            own = section.get(name) if section is not None and not key.top_level_only else None
            if own is not None:
                yield name, own, (*here, name)
                if not key.inherited:
                    self._warn_of_left_out(name, own, top.get(name))
            elif section is None or key.inherited:
                yield name, top.get(name), (name,)
            elif top.get(name) is not None:
                self._spot((name,)).warn(
                    f'"{name}" exists at the top level, but not on "env.{self._environment}", '
                    f"which does not inherit it; please add it there."
                )

    def _warn_of_left_out(self, name: str, own: Any, top: Any) -> None:
        missing = [one for one in _binding_names(top) if one not in _binding_names(own)]
        if missing:
            self._spot(("env", self._environment or "", name)).warn(
                f'"{name}" has {", ".join(missing)} at the top level, but not on '
                f'"env.{self._environment}", which does not inherit them.'
            )

    def _name_the_script(self, values: dict[str, Any], paths: Mapping[str, FieldPath]) -> None:
        is_of_top_level = paths.get("name") == ("name",) and not self._file.is_redirected
        if self._environment and is_of_top_level and values["name"]:
            values["name"] = f"{values['name']}-{self._environment}"

    def _spot(self, path: FieldPath) -> Spot:
        return Spot(
            document=self._document,
            findings=self._findings,
            path=path,
            label=".".join(str(part) for part in path),
        )


def _binding_names(value: Any) -> list[str]:
    """Return the names of variables or bindings under a key, however they stand there."""
    match value:
        case {"bindings": list(items)} | {"producers": list(items)} | list(items):
            names = [
                item.get("binding") or item.get("name") for item in items if isinstance(item, dict)
            ]
            return [name for name in names if isinstance(name, str)]
        case {"binding": str(name)}:
            return [name]
        case dict():
            return [name for name in value if name not in ("required", "metadata", "capnp")]
        case _:
            return []
