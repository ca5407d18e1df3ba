"""The outputs in the forms that CI systems take them in: JSON, dotenv, properties, shell."""

import json
import shlex
from collections.abc import Mapping
from typing import Any, Final

# GitLab's bounds for a dotenv report where nobody raised them; a file beyond them is refused
# whole (docs.gitlab.com/ci/yaml/artifacts_reports, gitlab-org/gitlab issue 411139).
MAX_DOTENV_VARIABLES: Final = 20
MAX_DOTENV_BYTES: Final = 5 * 1024
PREFIX: Final = "WORKERS_DEPLOY_"


def encode_json(value: Any) -> str:
    """Write JSON in one line.

    >>> encode_json({"a": ("ä",)})
    '{"a":["ä"]}'
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def variable_of(name: str) -> str:
    """Return the variable that an output has outside of GitHub.

    >>> variable_of("deployment-url")
    'WORKERS_DEPLOY_DEPLOYMENT_URL'
    """
    return PREFIX + name.upper().replace("-", "_")


def render_dotenv(outputs: Mapping[str, str]) -> str:
    r"""Write one KEY=value per line, as GitLab reads it: no quotes, comments or line breaks.

    `plan` is left out, and what comes after GitLab's bounds: one value too many and it takes none.

    >>> render_dotenv({"outcome": "deployed", "plan": "{}", "etag": "a\nb"})
    'WORKERS_DEPLOY_OUTCOME=deployed\nWORKERS_DEPLOY_ETAG=a b\n'
    """
    lines: list[str] = []
    room = MAX_DOTENV_BYTES
    for name, value in outputs.items():
        line = render_lines({name: value})
        size = len(line.encode("utf-8", "replace"))
        if name == "plan" or size > room or len(lines) == MAX_DOTENV_VARIABLES:
            continue
        lines.append(line)
        room -= size
    return "".join(lines)


def render_lines(outputs: Mapping[str, str]) -> str:
    r"""Write one KEY=value per line, as many as there are; Bitbucket, Drone and Harness read it.

    >>> render_lines({"outcome": "deployed", "etag": "a\nb"})
    'WORKERS_DEPLOY_OUTCOME=deployed\nWORKERS_DEPLOY_ETAG=a b\n'
    """
    return "".join(
        f"{variable_of(name)}={' '.join(value.split())}\n" for name, value in outputs.items()
    )


def render_properties(outputs: Mapping[str, str]) -> str:
    r"""Write a Java properties file, for Jenkins' readProperties; all but ASCII is escaped.

    >>> print(render_properties({"urls": '["https://a.dev"]', "etag": " ä\n"}), end="")
    urls=["https\://a.dev"]
    etag=\ \u00e4\n
    """
    return "".join(f"{name}={_escape_property(value)}\n" for name, value in outputs.items())


_PROPERTY_ESCAPES: Final = {
    "\\": "\\\\",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\f": "\\f",
    ":": "\\:",
    "=": "\\=",
    "#": "\\#",
    "!": "\\!",
}


def _escape_property(value: str) -> str:
    escaped = "".join(_PROPERTY_ESCAPES.get(char, char) for char in value)
    if escaped.startswith(" "):
        escaped = f"\\{escaped}"  # blanks before a value are no part of it, unless escaped
    units = escaped.encode("utf-16-be", "surrogatepass")
    codes = (int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))
    return "".join(chr(unit) if 32 <= unit < 127 else f"\\u{unit:04x}" for unit in codes)


def render_shell(outputs: Mapping[str, str]) -> str:
    """Write exports that any POSIX shell can source.

    >>> print(render_shell({"etag": "it's; rm -rf /"}), end="")
    export WORKERS_DEPLOY_ETAG='it'"'"'s; rm -rf /'
    """
    return "".join(
        f"export {variable_of(name)}={shlex.quote(value)}\n" for name, value in outputs.items()
    )
