"""What the parts of a configuration owe each other."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from workers_deploy.core.project import ScriptFormat
from workers_deploy.dataclass import dataclass
from workers_deploy.project.code.module_rules import DEFAULT_RULES
from workers_deploy.project.config.binding_checks import WORKFLOW_SETTINGS
from workers_deploy.project.config.checks import Spot
from workers_deploy.project.config.fold import Config
from workers_deploy.project.cross_checks.migrations import check_migrations
from workers_deploy.project.desired.triggers import list_routes

_RULES_AT_MOST = 100  # of run_worker_first, and characters of each (SDK, wrangler's constants)
_BLOBS = ("wasm_modules", "text_blobs", "data_blobs")


def classes_after(migrations: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the Durable Object classes that migrations leave, from the first to the last.

    >>> renamed = {"renamed_classes": [{"from": "A", "to": "B"}]}
    >>> classes_after([{"new_classes": ["A", "C"]}, {**renamed, "deleted_classes": ["C"]}])
    {'B'}
    """
    classes: set[str] = set()
    for step in migrations:
        renamed = step.get("renamed_classes") or ()
        classes -= {*(step.get("deleted_classes") or ()), *(one["from"] for one in renamed)}
        classes |= {one["to"] for one in (*renamed, *(step.get("transferred_classes") or ()))}
        classes |= {*(step.get("new_classes") or ()), *(step.get("new_sqlite_classes") or ())}
    return classes


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigConsistency:
    """The checks across the keys of one configuration; without a script it has no `format`."""

    config: Config
    has_script: bool
    format: ScriptFormat | None

    def check(self) -> None:
        """Report everything that does not fit, where it stands."""
        self._check_assets()
        if self.format is ScriptFormat.SERVICE_WORKER:
            self._check_service_worker()
        elif self.format is ScriptFormat.MODULES:
            self._refuse_blobs()
        self._check_rules()
        self._check_routes()
        self._check_durable_objects()
        self._check_workflows()

    def _check_assets(self) -> None:
        options, spot = self.config.table("assets"), self.config.spot("assets")
        first = options.get("run_worker_first")
        if options.get("binding") and not self.has_script:
            spot.at("binding").error(
                "Cannot use assets with a binding in an assets-only Worker.",
                hint='remove "assets.binding", or provide a Worker script ("main")',
            )
        if first not in (None, False) and not self.has_script:
            spot.at("run_worker_first").error(
                "Cannot set run_worker_first without a Worker script.",
                hint='remove "assets.run_worker_first", or provide a Worker script ("main")',
            )
        if isinstance(first, list):
            self._check_static_routing(first)
        elif first is True and self.has_script and not options.get("binding"):
            spot.at("run_worker_first").warn(
                "run_worker_first is true without an assets.binding: the script can't fetch assets."
            )

    def _check_static_routing(self, rules: list[str]) -> None:
        spot = self.config.spot("assets").at("run_worker_first")
        for index, rule in enumerate(rules):
            inner = spot.at(index)
            if not rule.startswith(("/", "!/")):
                inner.error(f'"{inner.label}" has to start with "/" or "!/".')
            elif len(rule) > _RULES_AT_MOST:
                inner.error(f'"{inner.label}" may have {_RULES_AT_MOST} characters at most.')
        for prefix in ("/", "!/"):
            self._check_overlaps(
                [(i, one) for i, one in enumerate(rules) if one.startswith(prefix)]
            )
        if len(rules) > _RULES_AT_MOST:
            spot.error(f'"{spot.label}" may have {_RULES_AT_MOST} rules at most.')
        if all(rule.startswith("!") for rule in rules):
            spot.error(f'"{spot.label}" needs at least one rule that does not start with "!".')

    def _check_overlaps(self, rules: list[tuple[int, str]]) -> None:
        """Report rules that say what another one says, among those of one sign."""
        spot = self.config.spot("assets").at("run_worker_first")
        seen: set[str] = set()
        for index, rule in rules:
            wider = (one for _, one in rules if one.endswith("*") and one != rule)
            if rule in seen:
                spot.at(index).error(f'"{spot.label}[{index}]" is a duplicate; rules are unique.')
            elif any(rule.startswith(one[:-1]) for one in wider):
                spot.at(index).error(f'"{spot.label}[{index}]" is redundant: a wider rule has it.')
            seen.add(rule)

    def _check_service_worker(self) -> None:
        if self.config.get("find_additional_modules"):
            self.config.spot("find_additional_modules").error(
                "`find_additional_modules` can only be used with an ES module entrypoint.",
                hint="write it as an ES module, or take the key out",
            )
        bindings = self.config.spot("durable_objects").at("bindings")
        for index, binding in enumerate(self.config.table("durable_objects").get("bindings") or ()):
            if binding.get("script_name") in (None, self.config.get("name")):
                bindings.at(index).error(
                    "A Worker written as a service worker can't have Durable Objects of its own.",
                    hint="write it as an ES module, or name another script by script_name",
                )
        if self.config.items("migrations"):
            message = "Durable Object migrations require ES Module format Workers."
            self.config.spot("migrations").error(message)

    def _refuse_blobs(self) -> None:
        for key in _BLOBS:
            if self.config.get(key) is not None:
                self.config.spot(key).error(
                    f"You cannot configure [{key}] with an ES module worker.",
                    hint="import the file in the code",
                )

    def _check_rules(self) -> None:
        """Warn of rules after one that ends their type; `fallthrough: false` says it is meant."""
        rules = self.config.items("rules")
        types = [rule["type"] for rule in (*rules, *DEFAULT_RULES)]
        for index, rule in enumerate(rules):
            is_first = rule["type"] not in types[:index] or all(
                one.get("fallthrough") is True
                for one in rules[:index]
                if one["type"] == rule["type"]
            )
            if is_first and "fallthrough" not in rule and rule["type"] in types[index + 1 :]:
                self.config.spot("rules").at(index).warn(
                    f"this rule ends the type {rule['type']}: later rules of it, wrangler's own "
                    "too, are ignored. Say fallthrough: true to have them, false if it is meant.",
                    key=False,
                )

    def _check_routes(self) -> None:
        key = "routes" if self.config.get("routes") is not None else "route"
        if key == "routes" and {"route", "routes"} <= self._section("routes").keys():
            self.config.spot("routes").error(
                'Expected exactly one of the following fields ["routes","route"].'
            )
        for index, route in enumerate(list_routes(self.config)):
            if isinstance(route, dict) and route.get("custom_domain"):
                spot = self.config.spot(key)
                pattern = (spot.at(index) if key == "routes" else spot).at("pattern")
                if "*" in route["pattern"]:
                    pattern.error("Wildcard operators (*) are not allowed in Custom Domains")
                if "/" in route["pattern"]:
                    pattern.error("Paths are not allowed in Custom Domains")

    def _section(self, key: str) -> Mapping[str, object]:
        """Return the top level or the environment, wherever a key counts."""
        section: Mapping[str, object] = self.config.document.values
        for step in self.config.paths[key][:-1]:
            inner = section[str(step)]
            assert isinstance(inner, dict)
            section = inner
        return section

    def _check_durable_objects(self) -> None:
        exports = self.config.table("exports")
        declared = [name for name, entry in exports.items() if entry["type"] == "durable-object"]
        if migrations := self.config.items("migrations"):
            check_migrations(self.config.spot("migrations"), migrations)
            if declared:
                self.config.spot("exports").error(
                    "`migrations` and `exports` are mutually exclusive: one of them declares the "
                    "Durable Objects."
                )
            else:
                self._warn_of_unknown_classes(
                    classes_after(migrations), "is not there after the last of the `migrations`"
                )
            return
        live = [
            name
            for name in declared
            if exports[name].get("state", "created") in ("created", "expecting-transfer")
        ]
        self._warn_of_unknown_classes(live, "has neither a migration nor an entry in `exports`")

    def _warn_of_unknown_classes(self, known: Collection[str], why: str) -> None:
        """Warn of bound classes of this script; wrangler leaves them to Cloudflare (10061)."""
        bindings = self.config.spot("durable_objects").at("bindings")
        for index, binding in enumerate(self.config.table("durable_objects").get("bindings") or ()):
            if not binding.get("script_name") and binding["class_name"] not in known:
                bindings.at(index).warn(
                    f"The class {binding['class_name']} {why}: Cloudflare refuses a Durable Object "
                    "that it does not know."
                )

    def _check_workflows(self) -> None:
        exported = {
            entry["name"]: class_name
            for class_name, entry in self.config.table("exports").items()
            if entry["type"] == "workflow"
        }
        spot = self.config.spot("workflows")
        names: set[str] = set()
        for index, workflow in enumerate(self.config.items("workflows")):
            inner, name = spot.at(index), workflow["name"]
            if name in names:
                inner.at("name").error(
                    '"workflows" bindings must have unique "name" values; duplicate(s) found: '
                    f'"{name}"'
                )
            names.add(name)
            if name in exported:
                self._check_declared(inner, workflow, exported[name])

    def _check_declared(self, spot: Spot, workflow: Mapping[str, Any], class_name: str) -> None:
        """Check a binding of a workflow that `exports` declares: all but the class stands there."""
        name, export = workflow["name"], f'"exports.{class_name}"'
        if workflow.get("script_name", self.config.get("name")) != self.config.get("name"):
            spot.at("script_name").error(
                f'"{spot.label}" binds the Workflow "{name}" of another Worker, but {export} '
                "declares it in this one."
            )
            return
        if workflow["class_name"] != class_name:
            spot.error(
                f'"{spot.label}" and {export} both declare the Workflow "{name}", but with '
                "different classes."
            )
        for key in WORKFLOW_SETTINGS:
            if workflow.get(key) is not None:
                spot.at(key).error(
                    f'"{spot.label}.{key}" configures the Workflow "{name}", which {export} '
                    "declares.",
                    hint=f'set "{key}" on the export instead',
                )
