"""Node's rules for what a name means, of which wrangler asks Node."""

import json
from pathlib import Path

import pytest

from workers_deploy.project.bundle.node_resolution import MainResolver, NodeResolver

FILES = {
    "app/a.js": "",
    "app/b.json": "",
    "app/b.txt": "",
    "app/c/index.js": "",
    "app/d.js": "",
    "app/d/package.json": {"main": "./lib"},
    "app/d/lib/index.js": "",
    "app/e/package.json": {"main": "./gone"},
    "app/e/index.js": "",
    "app/f/package.json": "no JSON",
    "node_modules/plain/index.js": "",
    "node_modules/plain/sub/index.js": "",
    "node_modules/@scope/name/package.json": {"main": "main.js", "exports": None},
    "node_modules/@scope/name/main.js": "",
    "node_modules/sugar/package.json": {"exports": "./x.js", "main": "./y.js"},
    "node_modules/sugar/x.js": "",
    "node_modules/sugar/y.js": "",
    "node_modules/map/package.json": {
        "exports": {
            ".": [{"import": "./esm.js"}, {"node": {"require": "./cjs.js"}}],
            "./*": "./any/*.js",
            "./in/*": {"types": "./no.js", "default": "./in/*.mjs"},
            "./in/private/*": None,
            "./*.css": "./css/*.css",
            "./up": "../plain/index.js",
        }
    },
    "node_modules/map/esm.js": "",
    "node_modules/map/cjs.js": "",
    "node_modules/map/any/a.js": "",
    "node_modules/map/in/a.mjs": "",
    "node_modules/map/in/private/a.mjs": "",
    "node_modules/map/css/a.css": "",
    "app/node_modules/near/index.js": "",
    "node_modules/near/index.js": "",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("./a.js", "app/a.js"),
        ("./a", "app/a.js"),
        ("./b", "app/b.json"),
        ("./c", "app/c/index.js"),
        (".", None),
        ("./d", "app/d.js"),
        ("./d/", "app/d/lib/index.js"),
        ("./e", "app/e/index.js"),
        ("./f", None),
        ("../node_modules/plain", "node_modules/plain/index.js"),
        ("plain", "node_modules/plain/index.js"),
        ("plain/sub", "node_modules/plain/sub/index.js"),
        ("plain/gone", None),
        ("gone", None),
        ("near", "app/node_modules/near/index.js"),
        ("@scope/name", "node_modules/@scope/name/main.js"),
        ("@scope/name/main", "node_modules/@scope/name/main.js"),
        ("sugar", "node_modules/sugar/x.js"),
        ("sugar/y.js", None),
        ("map", "node_modules/map/cjs.js"),
        ("map/a", "node_modules/map/any/a.js"),
        ("map/in/a", "node_modules/map/in/a.mjs"),
        ("map/in/private/a", None),
        ("map/a.css", "node_modules/map/css/a.css"),
        ("map/up", None),
    ],
)
def test_a_name_means_what_it_means_to_require(root: Path, name: str, expected: str | None):
    found = NodeResolver().resolve(name, root / "app")

    real = root.resolve()
    assert (found and str(found.relative_to(real))) == expected or found == expected
    if found is not None:
        assert found.is_file()


def test_a_link_is_followed(root: Path):
    (root / "app" / "node_modules" / "linked").symlink_to(root / "node_modules" / "plain")

    found = NodeResolver().resolve("linked", root / "app")
    as_it_is = MainResolver().resolve("linked", root / "app")

    assert found == (root / "node_modules" / "plain" / "index.js").resolve()
    assert as_it_is == root / "app" / "node_modules" / "linked" / "index.js"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("./b", None),
        ("./b.txt", "app/b.txt"),
        ("sugar", "node_modules/sugar/y.js"),
        ("sugar/x", "node_modules/sugar/x.js"),
        ("map", None),
        ("gone", None),
    ],
)
def test_the_older_rules_know_no_exports(root: Path, name: str, expected: str | None):
    found = MainResolver().resolve(name, root / "app")

    assert found == (root / expected if expected else None)
