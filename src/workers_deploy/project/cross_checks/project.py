"""What the parts of a project owe each other; Cloudflare would refuse most of it later."""

import json
from collections.abc import Iterator

from workers_deploy.core.project import VARIABLE_KINDS, Binding
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place, ProblemKind
from workers_deploy.project.code.entry import PYTHON_FLAG, Entry
from workers_deploy.project.config.binding_kinds import KINDS
from workers_deploy.project.config.fold import Config
from workers_deploy.project.config.script_name import check_script_name
from workers_deploy.project.cross_checks.config import ConfigConsistency
from workers_deploy.project.cross_checks.routes import RouteChecks
from workers_deploy.project.cross_checks.unsupported import refuse_unsupported, warn_of_ignored
from workers_deploy.project.desired.bindings import find_items, list_bindings
from workers_deploy.project.desired.project import Parts, cut_tag
from workers_deploy.project.findings import Findings
from workers_deploy.project.request import ProjectRequest

# Variables and secrets of a script on the paid plan (limits page); 64 on the free one. Only a
# warning: an account may have been given a higher limit.
MAX_VARIABLES = 128
# The limits page; beyond it, Cloudflare answers "Text binding '…' is too large" (10054).
MAX_VARIABLE_BYTES = 5 * 1024
MAX_DNS_LABEL = 63
_OLD_FLAG = "experimental:nodejs_compat_v2"
_EXCLUSIVE_FLAGS = ("nodejs_compat", "nodejs_compat_v2")
_CONTRARY_FLAGS = (
    ("nodejs_compat", "no_nodejs_compat"),
    ("global_navigator", "no_global_navigator"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Consistency:
    """The checks across the parts of one load."""

    request: ProjectRequest
    config: Config | None
    entry: Entry | None
    parts: Parts
    findings: Findings

    def check(self) -> None:
        """Report everything that does not fit."""
        self._check_name()
        self._check_compatibility()
        self._check_sources()
        self._check_names()
        self._check_sizes()
        self._check_tag()
        if self.config is not None:
            checks = ConfigConsistency(
                config=self.config,
                has_script=self.entry is not None or self._says("main", "site"),
                format=self.entry.format if self.entry else None,
            )
            checks.check()
            RouteChecks(
                config=self.config,
                workers_dev=self.request.workers_dev,
                has_script=self.entry is not None,
            ).check()
            warn_of_ignored(self.config)
            if self.request.refuses_unsupported:
                refuse_unsupported(self.config, api_base_url=self.request.api_base_url)

    def _check_tag(self) -> None:
        given = self.request.tag
        if given is not None and given != (kept := cut_tag(given)):
            size = len(given.encode(errors="replace"))
            self.findings.notice(f"tag has {size} bytes; Cloudflare keeps the first 100: {kept}")

    def _says(self, *keys: str) -> bool:
        """Tell whether an input or the configuration names one of these, rightly or wrongly."""
        given = {"main": self.request.main, "assets": self.request.assets}
        if any(given.get(key) for key in keys):
            return True
        config = self.config
        return config is not None and any(
            config.get(key) or self._is_broken(config, key) for key in keys
        )

    @staticmethod
    def _is_broken(config: Config, key: str) -> bool:
        """Tell whether a key is written with a mistake, which is told already."""
        return config.document.values.get(key) is not None and config.get(key) is None

    def _check_name(self) -> None:
        name = self.parts.name
        if not name and not (self.config and self._is_broken(self.config, "name")):
            self.findings.problem(
                "script-name",
                "the script has no name",
                hint='write "name" into the configuration, or give the input `script-name`',
                place=self._file(),
            )
        elif len(name) > MAX_DNS_LABEL:
            self.findings.notice(
                f"the script's name has {len(name)} characters; workers.dev takes "
                f"{MAX_DNS_LABEL} at most",
                self._place("name"),
            )
        check_script_name(
            name,
            self.config,
            self.findings,
            any_name=self.request.dispatch_namespace is not None,
        )

    def _check_compatibility(self) -> None:
        date = self.parts.either(self.request.compatibility_date, "compatibility_date")
        is_broken = self.config is not None and self._is_broken(self.config, "compatibility_date")
        # Assets alone run no code that a date could change: Cloudflare takes them without one.
        if self._says("main", "site") and not date and not is_broken:
            self.findings.problem(
                "compatibility-date",
                "a compatibility_date is required",
                hint='write "compatibility_date" into the configuration, or give the input '
                "`compatibility-date`",
                place=self._file(),
            )
        flags = self.parts.either(self.request.compatibility_flags, "compatibility_flags") or ()
        if all(flag in flags for flag in _EXCLUSIVE_FLAGS):
            self.findings.problem(
                "compatibility-flags",
                f"the compatibility flags {' and '.join(_EXCLUSIVE_FLAGS)} cannot be used together",
                place=self._place("compatibility_flags") or self._file(),
            )
        if _OLD_FLAG in flags:
            self.findings.problem(
                "compatibility-flags",
                f"the compatibility flag {_OLD_FLAG} is no longer valid",
                hint="write nodejs_compat_v2",
                place=self._place("compatibility_flags") or self._file(),
            )
        for one, other in _CONTRARY_FLAGS:
            if one in flags and other in flags:
                self.findings.notice(
                    f"the compatibility flags {one} and {other} contradict each other",
                    self._place("compatibility_flags") or self._file(),
                )
        if self.entry is not None and self.entry.is_python and PYTHON_FLAG not in flags:
            self.findings.problem(
                "compatibility-flags",
                f"The `{PYTHON_FLAG}` compatibility flag is required to use Python.",
                place=self._place("compatibility_flags") or self._file(),
            )

    def _check_sources(self) -> None:
        if not self._says("main", "assets", "site"):
            self.findings.problem(
                "main",
                "Missing entry-point to Worker script or to assets directory",
                hint='write "main" or "assets.directory" into the configuration, or give the '
                "input `main` or `assets`",
                place=self._file(),
            )
        elif not self._says("main", "site"):
            self._tell_of_useless_bindings()

    def _tell_of_useless_bindings(self) -> None:
        if secrets := [secret.name for secret in self.request.secrets]:
            self.findings.problem(
                "secrets",
                f"{', '.join(secrets)}: an assets-only Worker has no secrets",
                kind=ProblemKind.INPUT,
            )
        names = [one.name for one in list_bindings(self.config, self.request.vars)]
        if names and self.config and not self.config.table("assets").get("binding"):
            self.findings.notice(
                f"{', '.join(names)}: an assets-only Worker has no bindings", self._file()
            )

    def _check_names(self) -> None:
        assigned: dict[str, list[str]] = {}
        for name, title in self._named():
            assigned.setdefault(name, []).append(title)
        for name, titles in assigned.items():
            if len(titles) > 1:
                different = list(dict.fromkeys(titles))
                said = f"multiple {titles[0]}" if len(different) == 1 else " and ".join(different)
                place = self._place_of_binding(name)
                self.findings.problem(
                    name if place else "vars" if name in self.request.vars else "secrets",
                    f"{name} assigned to {said} bindings.",
                    hint="Bindings must have unique names, so that they can all be referenced in "
                    "the Worker.",
                    place=place,
                    kind=ProblemKind.PROJECT if place else ProblemKind.INPUT,
                )

    def _named(self) -> Iterator[tuple[str, str]]:
        """Return each binding's name with what people call its kind."""
        titles = {kind.type: kind.title for kind in KINDS}
        titles |= dict.fromkeys(VARIABLE_KINDS, "Environment Variable") | {"assets": "Assets"}
        for binding in self.parts.bindings:
            kind = binding.inherits or binding.type
            yield binding.name, titles.get(kind, kind)
        given, required = {secret.name for secret in self.request.secrets}, self._required()
        for name in (*required, *sorted(given.difference(required))):
            yield name, "Secret"

    def _required(self) -> tuple[str, ...]:
        """Return the names of secrets that the configuration requires, as they stand there."""
        return tuple(self.config.table("secrets").get("required") or ()) if self.config else ()

    def _place_of_binding(self, name: str) -> Place | None:
        """Return where the last binding of a name stands; None where only inputs have it."""
        if self.config is None:
            return None
        for kind in reversed(KINDS):
            spot, value = find_items(self.config, kind)
            items = [value] if kind.single else value or []
            for index, item in reversed(list(enumerate(items))):
                if item is not None and item.get(kind.named) == name:
                    path = spot.path if kind.single else spot.at(index).path
                    return spot.document.place((*path, kind.named))
        if name in self.config.table("vars"):
            spot = self.config.spot("vars").at(name)
            return spot.document.place(spot.path, key=True)
        if name in (required := self._required()):
            spot = self.config.spot("secrets").at("required")
            last = len(required) - 1 - required[::-1].index(name)
            return spot.document.place(spot.at(last).path)
        given = {*self.request.vars, *(secret.name for secret in self.request.secrets)}
        return None if name in given else self._file()

    def _check_sizes(self) -> None:
        variables = [one for one in self.parts.bindings if one.type in VARIABLE_KINDS]
        for variable in variables:
            self._check_size(variable)
        if (count := len(variables) + len(self.request.secrets)) > MAX_VARIABLES:
            self.findings.notice(
                f"{count} variables and secrets; Cloudflare takes {MAX_VARIABLES} at most "
                "(64 on the free plan)"
            )

    def _check_size(self, variable: Binding) -> None:
        """Refuse a text that is too large; of JSON nobody says how its size is counted."""
        text, value = variable.fields.get("text"), variable.fields.get("json")
        written = text if isinstance(text, str) else json.dumps(value, ensure_ascii=False)
        size = len(written.encode(errors="replace"))
        if size <= MAX_VARIABLE_BYTES:
            return
        name = variable.name
        message = f"{name} has {size:,} bytes; Cloudflare takes {MAX_VARIABLE_BYTES:,} at most"
        place = None if name in self.request.vars else self._place_of_binding(name)
        if text is None:
            self.findings.notice(message, place)
            return
        self.findings.problem(
            "vars",
            message,
            hint="put it into a file that the code imports, or into KV",
            place=place,
            kind=ProblemKind.PROJECT if place else ProblemKind.INPUT,
        )

    def _place(self, key: str) -> Place | None:
        if self.config is None or key not in self.config.paths:
            return None
        return self.config.document.place(self.config.paths[key])

    def _file(self) -> Place | None:
        return Place(file=self.config.document.shown) if self.config else None
