"""Whole runs of projects that are bundled, and errors that are told by the file to mend."""

import os
from hashlib import sha1
from pathlib import Path

import pytest

from fakes.checkout import Checkout
from fakes.cloudflare import Cloudflare
from fakes.github_runner import commands_in
from fakes.recorded_deploys import ESBUILD
from fakes.runs import PATH, Run, Runner

ON_PATH = {"PATH": os.pathsep.join((*ESBUILD, PATH))}
CART = """\
type Cart = { items: string[] };

export function count(cart: Cart): number {
  return cart.items.length + size;
}
"""
SHOP = """\
import { count } from "./cart";
import words from "./words.txt";

const empty: number = count({ items: [] });

export default {
  fetch: () => new Response(`${words} ${empty}`),
} satisfies ExportedHandler;
"""


@pytest.fixture
def shop(checkout: Checkout) -> Checkout:
    """A project in TypeScript; `src/cart.ts` throws as it is started, for `size` is nowhere."""
    checkout.write("src/cart.ts", CART).write("src/shop.ts", SHOP).write("src/words.txt", "items:")
    return checkout.config(main="src/shop.ts")


def places(run: Run) -> list[str]:
    """Where GitHub shows the run's errors."""
    errors = [c.properties for c in commands_in(run.stdout) if c.name == "error"]
    return [
        ":".join(e[name] for name in ("file", "line", "col") if name in e)
        for e in errors
        if "file" in e
    ]


def place_in_bundle(cloudflare: Cloudflare, text: str) -> tuple[int, int]:
    """Line and column of a text in the main module that was sent."""
    upload = cloudflare.one_sent("PUT", "/workers/scripts/shop")
    code = upload.parts[upload.metadata["main_module"]][2].decode()
    before = code[: code.index(text)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def test_typescript_is_bundled_by_the_esbuild_of_the_path(
    shop: Checkout, runner: Runner, cloudflare: Cloudflare
):
    run = runner.process("deploy", env=ON_PATH)

    assert run.exit_code == 0, run.log
    put = cloudflare.one_sent("PUT", "/workers/scripts/shop")
    words = f"./{sha1(b'items:').hexdigest()}-words.txt"
    assert {name: type_ for name, (_, type_, _) in put.parts.items() if type_} == {
        "shop.js": "application/javascript+module",
        words: "text/plain",
        "shop.js.map": "application/source-map",
    }
    assert put.metadata["main_module"] == "shop.js"
    assert put.parts[words][2] == b"items:"


def test_a_bundle_that_did_not_change_is_not_sent_again(shop: Checkout, runner: Runner):
    assert runner.fast("deploy", env=ON_PATH).outcome == "deployed"

    run = runner.fast("deploy", env=ON_PATH)

    assert run.outcome == "unchanged"


def test_javascript_is_bundled_where_the_configuration_changes_it(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    checkout.write("src/shop.js", "export default { fetch: () => new Response(WORD) };")
    checkout.config(main="src/shop.js", define={"WORD": '"defined"'})

    assert runner.fast("deploy", env=ON_PATH).exit_code == 0

    put = cloudflare.one_sent("PUT", "/workers/scripts/shop")
    assert b'new Response("defined")' in put.parts["shop.js"][2]


def test_a_bound_class_that_is_not_exported_stops_a_script_without_imports(
    checkout: Checkout, runner: Runner
):
    checkout.write("src/shop.js", "class Cart {}\nexport default { fetch() {} };")
    checkout.config(
        main="src/shop.js",
        durable_objects={"bindings": [{"name": "CART", "class_name": "Cart"}]},
        migrations=[{"tag": "v1", "new_sqlite_classes": ["Cart"]}],
    )

    run = runner.fast("deploy", env=ON_PATH)

    assert run.exit_code == 3
    assert "the Durable Object class Cart is not exported from the entry point" in run.log
    assert runner.cloudflare.requests == []


def test_without_an_esbuild_it_is_said_what_to_do(shop: Checkout, runner: Runner):
    run = runner.fast("deploy", env={"PATH": ""})

    assert run.exit_code == 3
    assert "npm install esbuild" in run.log
    assert runner.cloudflare.requests == []


def test_mistakes_in_the_code_are_annotated_at_their_lines(shop: Checkout, runner: Runner):
    shop.write("src/cart.ts", 'export const count = (;\nimport "./nowhere";\n')
    shop.write(
        "src/shop.ts",
        'import { count } from "./cart";\nimport { x } from "no-package";\nexport { count, x };\n',
    )

    run = runner.fast("deploy", ci="github", env=ON_PATH)

    assert run.exit_code == 3, run.log
    assert sorted(places(run)) == ["src/cart.ts:1:23", "src/shop.ts:2:19"]
    assert "npm ci" in run.log
    assert '::Unexpected ";"\n' in run.log  # which no package helps against
    assert runner.cloudflare.requests == []


@pytest.mark.parametrize("already_live", [False, True])
def test_what_a_script_throws_at_its_start_is_told_by_file_and_line(
    shop: Checkout, runner: Runner, cloudflare: Cloudflare, already_live: bool
):
    assert runner.fast("deploy", env=ON_PATH).exit_code == 0
    line, column = place_in_bundle(cloudflare, "size;")
    if already_live:
        shop.write("src/words.txt", "other words")
    else:
        cloudflare.ask("DELETE", "/workers/scripts/shop")
    cloudflare.fail(
        "POST versions" if already_live else "PUT /accounts/{id}/workers/scripts/shop",
        "status",
        status=400,
        code=10021,
        message=f"Uncaught ReferenceError: size is not defined\n  at shop.js:{line}:{column} in "
        "count\n  at shop.js:99:1\n",
    )

    run = runner.fast("deploy", ci="github", env=ON_PATH)

    assert run.exit_code == 4
    assert places(run) == ["src/cart.ts:4:30"]
    assert run.report["error"]["place"] == {"file": "src/cart.ts", "line": 4, "column": 30}
    assert "at <code>src/cart.ts" in run.summary


def test_a_source_map_that_does_not_go_up_still_tells_the_file(
    shop: Checkout, runner: Runner, cloudflare: Cloudflare
):
    shop.config(upload_source_maps=False)
    assert runner.fast("deploy", env=ON_PATH).exit_code == 0
    line, column = place_in_bundle(cloudflare, "size;")
    shop.write("src/words.txt", "other words")
    cloudflare.fail(
        "POST versions",
        "status",
        status=400,
        code=10021,
        message=f"Uncaught ReferenceError: size is not defined\n  at shop.js:{line}:{column}\n",
    )

    run = runner.fast("deploy", ci="github", env=ON_PATH)

    assert run.exit_code == 4
    assert places(run) == ["src/cart.ts:4:30"]
    assert "shop.js.map" not in cloudflare.one_sent("PUT", "/workers/scripts/shop").parts


def test_a_place_in_a_module_is_told_by_the_file_that_it_is(
    tmp_path: Path, cloudflare: Cloudflare, checkout: Checkout
):
    app = Checkout(checkout.root / "app")
    app.write("src/index.js", 'import "./lib/cart.js";\nexport default {};\n')
    app.write("src/lib/cart.js", "export const count = 1;\nsize;\n")
    app.config(
        name="shop",
        main="src/index.js",
        compatibility_date="2026-11-01",
        no_bundle=True,
        rules=[{"type": "ESModule", "globs": ["**/*.js"]}],
    )
    runner = Runner(checkout, cloudflare, tmp_path / "files")
    cloudflare.fail(
        "PUT /accounts/{id}/workers/scripts/shop",
        "status",
        status=400,
        code=10021,
        message="Uncaught ReferenceError: size is not defined\n  at lib/cart.js:2:1\n",
    )

    run = runner.fast("deploy", ci="github", working_directory="app", report_dir="../report")

    assert run.exit_code == 4
    assert places(run) == ["app/src/lib/cart.js:2:1"]


def test_code_that_does_not_compile_is_told_by_file_and_line(checkout: Checkout, tmp_path: Path):
    checkout.module("export default {\n  fetch() { return new Response('a') \n};\n")
    with Cloudflare(check_syntax=True) as cloudflare:
        runner = Runner(checkout, cloudflare, tmp_path / "files")

        run = runner.fast("deploy", ci="github")

    assert run.exit_code == 4
    assert places(run) == ["index.js:3:2"]


def test_an_import_of_a_module_that_is_not_sent_is_told_before_traffic_moves(
    checkout: Checkout, tmp_path: Path
):
    checkout.module('import { a } from "./lib.js";\nexport default { fetch: () => a() };\n')
    checkout.write("lib.js", "export const a = () => new Response();\n")
    with Cloudflare(check_syntax=True) as cloudflare:
        runner = Runner(checkout, cloudflare, tmp_path / "files")

        run = runner.fast("deploy", bundle=False, main="index.js")

        assert (run.exit_code, run.outcome) == (4, "failed"), run.log
        assert cloudflare.state()["scripts"] == {}
    assert 'No such module "lib.js"' in run.log


def test_a_place_in_nothing_of_ours_annotates_no_file(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    cloudflare.fail(
        "PUT /accounts/{id}/workers/scripts/shop",
        "status",
        status=400,
        code=10021,
        message="Uncaught TypeError: no\n  at node-internal:process:3:1\n",
    )

    run = runner.fast("deploy", ci="github")

    assert run.exit_code == 4
    assert places(run) == []
    assert "Uncaught TypeError: no" in run.log
