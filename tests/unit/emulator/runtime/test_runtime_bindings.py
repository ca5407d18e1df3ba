"""The bindings that a script finds in real workerd."""

import json
from collections.abc import Iterator

import pytest

from fakes.scripts import NODE_MODULES, get, runnable
from workers_emulator.runtime.runtime import Runtime


@pytest.fixture(scope="module")
def runtime() -> Iterator[Runtime]:
    made = Runtime(node=None, node_modules=NODE_MODULES, processes=3)
    yield made
    made.close()


@pytest.fixture
def own_runtime() -> Iterator[Runtime]:
    made = Runtime(node=None, node_modules=NODE_MODULES, processes=1)
    yield made
    made.close()


STORES = """
import { DurableObject, WorkerEntrypoint, WorkflowEntrypoint } from "cloudflare:workers";
export class Counter extends DurableObject {
  async count() {
    this.ctx.storage.sql.exec("create table if not exists t (n)");
    this.ctx.storage.sql.exec("insert into t values (1)");
    return this.ctx.storage.sql.exec("select count(*) as n from t").one().n;
  }
}
export class Greeter extends WorkerEntrypoint {
  greet(name) { return `hello ${name}`; }
}
export class Steps extends WorkflowEntrypoint {
  run(_event, step) { return step.do("only", async () => 1); }
}
const counter = (ns) => ns.get(ns.idFromName("one"));
const uses = {
  KV: async (kv) => { await kv.put("k", "v"); return kv.get("k"); },
  R2: async (r2) => { await r2.put("k", "v"); return (await r2.get("k")).text(); },
  EU: async (r2) => (await r2.list()).objects.length,
  DB: async (db) => (await db.prepare("select 1 + 1 as n").first()).n,
  DO: (ns) => counter(ns).count(),
  SELF: (service) => service.greet("me"),
  Q: async (queue) => (await queue.send("m"), "sent"),
  AE: (dataset) => (dataset.writeDataPoint({ blobs: ["b"] }), "written"),
  RL: async (limiter) => {
    const outcomes = [];
    for (const _ of "123") outcomes.push((await limiter.limit({ key: "k" })).success);
    return outcomes;
  },
  WF: async (workflow) => typeof (await workflow.create()).id,
  VM: (version) => version,
  MAIL: (mail) => typeof mail.send,
  OTHER: (service) => service.fetch("http://other/"),
  FAR: (ns) => counter(ns).count(),
  FLOW: (workflow) => workflow.create(),
  AI: (ai) => ai.run("model", {}),
};
export default {
  async fetch(_request, env) {
    const told = {};
    for (const [name, use] of Object.entries(uses)) {
      try {
        told[name] = await use(env[name]);
      } catch (error) {
        told[name] = error.message;
      }
    }
    return Response.json(told);
  },
};
"""
LIMIT = {"limit": 2, "period": 60}
BINDINGS = (
    {"type": "kv_namespace", "name": "KV", "namespace_id": "a" * 32},
    {"type": "r2_bucket", "name": "R2", "bucket_name": "files"},
    {"type": "r2_bucket", "name": "EU", "bucket_name": "files", "jurisdiction": "eu"},
    {"type": "d1", "name": "DB", "id": "11111111-2222-3333-4444-555555555555"},
    {"type": "durable_object_namespace", "name": "DO", "class_name": "Counter"},
    {"type": "service", "name": "SELF", "service": "hello", "entrypoint": "Greeter"},
    {"type": "queue", "name": "Q", "queue_name": "jobs", "delivery_delay": 5},
    {"type": "analytics_engine", "name": "AE", "dataset": "ds"},
    {"type": "ratelimit", "name": "RL", "namespace_id": "1001", "simple": LIMIT},
    {"type": "workflow", "name": "WF", "workflow_name": "wf", "class_name": "Steps"},
    {"type": "version_metadata", "name": "VM", "id": "7c1f", "tag": "v1", "timestamp": "now"},
    {"type": "version_metadata", "name": "VM2"},
    {"type": "send_email", "name": "MAIL", "allowed_destination_addresses": ["a@example.com"]},
    {"type": "service", "name": "OTHER", "service": "other"},
    {
        "type": "durable_object_namespace",
        "name": "FAR",
        "class_name": "Counter",
        "script_name": "other",
    },
    {
        "type": "workflow",
        "name": "FLOW",
        "workflow_name": "flow",
        "class_name": "Steps",
        "script_name": "other",
    },
    {"type": "ai", "name": "AI"},
)


class TestBindings:
    def test_bindings_that_need_no_network_work_and_the_others_say_why_they_do_not(
        self, runtime: Runtime
    ) -> None:
        script = runnable(STORES, bindings=BINDINGS, compatibility_flags=("nodejs_compat",))

        told = json.loads(get(runtime, script).body)

        assert told == {
            "KV": "v",
            "R2": "v",
            "EU": 0,
            "DB": 2,
            "DO": 1,
            "SELF": "hello me",
            "Q": "sent",
            "AE": "written",
            "RL": [True, True, False],
            "WF": "string",
            "VM": {"id": "7c1f", "tag": "v1", "timestamp": "now"},
            "MAIL": "function",
            "OTHER": "the emulator can't run the binding OTHER: the script other is not deployed",
            "FAR": "the emulator can't run the binding FAR: the script other is not deployed",
            "FLOW": "the emulator can't run the binding FLOW: the script other is not deployed",
            "AI": "the emulator can't run the binding AI: "
            "bindings of the type ai are not simulated",
        }

    def test_what_a_version_stored_is_there_after_its_process_made_room_for_another(
        self, own_runtime: Runtime
    ) -> None:
        source = """
            export default {
              async fetch(_, { KV }) {
                const n = Number(await KV.get("n") ?? 0) + 1;
                await KV.put("n", String(n));
                return new Response(String(n));
              },
            };
        """
        kv = {"type": "kv_namespace", "name": "KV", "namespace_id": "a" * 32}
        counting = runnable(source, bindings=(kv,))
        get(own_runtime, counting)
        get(own_runtime, runnable("export default { fetch: () => new Response('') };"))

        answer = get(own_runtime, counting)

        assert answer.body == b"2"
        assert sum(slot.process is not None for slot in own_runtime._slots.values()) == 1
