"""`wrangler deploy` of recorded projects: what it leaves in the emulator, and that it runs.

wrangler is the official client, installed with the test tools; it takes us for Cloudflare.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from fakes.wrangler import Ran, ask, emulate, install_wrangler, upload_what_is_bound
from workers_emulator.server.server import EmulatorServer

State = dict[str, Any]

SCRIPTS = {
    "a-bindings": "a-bindings",
    "c-assets": "c-assets",
    "d-worker-assets": "d-worker-assets",
    "e-python": "e-python",
    "j-env": "j-env-staging",
}
RUN = "/__emulator__/run/c-assets"
WORDS = {"j-env": ("--env", "staging")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Deploy:
    """One deploy: what wrangler said, what it left of the script, and what it wrote for that."""

    ran: Ran
    script: State
    writes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Twice:
    """Two deploys of the same checkout."""

    name: str
    first: Deploy
    second: Deploy


@pytest.fixture(scope="module")
def cloudflare() -> Iterator[EmulatorServer]:
    """Return an account that has what a-bindings binds of other scripts."""
    with emulate(dispatch_namespaces=("ns",)) as server:
        upload_what_is_bound(server)
        yield server


@pytest.fixture(scope="module")
def deploy_twice(
    cloudflare: EmulatorServer, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Twice]:
    """Return a function that deploys a project twice, the first time that it is asked to."""
    wrangler = install_wrangler(cloudflare, tmp_path_factory.mktemp("wrangler"))
    done: dict[str, Twice] = {}

    def deploy(project: str) -> Twice:
        if project not in done:
            folder = wrangler.copy_of(project)
            made = []
            for _ in range(2):
                before = cloudflare.state()["requests"]["total"]
                ran = wrangler.run(folder, "deploy", *WORDS.get(project, ()))
                state = cloudflare.state()
                script = state["scripts"][SCRIPTS[project]]
                made.append(Deploy(ran=ran, script=script, writes=writes_of(state, after=before)))
            done[project] = Twice(name=SCRIPTS[project], first=made[0], second=made[1])
        return done[project]

    return deploy


@pytest.fixture
def twice(request: pytest.FixtureRequest, deploy_twice: Callable[[str], Twice]) -> Twice:
    return deploy_twice(request.param)


every_project = pytest.mark.parametrize("twice", SCRIPTS, indirect=True)
only = {project: pytest.mark.parametrize("twice", [project], indirect=True) for project in SCRIPTS}


def writes_of(state: State, *, after: int) -> tuple[str, ...]:
    """Return the requests that are no GET, without the account."""
    return tuple(
        f"{one['method']} {one['path'].split('/', 3)[3]}"
        for one in state["requests"]["requests"][after:]
        if one["method"] != "GET"
    )


def bindings_of(deploy: Deploy) -> dict[str, State]:
    version = deploy.script["versions"][-1]
    return {one["name"]: one for one in version["resources"]["bindings"]}


class TestEveryProject:
    @every_project
    def test_each_deploy_leaves_one_version_that_gets_all_traffic(self, twice: Twice) -> None:
        first, second = twice.first.script, twice.second.script

        assert [len(first["versions"]), len(second["versions"])] == [1, 2]
        assert first["live_versions"] == [[twice.first.ran.version_id, 100]]
        assert second["live_versions"] == [[twice.second.ran.version_id, 100]]
        assert second["latest_version"] == twice.second.ran.version_id

    @every_project
    def test_the_deployments_are_kept_newest_first(self, twice: Twice) -> None:
        deployed = [
            [share["version_id"] for share in deployment["versions"]]
            for deployment in twice.second.script["deployments"]
        ]

        assert deployed == [[twice.second.ran.version_id], [twice.first.ran.version_id]]

    @every_project
    def test_a_first_deploy_is_a_put_and_the_next_a_version_and_a_deployment(
        self, twice: Twice
    ) -> None:
        path = f"workers/scripts/{twice.name}"

        assert f"PUT {path}" in twice.first.writes
        assert f"POST {path}/versions" not in twice.first.writes
        assert f"PUT {path}" not in twice.second.writes
        assert [one for one in twice.second.writes if one.startswith(f"POST {path}/")] == [
            *([f"POST {path}/assets-upload-session"] if "assets" in twice.name else []),
            f"POST {path}/versions",
            f"POST {path}/deployments",
            f"POST {path}/subdomain",
        ]

    @every_project
    def test_both_versions_hold_the_same_code_bindings_and_assets(self, twice: Twice) -> None:
        same = ("main_module", "modules", "assets", "resources", "placement", "secret_names")

        first, second = twice.second.script["versions"]

        assert {key: second[key] for key in same} == {key: first[key] for key in same}

    @every_project
    def test_workers_dev_is_on_unless_the_script_has_routes(self, twice: Twice) -> None:
        expected = twice.name != "j-env-staging"

        assert twice.first.script["subdomain"]["enabled"] is expected
        assert twice.second.script["subdomain"]["enabled"] is expected


class TestAWorkerWithBindings:
    @only["a-bindings"]
    def test_every_binding_is_stored_with_its_fields(self, twice: Twice) -> None:
        bindings = bindings_of(twice.first)

        kinds = {name: binding["type"] for name, binding in bindings.items()}
        assert kinds == {
            "S": "plain_text",
            "N": "json",
            "J": "json",
            "B": "json",
            "KV": "kv_namespace",
            "EMAIL": "send_email",
            "DO": "durable_object_namespace",
            "DOX": "durable_object_namespace",
            "WF": "workflow",
            "Q": "queue",
            "R2": "r2_bucket",
            "R2EU": "r2_bucket",
            "DB": "d1",
            "VEC": "vectorize",
            "HD": "hyperdrive",
            "SSS": "secrets_store_secret",
            "RL": "ratelimit",
            "SVC": "service",
            "AE": "analytics_engine",
            "DISP": "dispatch_namespace",
            "CERT": "mtls_certificate",
            "BROWSER": "browser",
            "AI": "ai",
            "IMAGES": "images",
            "VM": "version_metadata",
        }
        assert bindings["J"]["json"] == {"a": [1, "é", None]}
        assert bindings["R2EU"]["jurisdiction"] == "eu"
        assert bindings["RL"]["simple"] == {"limit": 10, "period": 60}

    @only["a-bindings"]
    def test_what_the_second_deploy_inherits_is_as_it_was(self, twice: Twice) -> None:
        assert bindings_of(twice.second) == bindings_of(twice.first)

    @only["a-bindings"]
    def test_migrations_are_made_once(self, twice: Twice) -> None:
        for script in (twice.first.script, twice.second.script):
            assert script["migration_tag"] == "v2"
            assert set(script["classes"]) == {"Counter", "Old"}

    @only["a-bindings"]
    def test_settings_of_script_and_version_are_stored(self, twice: Twice) -> None:
        for script in (twice.first.script, twice.second.script):
            version = script["versions"][-1]
            assert script["settings"]["logpush"] is True
            assert [one["service"] for one in script["settings"]["tail_consumers"]] == ["tailer"]
            assert script["settings"]["observability"]["head_sampling_rate"] == 0.5
            assert script["settings"]["observability"]["logs"]["invocation_logs"] is False
            assert version["placement"] == {"mode": "smart"}
            assert version["resources"]["script_runtime"]["limits"] == {"cpu_ms": 50}

    @only["a-bindings"]
    def test_its_workflow_is_registered(self, cloudflare: EmulatorServer, twice: Twice) -> None:
        workflow = cloudflare.state()["workflows"]["wf"]

        assert (workflow["script_name"], workflow["class_name"]) == (twice.name, "Wf")

    @only["a-bindings"]
    def test_it_runs(self, cloudflare: EmulatorServer, twice: Twice) -> None:
        assert ask(cloudflare, twice.name).text == "hello héllo"


class TestAssetsOnly:
    @only["c-assets"]
    def test_all_files_are_stored_and_their_rules_beside_them(self, twice: Twice) -> None:
        assets = twice.first.script["versions"][-1]["assets"]

        assert len(assets["manifest"]) == 53
        assert "/_headers" not in assets["manifest"]
        assert set(assets["config"]) == {"_headers", "_redirects"}
        assert twice.first.script["script"]["has_assets"] is True
        assert twice.first.script["versions"][-1]["modules"] == []

    @only["c-assets"]
    def test_nothing_is_uploaded_twice(self, twice: Twice) -> None:
        uploads = [
            sum(write.startswith("POST workers/assets/upload") for write in deploy.writes)
            for deploy in (twice.first, twice.second)
        ]

        assert uploads == [1, 0]

    @pytest.mark.parametrize(
        ("path", "status", "header", "value"),
        [
            ("/", 200, "content-type", "text/html; charset=utf-8"),
            ("/index.html", 307, "location", f"{RUN}/"),
            ("/old", 301, "location", f"{RUN}/new"),
            ("/blog/a", 302, "location", f"{RUN}/posts/a"),
            ("/app.ts", 200, "content-type", "video/mp2t"),
            ("/big.dat", 200, "content-type", None),
            ("/q%2541%23.txt", 200, "content-type", "text/plain; charset=utf-8"),
            ("/na%C3%AFve/%E6%97%A5%E6%9C%AC%E8%AA%9E", 200, "cf-cache-status", "HIT"),
            ("/nowhere", 404, "content-type", None),
        ],
    )
    @only["c-assets"]
    def test_they_are_served_as_cloudflare_does(
        self,
        cloudflare: EmulatorServer,
        twice: Twice,
        path: str,
        status: int,
        header: str,
        value: str | None,
    ) -> None:
        answer = ask(cloudflare, twice.name, path)

        assert (answer.status_code, answer.headers.get(header)) == (status, value)


class TestAWorkerWithAssets:
    @only["d-worker-assets"]
    def test_code_and_assets_are_one_version(self, twice: Twice) -> None:
        version = twice.second.script["versions"][-1]

        assert version["main_module"] == "index.js"
        assert [module["name"] for module in version["modules"]] == ["index.js", "index.js.map"]
        assert version["assets"]["config"]["run_worker_first"] == ["/api/*", "!/api/static/*"]
        assert "/.assetsignore" not in version["assets"]["manifest"]
        assert bindings_of(twice.second) == {"ASSETS": {"name": "ASSETS", "type": "assets"}}

    @only["d-worker-assets"]
    def test_it_runs_as_a_single_page_application(
        self, cloudflare: EmulatorServer, twice: Twice
    ) -> None:
        page = ask(cloudflare, twice.name, "/some/where", **{"Sec-Fetch-Mode": "navigate"})
        by_script = ask(cloudflare, twice.name, "/api/some/where")

        assert (page.status_code, "<h1>hi</h1>" in page.text) == (200, True)
        assert (by_script.status_code, "<h1>hi</h1>" in by_script.text) == (200, True)


class TestAPythonWorker:
    @only["e-python"]
    def test_its_modules_are_stored_with_their_types(self, twice: Twice) -> None:
        version = twice.first.script["versions"][-1]

        assert version["main_module"] == "entry.py"
        assert {module["name"]: module["content_type"] for module in version["modules"]} == {
            "entry.py": "text/x-python",
            "data.txt": "text/plain",
            "lib/__init__.py": "text/x-python",
            "lib/helper.py": "text/x-python",
        }
        assert version["resources"]["script_runtime"]["compatibility_flags"] == ["python_workers"]

    @only["e-python"]
    def test_why_it_does_not_run_is_said(self, cloudflare: EmulatorServer, twice: Twice) -> None:
        answer = ask(cloudflare, twice.name)

        assert answer.status_code == 503
        assert "Python Worker can't run offline" in answer.text


class TestAnEnvironment:
    @only["j-env"]
    def test_the_environments_script_has_its_own_bindings_and_tags(self, twice: Twice) -> None:
        bindings = bindings_of(twice.first)

        assert bindings["V"]["text"] == "staging"
        assert bindings["KV"]["namespace_id"] == "b" * 32
        assert twice.second.script["settings"]["tags"] == [
            "cf:service=j-env",
            "cf:environment=staging",
        ]

    @only["j-env"]
    def test_its_route_is_set_and_no_other_script_is_made(
        self, cloudflare: EmulatorServer, twice: Twice
    ) -> None:
        state = cloudflare.state()

        routes = [(one["pattern"], one["script"]) for one in state["routes"]]
        assert routes == [("staging.example.com/*", twice.name)]
        assert "j-env" not in state["scripts"]

    @only["j-env"]
    def test_it_runs(self, cloudflare: EmulatorServer, twice: Twice) -> None:
        assert ask(cloudflare, twice.name).text == "h"
