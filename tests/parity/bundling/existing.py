"""The projects of the other parity tests, for their bytes."""

import json
import re
from collections.abc import Mapping

from parity import bundled_projects, resolved_projects, rule_projects
from parity.bundled_projects import BundledProject
from parity.bundling.suite import Suited, answering
from parity.rule_projects import RuleProject

_DATE = re.compile(r'compatibility_date = "(.*)"\n')
_FLAGS = re.compile(r'compatibility_flags = \["(.*)"\]\n')


def _suited(project: BundledProject) -> Suited:
    date, flags = _DATE.search(project.config), _FLAGS.search(project.config)
    assert date is not None
    return Suited(
        files=project.files,
        config=_FLAGS.sub("", _DATE.sub("", project.config)),
        main=project.main,
        dates=(date[1],),
        flags=(flags[1],) if flags else (),
        paths=project.paths,
    )


def _by_rule(project: RuleProject) -> Suited:
    values = re.findall(r"import (?:source )?(\w) from", project.imports)
    if "export const a =" in project.imports:
        values.append("(await a('a')).default")
    rule = {"type": "Text", "globs": project.globs, "fallthrough": True}
    config = {"rules": [rule] if project.globs else [], **project.config}
    return Suited(
        main="src/index.js",
        files={
            "src/index.js": answering(
                f"return Response.json([{', '.join(values)}].map(String));", project.imports
            ),
            **project.files,
        },
        config=_toml(config),
    )


def _toml(config: Mapping[str, object]) -> str:
    """Inline TOML: what JSON writes, with `=` between key and value."""
    return "\n".join(f"{key} = {_inline(value)}" for key, value in config.items())


def _inline(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(k)} = {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value)


PROJECTS: Mapping[str, Suited] = {
    **{
        title: _suited(project)
        for title, project in {**bundled_projects.PROJECTS, **resolved_projects.PROJECTS}.items()
    },
    **{f"rules {title}": _by_rule(one) for title, one in rule_projects.PROJECTS.items()},
}
