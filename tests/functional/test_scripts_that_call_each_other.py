"""Scripts of several projects call each other in the emulator, as they do at Cloudflare."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.cloudflare import Cloudflare
from fakes.neighbours import Neighbours, caller, service, text_of
from fakes.scripts import NODE_MODULES
from fakes.wrangler import ask, install_wrangler


@pytest.fixture
def cloudflare() -> Iterator[Cloudflare]:
    with Cloudflare(node_modules=NODE_MODULES, chance=lambda: 0.5) as server:
        yield server


@pytest.fixture
def neighbours(cloudflare: Cloudflare, tmp_path: Path) -> Neighbours:
    return Neighbours(cloudflare, tmp_path)


STOCK = """
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
export class Counter extends DurableObject {
  async count() {
    const n = 1 + (await this.ctx.storage.get("n") ?? 0);
    await this.ctx.storage.put("n", n);
    return n;
  }
}
export class Admin extends WorkerEntrypoint {
  whoami() { return { props: this.ctx.props, text: this.env.TEXT }; }
  fetch() { return new Response("admin"); }
}
export default class extends WorkerEntrypoint {
  fetch(request) { return new Response(`stock ${new URL(request.url).pathname}`); }
  add(a, b) { return a + b; }
}
"""


def stock(text: str) -> str:
    return f"export default {{ fetch: () => new Response('{text}') }};"


def test_a_script_calls_another_by_fetch_and_rpc_and_by_its_entrypoints(neighbours: Neighbours):
    neighbours.deploy("stock", STOCK, vars={"TEXT": "of stock"})
    neighbours.deploy(
        "shop",
        caller(
            text=text_of("STOCK"),
            sum="env.STOCK.add(1, 2)",
            admin="env.ADMIN.whoami()",
            admins=text_of("ADMIN"),
            unknown="env.STOCK.subtract(1, 2)",
        ),
        vars={"TEXT": "of shop"},
        services=[
            service("STOCK", "stock"),
            service("ADMIN", "stock", entrypoint="Admin", props={"role": "buyer"}),
        ],
    )

    answers = neighbours.answers("shop")

    assert "subtract" in answers.pop("unknown")
    assert answers == {
        "text": "stock /",
        "sum": 3,
        "admin": {"props": {"role": "buyer"}, "text": "of stock"},
        "admins": "admin",
    }


def test_a_caller_sees_the_new_version_when_the_other_is_deployed_or_its_traffic_moves(
    neighbours: Neighbours, cloudflare: Cloudflare
):
    neighbours.redeploy("stock", stock("one"))
    neighbours.redeploy(
        "shop",
        caller(
            text=text_of("STOCK"),
            visits="env.KV.get('n').then(async (n) => {"
            " await env.KV.put('n', String(1 + Number(n))); return Number(n); })",
        ),
        services=[service("STOCK", "stock")],
        kv_namespaces=[{"binding": "KV", "id": "a" * 32}],
    )
    first = cloudflare.live("stock")["id"]
    seen = [neighbours.answers("shop")]

    neighbours.redeploy("stock", stock("two"))
    second = cloudflare.live("stock")["id"]
    seen.append(neighbours.answers("shop"))
    cloudflare.deploy_version(first, script="stock")
    seen.append(neighbours.answers("shop"))
    cloudflare.deploy_version(first, second, script="stock")  # chance 0.5 is the second's half
    seen.append(neighbours.answers("shop"))

    assert [one["text"] for one in seen] == ["one", "two", "one", "two"]
    # What the caller stores is the caller's, whichever version it calls.
    assert [one["visits"] for one in seen] == [0, 1, 2, 3]


def test_three_scripts_in_a_chain_that_ends_where_it_began(
    neighbours: Neighbours, cloudflare: Cloudflare
):
    """A first deploy can't name a script that is not there: a circle takes one more deploy."""
    back = "const at = new URL(request.url).pathname;"
    neighbours.redeploy("back", stock("not yet"))
    neighbours.redeploy("middle", caller(back=text_of("BACK")), services=[service("BACK", "back")])
    neighbours.redeploy(
        "front",
        f"""export default {{ async fetch(request, env) {{
          {back}
          if (at === "/end") return new Response("front again");
          return Response.json(await (await env.MIDDLE.fetch(request)).json());
        }} }};""",
        services=[service("MIDDLE", "middle")],
    )
    neighbours.redeploy(
        "back",
        caller(end='env.FRONT.fetch("http://front/end").then((answer) => answer.text())'),
        services=[service("FRONT", "front")],
    )

    assert neighbours.answers("front") == {"back": '{"end":"front again"}'}
    assert neighbours.answers("back") == {"end": "front again"}


def test_a_script_that_is_bound_to_itself_calls_its_live_version(
    neighbours: Neighbours, cloudflare: Cloudflare
):
    def shop(text: str) -> str:
        return f"""
          import {{ WorkerEntrypoint }} from "cloudflare:workers";
          export class Inner extends WorkerEntrypoint {{ name() {{ return "{text}"; }} }}
          export default {{ fetch: async (_, env) =>
            Response.json({{ mine: "{text}", inner: await env.SELF.name() }}) }};
        """

    bound = {"services": [service("SELF", "shop", entrypoint="Inner")], "preview_urls": True}
    neighbours.redeploy("shop", shop("live"), **bound)
    run = neighbours.runner("shop", shop("tried"), **bound).fast("preview")
    assert run.exit_code == 0, run.log
    label = f"{cloudflare.script()['latest_version'][:8]}-shop"

    assert neighbours.answers("shop") == {"mine": "live", "inner": "live"}
    assert neighbours.answers(label) == {"mine": "tried", "inner": "live"}


def test_a_version_that_is_asked_for_calls_live_versions_of_others(
    neighbours: Neighbours, cloudflare: Cloudflare
):
    bound = {"services": [service("STOCK", "stock")]}
    neighbours.redeploy("stock", stock("live"))
    neighbours.redeploy("shop", caller(one=text_of("STOCK")), **bound)
    neighbours.runner("stock", stock("never live")).fast("preview")
    neighbours.runner("shop", caller(two=text_of("STOCK")), **bound).fast("preview")
    asked = cloudflare.script()["latest_version"]
    cloudflare.ask(
        "POST",
        "/workers/scripts/shop/deployments",
        {
            "strategy": "percentage",
            "versions": [
                {"version_id": cloudflare.live()["id"], "percentage": 100},
                {"version_id": asked, "percentage": 0},
            ],
        },
    )
    cloudflare.advance(2)  # before, an override is ignored
    override = {"Cloudflare-Workers-Version-Overrides": f'shop="{asked}"'}

    assert neighbours.answers("shop") == {"one": "live"}
    assert neighbours.answers("shop", **override) == {"two": "live"}


def test_a_script_uses_the_durable_objects_of_another(neighbours: Neighbours):
    # The owner of the class does not bind it itself.
    neighbours.redeploy(
        "stock", STOCK, migrations=[{"tag": "v1", "new_sqlite_classes": ["Counter"]}]
    )
    count = "env.COUNTER.get(env.COUNTER.idFromName('a')).count()"
    theirs = {"name": "COUNTER", "class_name": "Counter", "script_name": "stock"}
    neighbours.redeploy(
        "shop", caller(first=count, second=count), durable_objects={"bindings": [theirs]}
    )

    assert neighbours.answers("shop") == {"first": 1, "second": 2}


def test_a_script_starts_the_workflows_of_another(neighbours: Neighbours):
    flow = {"binding": "FLOW", "name": "flow", "class_name": "Flow"}
    neighbours.redeploy(
        "stock",
        """
          import { WorkflowEntrypoint } from "cloudflare:workers";
          export class Flow extends WorkflowEntrypoint {
            run(event, step) { return step.do("one", async () => event.payload * 2); }
          }
          export default { fetch: () => new Response("stock") };
        """,
        workflows=[flow],
    )
    neighbours.redeploy(
        "shop",
        caller(id="env.FLOW.create({ id: 'first', params: 21 }).then((made) => made.id)"),
        workflows=[flow | {"script_name": "stock"}],
    )

    assert neighbours.answers("shop") == {"id": "first"}


def test_each_script_serves_its_own_files(neighbours: Neighbours):
    files = {"assets": {"directory": "public"}}
    site = neighbours.runner("site", "", main=None, **files)
    site.checkout.assets(index_html="site").write("public/_headers", "/*\n  X-Of: site\n")
    assert site.fast("deploy").exit_code == 0
    files = {"assets": {"directory": "public", "binding": "ASSETS", "run_worker_first": True}}
    header = 'env.SITE.fetch(request).then((answer) => answer.headers.get("x-of"))'
    shop = neighbours.runner(
        "shop",
        caller(site=text_of("SITE"), shop=text_of("ASSETS"), header=header),
        services=[service("SITE", "site")],
        **files,
    )
    shop.checkout.assets(index_html="shop").write("public/_headers", "/*\n  X-Of: shop\n")
    assert shop.fast("deploy").exit_code == 0

    assert neighbours.answers("shop") == {"site": "site", "shop": "shop", "header": "site"}


def test_wrangler_and_the_runner_deploy_scripts_that_call_each_other(
    neighbours: Neighbours, cloudflare: Cloudflare, tmp_path: Path
):
    theirs = neighbours.checkout("stock", stock("by wrangler"))
    install_wrangler(cloudflare, tmp_path / "home").run(theirs.root, "deploy")
    neighbours.redeploy("shop", caller(text=text_of("STOCK")), services=[service("STOCK", "stock")])

    assert neighbours.answers("shop") == {"text": "by wrangler"}


def test_a_call_to_a_script_that_was_deleted_says_so(
    neighbours: Neighbours, cloudflare: Cloudflare
):
    neighbours.redeploy("stock", stock("one"))
    neighbours.redeploy("shop", caller(text=text_of("STOCK")), services=[service("STOCK", "stock")])
    cloudflare.ask("DELETE", "/workers/scripts/stock", force="true")

    why = "the script stock is not deployed"

    assert neighbours.answers("shop") == {
        "text": f"the emulator can't run the binding STOCK: {why}"
    }
    assert [(one["what"], one["why"]) for one in cloudflare.unsupported()] == [
        ("the binding STOCK", why)
    ]


def test_a_script_that_fails_at_its_start_is_named_to_who_asks_its_caller(
    neighbours: Neighbours, cloudflare: Cloudflare
):
    neighbours.redeploy("stock", "export default {}; throw new Error('no stock');")
    neighbours.redeploy("shop", caller(text=text_of("STOCK")), services=[service("STOCK", "stock")])

    answer = ask(cloudflare, "shop")

    assert answer.status_code == 500
    assert "the script stock, which shop calls: Uncaught Error: no stock" in answer.text


def test_events_go_to_the_tail_consumer(neighbours: Neighbours, cloudflare: Cloudflare):
    neighbours.redeploy(
        "watch",
        """
          let seen = [];
          export default {
            fetch: () => Response.json(seen),
            tail(events) { seen.push(...events.map((one) => one.event.request.url)); },
          };
        """,
    )
    neighbours.redeploy(
        "shop",
        caller(seen="env.WATCH.fetch(request).then((answer) => answer.json())"),
        services=[service("WATCH", "watch")],
        tail_consumers=[{"service": "watch"}],
    )

    def seen() -> list[str]:
        return list(neighbours.answers("shop", Host="a.example.com")["seen"])

    # An event comes after its answer, some time: asking is what makes more of them.
    assert next(filter(None, iter(seen, None)))[0] == "https://a.example.com/"
