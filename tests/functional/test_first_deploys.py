"""Deploys of scripts that do not exist yet: what is sent, and what is there afterwards."""

from pathlib import Path

import pytest

from fakes.checkout import HELLO, Checkout, worker
from fakes.cloudflare import Cloudflare
from fakes.runs import Runner

# The smallest module that computes: exports add(i32, i32) -> i32.
WASM = bytes.fromhex(
    "0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b"
)
ANY_BYTES = bytes(range(256))


def test_everything_of_a_checkout_is_live_after_one_run(
    full_runner: Runner, cloudflare: Cloudflare
):
    run = full_runner.process("deploy")

    assert run.exit_code == 0, run.log
    assert run.outcome == "deployed"
    live = cloudflare.live()
    assert live["modules"][0]["text"] == HELLO
    assert set(live["assets"]["manifest"]) == {"/index.html", "/app.js", "/a.txt"}
    assert cloudflare.secrets() == {
        "STRIPE_KEY": "sk_live_51Hv0xSecret",
        "MAIL_KEY": "mail-0b5e-value",
    }
    assert cloudflare.bindings()["GREETING"]["text"] == "hello"
    script = cloudflare.script()
    assert script["settings"]["logpush"] is True
    assert script["subdomain"] == {"enabled": True, "previews_enabled": False}
    assert len(script["versions"]) == len(script["deployments"]) == 1
    assert run.outputs["version-id"] == run.outputs["live-version-id"] == live["id"]
    assert run.outputs["deployment-url"].startswith(cloudflare.origin)


def test_the_upload_is_one_put_with_all_that_belongs_together(
    full_runner: Runner, cloudflare: Cloudflare
):
    full_runner.fast("deploy", message="Ship it", tag="v1.2.3")

    put = cloudflare.one_sent("PUT", "/workers/scripts/shop")
    assert put.query == {"bindings_inherit": "strict", "excludeScript": "true"}
    assert list(put.parts) == ["metadata", "index.js"]
    assert put.parts["index.js"] == ("index.js", "application/javascript+module", HELLO.encode())
    metadata = put.metadata
    assert metadata["main_module"] == "index.js"
    assert metadata["compatibility_date"] == "2026-11-01"
    assert metadata["compatibility_flags"] == []
    assert set(metadata["keep_bindings"]) == {"secret_text", "secret_key"}
    assert {(b["name"], b["type"]) for b in metadata["bindings"]} == {
        ("GREETING", "plain_text"),
        ("ASSETS", "assets"),
        ("STRIPE_KEY", "secret_text"),
        ("MAIL_KEY", "secret_text"),
    }
    assert metadata["assets"]["jwt"]
    assert metadata["annotations"]["workers/message"].startswith("Ship it wd1:")
    assert metadata["annotations"]["workers/tag"] == "v1.2.3"
    assert not [request for request in cloudflare.requests if "/secrets" in request]


def test_assets_are_stored_before_the_script_and_settings_follow_it(
    full_runner: Runner, cloudflare: Cloudflare
):
    full_runner.fast("deploy")

    assert cloudflare.writes == [
        "POST assets-upload-session",
        "POST assets/upload",
        "POST assets/upload",
        "PUT script",
        "POST subdomain",
    ]


def test_a_folder_of_assets_needs_no_script(tmp_path: Path, cloudflare: Cloudflare):
    site = Checkout(tmp_path / "site").assets(index_html="<h1>hi</h1>")
    site.write("public/_headers", "/*\n  X-Robots-Tag: noindex\n")
    site.write("public/_redirects", "/old /new 301\n")
    runner = Runner(site, cloudflare, tmp_path / "files")

    run = runner.fast("deploy", "--assets", "public", "--script-name", "site")

    assert run.exit_code == 0, run.log
    live = cloudflare.live("site")
    assert live["main_module"] is None
    assert live["modules"] == []
    sent = cloudflare.one_sent("PUT", "/workers/scripts/site")
    assert "compatibility_date" not in sent.metadata
    assert list(live["assets"]["manifest"]) == ["/index.html"]
    assert live["assets"]["config"]["_headers"] == "/*\n  X-Robots-Tag: noindex\n"
    assert live["assets"]["config"]["_redirects"] == "/old /new 301\n"
    assert list(sent.parts) == ["metadata"]


def test_modules_of_every_kind_arrive_byte_for_byte(checkout: Checkout, runner: Runner):
    cloudflare = runner.cloudflare
    checkout.module(
        'import a from "./add.wasm";\nimport t from "./hi.txt";\nimport d from "./raw.bin";\n'
        'import { s } from "./lib/side.mjs";\n'
        "export default { fetch() { return new Response(`${a}${t}${d}${s}`) } };\n"
    )
    checkout.write("add.wasm", WASM).write("hi.txt", "Grüß\r\n").write("raw.bin", ANY_BYTES)
    checkout.write("lib/side.mjs", "export const s = 1;\n")
    checkout.config(
        no_bundle=True,
        find_additional_modules=True,
        rules=[
            {"type": "Data", "globs": ["**/*.bin"]},
            {"type": "ESModule", "globs": ["**/*.mjs"]},
        ],
    )

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    parts = cloudflare.one_sent("PUT", "/workers/scripts/shop").parts
    assert parts["add.wasm"] == ("add.wasm", "application/wasm", WASM)
    assert parts["hi.txt"] == ("hi.txt", "text/plain", "Grüß\r\n".encode())
    assert parts["raw.bin"] == ("raw.bin", "application/octet-stream", ANY_BYTES)
    assert parts["lib/side.mjs"][1] == "application/javascript+module"


def test_a_python_worker_is_deployed(tmp_path: Path, cloudflare: Cloudflare):
    source = "from workers import Response\nfrom lib import words\n\n\n"
    source += "def on_fetch(request):\n    return Response(words.HI)\n"
    project = Checkout(tmp_path / "py").write("src/entry.py", source)
    project.write("src/lib/__init__.py", "").write("src/lib/words.py", "HI = 'hi'\n")
    project.config(
        name="py",
        main="src/entry.py",
        compatibility_date="2026-11-01",
        compatibility_flags=["python_workers"],
    )

    run = Runner(project, cloudflare, tmp_path / "files").fast("deploy")

    assert run.exit_code == 0, run.log
    modules = {module["name"]: module for module in cloudflare.live("py")["modules"]}
    assert modules["entry.py"]["content_type"] == "text/x-python"
    assert modules["lib/words.py"]["text"] == "HI = 'hi'\n"
    assert cloudflare.live("py")["resources"]["script_runtime"]["compatibility_flags"] == [
        "python_workers"
    ]


def test_an_environment_has_a_script_of_its_own(checkout: Checkout, runner: Runner):
    cloudflare = runner.cloudflare
    checkout.config(vars={"WHERE": "top"}, env={"staging": {"vars": {"WHERE": "staging"}}})

    run = runner.fast("deploy", "--environment", "staging")

    assert run.exit_code == 0, run.log
    assert list(cloudflare.state()["scripts"]) == ["shop-staging"]
    assert cloudflare.bindings("shop-staging")["WHERE"]["text"] == "staging"
    assert run.outputs["script-name"] == "shop-staging"
    assert "[env staging]" in run.stdout.splitlines()[0]


def test_a_config_with_environments_and_none_chosen_warns_of_what_is_deployed(
    checkout: Checkout, runner: Runner
):
    checkout.config(env={"staging": {}})

    run = runner.fast("deploy")

    assert run.exit_code == 0
    assert "staging" in run.stderr
    assert list(runner.cloudflare.state()["scripts"]) == ["shop"]


def test_inputs_alone_are_enough(tmp_path: Path, cloudflare: Cloudflare):
    bare = Checkout(tmp_path / "bare").write("src/app.mjs", HELLO)
    runner = Runner(bare, cloudflare, tmp_path / "files")

    run = runner.process(
        "deploy",
        script_name="bare",
        main="src/app.mjs",
        compatibility_date="2026-10-01",
        compatibility_flags="nodejs_compat",
        vars="GREETING=hello = world",
        script_settings='{"logpush": true, "observability": {"enabled": true}}',
        workers_dev=False,
        preview_urls=False,
    )

    assert run.exit_code == 0, run.log
    script, runtime = cloudflare.script("bare"), cloudflare.live("bare")["resources"]
    assert runtime["script_runtime"]["compatibility_date"] == "2026-10-01"
    assert runtime["script_runtime"]["compatibility_flags"] == ["nodejs_compat"]
    assert cloudflare.bindings("bare")["GREETING"]["text"] == "hello = world"
    assert script["settings"]["logpush"] is True
    assert script["settings"]["observability"]["enabled"] is True
    assert script["subdomain"] == {"enabled": False, "previews_enabled": False}
    assert "deployment-url" not in run.outputs


@pytest.mark.parametrize("name", ["wrangler.toml", "wrangler.jsonc"])
def test_each_configuration_format_is_read(tmp_path: Path, cloudflare: Cloudflare, name: str):
    texts = {
        "wrangler.toml": 'name = "fmt"\nmain = "index.js"\ncompatibility_date = "2026-11-01"\n'
        '[vars]\nA = "täxt"\n',
        "wrangler.jsonc": '{ // why not\n "name": "fmt", "main": "index.js",\n'
        ' "compatibility_date": "2026-11-01", "vars": {"A": "täxt"}, }',
    }
    project = Checkout(tmp_path / "fmt").module().write(name, texts[name])

    run = Runner(project, cloudflare, tmp_path / "files").fast("deploy")

    assert run.exit_code == 0, run.log
    assert cloudflare.bindings("fmt")["A"]["text"] == "täxt"


def test_the_account_is_looked_up_where_the_token_sees_just_one(runner: Runner):
    run = runner.fast("deploy", env={"CLOUDFLARE_ACCOUNT_ID": None})

    assert run.exit_code == 0, run.log
    assert "GET /accounts" in runner.cloudflare.requests
    assert "shop" in runner.cloudflare.state()["scripts"]


def test_a_working_directory_holds_the_project(tmp_path: Path, cloudflare: Cloudflare):
    worker(tmp_path / "repo" / "apps" / "shop")
    runner = Runner(Checkout(tmp_path / "repo"), cloudflare, tmp_path / "files")

    run = runner.fast("deploy", "--working-directory", "apps/shop")

    assert run.exit_code == 0, run.log
    assert (tmp_path / "repo/apps/shop/workers-deploy-report/report.json").is_file()


def test_a_script_that_must_exist_is_not_made(runner: Runner):
    run = runner.fast("deploy", "--if-missing", "error")

    assert run.exit_code == 2
    assert "if-missing" in run.log
    assert runner.cloudflare.writes == []
    assert run.outcome == "failed"
