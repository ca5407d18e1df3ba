"""What the parts of a project owe each other; Cloudflare would refuse most of it later."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workers_deploy.core.project import VARIABLE_KINDS, Binding, ScriptFormat
from workers_deploy.errors import Place, ProblemKind
from workers_deploy.project.assemble import Parts
from workers_deploy.project.binding_list import find_items
from workers_deploy.project.bindings import KINDS
from workers_deploy.project.config import Config
from workers_deploy.project.entry import PYTHON_FLAG, Entry
from workers_deploy.project.findings import Findings
from workers_deploy.project.request import ProjectRequest
from workers_deploy.project.triggers import list_routes

MAX_VARIABLES = 128  # variables and secrets of a script on the paid plan; 64 on the free one
MAX_VARIABLE_BYTES = 5 * 1024
MAX_DNS_LABEL = 63
_RULES_AT_MOST = 100
_UNSUPPORTED: Mapping[str, str] = {
    "pages_build_output_dir": "Pages projects are not deployed here; use `wrangler pages deploy`, or move "
    "the project to Workers static assets",
    "containers": "container images are built and pushed by `wrangler deploy` only",
    "site": "Workers Sites are not deployed here; move the project to static assets (`assets.directory`)",
}


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
        self._check_name(self.parts.name)
        self._check_compatibility()
        self._check_parts()
        self._check_names(self.parts.bindings)
        self._check_limits(self.parts.bindings)
        if self.config is not None:
            self._check_assets(self.config)
            self._check_format(self.config)
            self._check_routes(self.config)
            self._check_durable_objects(self.config)
            self._check_unsupported(self.config)

    def _check_name(self, name: str | None) -> None:
        broken = self.config is not None and self.config.document.values.get("name") not in (
            None,
            "",
        )
        if not name and not broken:
            self.findings.problem(
                "script-name",
                "the script has no name",
                hint='write "name" into the configuration, or give the input `script-name`',
                place=self._file(),
            )
        elif name and len(name) > MAX_DNS_LABEL:
            self.findings.notice(
                f"the script's name has {len(name)} characters; workers.dev takes {MAX_DNS_LABEL} at most",
                self._place("name"),
            )

    def _check_compatibility(self) -> None:
        config = self.config
        said = self.request.compatibility_date or (
            config and config.document.values.get("compatibility_date")
        )
        if not said and not (config and config.get("compatibility_date")):
            self.findings.problem(
                "compatibility-date",
                "a compatibility_date is required",
                hint='write "compatibility_date" into the configuration, or give the input `compatibility-date`',
                place=self._file(),
            )
        flags = self.request.compatibility_flags
        if flags is None:
            flags = config.items("compatibility_flags") if config else ()
        if self.entry is not None and self.entry.is_python and PYTHON_FLAG not in flags:
            self.findings.problem(
                "compatibility-flags",
                f"The `{PYTHON_FLAG}` compatibility flag is required to use Python.",
                place=self._place("compatibility_flags") or self._file(),
            )

    def _check_parts(self) -> None:
        said = {"main": self.request.main, "assets": self.request.assets}
        if self.config is not None:
            said |= {
                key: self.config.get(key)
                for key in ("main", "assets", "site")
                if self.config.get(key)
            }
        if not any(said.values()) and not self._is_broken("main", "assets"):
            self.findings.problem(
                "main",
                "Missing entry-point to Worker script or to assets directory",
                hint='write "main" or "assets.directory" into the configuration, or give the input '
                "`main` or `assets`",
                place=self._file(),
            )

    def _is_broken(self, *keys: str) -> bool:
        """Tell whether a key was written, wrongly, so that it does not count and has its problem
        already.
        """
        return self.config is not None and any(
            key in self.config.document.values and self.config.get(key) is None for key in keys
        )

    def _check_names(self, bindings: Iterable[Binding]) -> None:
        titles = {kind.type: kind.title for kind in KINDS}
        titles |= dict.fromkeys(VARIABLE_KINDS, "Environment Variable") | {"assets": "Assets"}
        kinds: dict[str, list[str]] = {}
        for binding in bindings:
            kind = binding.inherits or binding.type
            kinds.setdefault(binding.name, []).append(titles.get(kind, kind))
        secrets = {secret.name for secret in self.request.secrets}
        required = self.config.table("secrets").get("required") or () if self.config else ()
        for secret in sorted(secrets | set(required)):
            kinds.setdefault(secret, []).append("Secret")
        for name, assigned in kinds.items():
            if len(assigned) > 1:
                different = list(dict.fromkeys(assigned))
                said = (
                    f"multiple {different[0]}" if len(different) == 1 else " and ".join(different)
                )
                self.findings.problem(
                    name,
                    f"{name} assigned to {said} bindings.",
                    hint="Bindings must have unique names, so that they can all be referenced in the Worker.",
                    place=self._place_of_binding(name),
                    kind=ProblemKind.PROJECT if self.config else ProblemKind.INPUT,
                )

    def _place_of_binding(self, name: str) -> Place | None:
        """Return where the last binding of a name stands in the configuration."""
        if self.config is None:
            return None
        for kind in reversed(KINDS):
            spot, value = find_items(self.config, kind)
            items = [value] if kind.single else value or []
            for index, item in reversed(list(enumerate(items))):
                if item is not None and item.get(kind.named) == name:
                    inner = spot if kind.single else spot.at(index)
                    return spot.document.place((*inner.path, kind.named))
        if name in self.config.table("vars"):
            spot = self.config.spot("vars").at(name)
            return spot.document.place(spot.path, key=True)
        return self._file()

    def _check_limits(self, bindings: Iterable[Binding]) -> None:
        values = {
            one.name: str(one.fields.get("text", one.fields.get("json")))
            for one in bindings
            if one.type in VARIABLE_KINDS
        }
        sizes = {name: len(value.encode(errors="replace")) for name, value in values.items()}
        sizes |= {
            secret.name: len(secret.value.encode(errors="surrogateescape"))
            for secret in self.request.secrets
        }
        for name, size in sizes.items():
            if size > MAX_VARIABLE_BYTES:
                self.findings.notice(
                    f"{name} has {size:,} bytes; Cloudflare takes {MAX_VARIABLE_BYTES:,} at most"
                )
        if len(sizes) > MAX_VARIABLES:
            self.findings.notice(
                f"{len(sizes)} variables and secrets; Cloudflare takes {MAX_VARIABLES} at most (64 on the free plan)"
            )

    def _check_assets(self, config: Config) -> None:
        options = config.table("assets")
        has_script = self.entry is not None or self._has_main()
        spot = config.spot("assets")
        if options.get("binding") and not has_script:
            spot.at("binding").error(
                "Cannot use assets with a binding in an assets-only Worker.",
                hint='remove "assets.binding", or provide a Worker script ("main")',
            )
        first = options.get("run_worker_first")
        if first not in (None, False) and not has_script:
            spot.at("run_worker_first").error(
                "Cannot set run_worker_first without a Worker script.",
                hint='remove "assets.run_worker_first", or provide a Worker script ("main")',
            )
        if isinstance(first, list):
            self._check_static_routing(config, first)
        if first is True and has_script and not options.get("binding"):
            spot.at("run_worker_first").warn(
                "run_worker_first is true and there is no assets.binding: the script can't fetch the assets."
            )

    def _has_main(self) -> bool:
        return self.request.main is not None or bool(
            self.config
            and (self.config.get("main") or self.config.get("site") or self._is_broken("main"))
        )

    def _check_static_routing(self, config: Config, rules: list[str]) -> None:
        spot = config.spot("assets").at("run_worker_first")
        for index, rule in enumerate(rules):
            if not rule.startswith(("/", "!/")):
                spot.at(index).error(f'"{spot.label}[{index}]" has to start with "/" or "!/".')
            elif len(rule) > _RULES_AT_MOST:
                spot.at(index).error(
                    f'"{spot.label}[{index}]" may have {_RULES_AT_MOST} characters at most.'
                )
        if len(rules) > _RULES_AT_MOST:
            spot.error(f'"{spot.label}" may have {_RULES_AT_MOST} rules at most.')
        if all(rule.startswith("!") for rule in rules):
            spot.error(f'"{spot.label}" needs at least one rule that does not start with "!".')

    def _check_format(self, config: Config) -> None:
        if self.entry is None:
            return
        if self.entry.format is ScriptFormat.SERVICE_WORKER:
            own = [
                index
                for index, binding in enumerate(
                    config.table("durable_objects").get("bindings") or ()
                )
                if binding.get("script_name") in (None, config.get("name"))
            ]
            if own:
                config.spot("durable_objects").at("bindings").at(own[0]).error(
                    "A Worker written as a service worker can't have Durable Objects of its own.",
                    hint="write it as an ES module, or name another script by script_name",
                )
            if config.items("migrations"):
                config.spot("migrations").error(
                    "Durable Object migrations require ES Module format Workers."
                )
            return
        for key in ("wasm_modules", "text_blobs", "data_blobs"):
            if config.get(key) is not None:
                config.spot(key).error(
                    f"You cannot configure [{key}] with an ES module worker.",
                    hint="import the file in the code",
                )

    def _check_routes(self, config: Config) -> None:
        key = "routes" if config.get("routes") is not None else "route"
        for index, route in enumerate(list_routes(config)):
            if isinstance(route, dict) and route.get("custom_domain"):
                spot = config.spot(key)
                spot = spot.at(index) if key == "routes" else spot
                if "*" in route["pattern"]:
                    spot.at("pattern").error(
                        "Wildcard operators (*) are not allowed in Custom Domains"
                    )
                if "/" in route["pattern"]:
                    spot.at("pattern").error("Paths are not allowed in Custom Domains")

    def _check_durable_objects(self, config: Config) -> None:
        exports = config.table("exports")
        declared = {name for name, entry in exports.items() if entry["type"] == "durable-object"}
        if config.items("migrations"):
            if declared:
                config.spot("exports").error(
                    "`migrations` and `exports` are mutually exclusive: one of them declares the Durable Objects."
                )
            return
        live = {
            name
            for name in declared
            if exports[name].get("state", "created") in ("created", "expecting-transfer")
        }
        for index, binding in enumerate(config.table("durable_objects").get("bindings") or ()):
            if not binding.get("script_name") and binding["class_name"] not in live:
                config.spot("durable_objects").at("bindings").at(index).warn(
                    f"The class {binding['class_name']} has neither a migration nor an entry in `exports`: "
                    "Cloudflare refuses a Durable Object that it does not know."
                )

    def _check_unsupported(self, config: Config) -> None:
        if self.request.refuses_unsupported:
            for key, way_out in _UNSUPPORTED.items():
                if config.get(key):
                    config.spot(key).error(f'"{key}" is not supported', hint=way_out, key=True)

    def _place(self, key: str) -> Place | None:
        if self.config is None or key not in self.config.paths:
            return None
        return self.config.document.place(self.config.paths[key])

    def _file(self) -> Place | None:
        return Place(file=self.config.document.shown) if self.config else None
