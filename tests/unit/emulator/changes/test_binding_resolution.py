import pytest

from fakes.cloudflare_client import HELLO, code, module

STRICT = {"bindings_inherit": "strict"}


def secret(name="KEY", text="s3cret"):
    return {"type": "secret_text", "name": name, "text": text}


def var(name="VAR", text="1"):
    return {"type": "plain_text", "name": name, "text": text}


def inherit(name, **fields):
    return {"type": "inherit", "name": name, **fields}


def names(account, name="hello"):
    version = account.script(name)["versions"][-1]
    return [binding["name"] for binding in version["resources"]["bindings"]]


def values(account):
    return account.script()["versions"][-1]["test_only_secret_values"]


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        (None, ["KEY"]),
        ([], []),
        (["secret_text", "secret_key"], ["KEY"]),
        (["plain_text"], ["VAR"]),
        (["secret_text", "plain_text", "json"], ["KEY", "VAR"]),
    ],
)
def test_what_is_kept_is_of_the_listed_types_and_secrets_where_nothing_is_listed(
    account, keep, expected
):
    account.upload(metadata={"bindings": [secret(), var()]})

    account.upload(metadata={} if keep is None else {"keep_bindings": keep})

    assert names(account) == expected


def test_what_is_sent_wins_over_what_is_kept(account):
    account.upload(metadata={"bindings": [secret()]})

    account.upload(metadata={"bindings": [var("KEY", "now a variable")]})

    assert names(account) == ["KEY"]
    assert values(account) == {}


def test_bindings_are_kept_from_the_latest_version_not_from_the_live_one(account):
    account.upload(metadata={"bindings": [secret(text="live")]})
    account.upload(metadata={"bindings": [secret(text="latest")]}, versions=True)

    account.upload(versions=True)

    assert values(account) == {"KEY": "latest"}


def test_inherit_takes_a_binding_of_the_version_that_it_names(account):
    account.upload(metadata={"bindings": [secret(text="one")]})
    first = account.script()["versions"][0]["id"]
    account.upload(metadata={"bindings": [secret(text="two")]})
    bindings = [
        inherit("KEY", version_id=first),
        inherit("RENAMED", old_name="KEY", version_id="latest"),
    ]

    account.upload(metadata={"bindings": bindings}, query=STRICT)

    assert values(account) == {"KEY": "one", "RENAMED": "two"}


def test_what_cannot_be_inherited_is_dropped_without_a_word(account):
    account.upload()

    answer = account.upload(metadata={"bindings": [inherit("GONE"), var()]})

    assert answer.is_success
    assert names(account) == ["VAR"]


def test_a_strict_upload_tells_every_name_that_cannot_be_inherited(account):
    account.upload()
    bindings = [
        inherit("ONE"),
        inherit("TWO", version_id="unknown"),
        inherit("THREE", version_id=3),
    ]

    answer = account.upload(metadata={"bindings": bindings}, query=STRICT)

    errors = answer.json()["errors"]
    assert answer.status_code == 400
    assert [(e["code"], e["message"]) for e in errors] == [
        (10057, "inherit binding 'ONE' is invalid"),
        (10057, "inherit binding 'TWO' is invalid"),
        (10057, "inherit binding 'THREE' is invalid"),
    ]
    assert len(account.script()["versions"]) == 1


def test_a_new_script_has_nothing_to_inherit(account):
    answer = account.upload(metadata={"bindings": [inherit("KEY")]}, query=STRICT)

    assert code(answer) == (400, 10057)


@pytest.mark.parametrize(
    ("bindings", "expected"),
    [
        ([{"type": "plain_text", "text": "x"}], (400, 10052)),
        ([{"name": "", "type": "ai"}], (400, 10052)),
        ([var("N" * 256)], (400, 10100)),
        ([var(), var()], (400, 10053)),
        ([{"name": "X", "type": "unknown"}], (400, 100153)),
        ([{"name": "X"}], (400, 100153)),
        ([{"name": "X", "type": "d1"}], (400, 10021)),
        ([{"name": "X", "type": "kv_namespace", "namespace_id": 5}], (400, 10021)),
        ([{"name": "X", "type": "ratelimit", "namespace_id": "1", "simple": "no"}], (400, 10021)),
        ([{"name": "X", "type": "json"}], (400, 10021)),
        ([{"name": "X", "type": "secret_key", "format": "raw", "algorithm": {}, "usages": "no",
           "key_base64": "AA=="}], (400, 10021)),
        ([var(text="x" * 5121)], (400, 10054)),
        ([{"name": "X", "type": "json", "json": "x" * 5120}], (400, 10054)),
        ([var(str(n)) for n in range(129)], (400, 10055)),
        ([{"name": "A", "type": "assets"}], (400, 10305)),
        ([{"name": "S", "type": "service", "service": "unknown"}], (400, 10144)),
        ([{"name": "S", "type": "service", "service": "hello", "environment": "staging"}],
         (400, 10144)),
        ([{"name": "S", "type": "service", "service": "hello", "entrypoint": "Gone"}],
         (400, 10145)),
        ([{"name": "S", "type": "service", "service": "hello", "entrypoint": 5}], (400, 10021)),
        ([{"name": "S", "type": "service", "service": "hello", "props": "no"}], (400, 10021)),
        ([{"name": "D", "type": "durable_object_namespace", "class_name": "C", "script_name": {}}],
         (400, 10021)),
        ([{"name": "D", "type": "durable_object_namespace", "namespace_id": "n",
           "class_name": True}], (400, 10021)),
        ([{"name": "W", "type": "wasm_module", "part": "index.js"}], (400, 10021)),
        ([{"name": "D", "type": "durable_object_namespace", "class_name": "C"}], (400, 10061)),
        ([{"name": "D", "type": "durable_object_namespace", "class_name": "C",
           "script_name": "unknown"}], (400, 10061)),
    ],
)  # fmt: skip
def test_a_binding_that_cannot_be_is_refused(account, bindings, expected):
    assert code(account.upload(metadata={"bindings": bindings})) == expected


def test_an_entrypoint_may_be_one_of_the_live_or_the_latest_version(account):
    entry = b"export class %s extends WorkerEntrypoint {}"
    account.upload("other", modules=[module(content=entry % b"Live")])
    account.upload("other", modules=[module(content=entry % b"Latest")], versions=True)

    def bound_to(entrypoint):
        bound = {"type": "service", "name": "S", "service": "other", "entrypoint": entrypoint}
        return account.upload(metadata={"bindings": [bound]})

    assert [bound_to(one).status_code for one in ("Live", "Latest", "default")] == [200] * 3
    assert code(bound_to("Former")) == (400, 10145)
    assert bound_to("Former").json()["errors"][0]["message"] == (
        "Service binding 'S' references entrypoint 'Former' on Worker 'other' which was not found."
    )


def test_a_class_that_is_bound_by_its_namespace_needs_no_name(account):
    bound = {"type": "durable_object_namespace", "name": "D", "namespace_id": "n"}

    assert account.upload(metadata={"bindings": [bound | {"class_name": None}]}).is_success


def test_every_text_may_have_exactly_5_kib(account):
    assert account.upload(metadata={"bindings": [secret(text="x" * 5120)]}).is_success


@pytest.mark.parametrize(
    ("binding", "expected"),
    [
        ({"type": "kv_namespace", "namespace_id": "a" * 32}, (400, 10041)),
        ({"type": "r2_bucket", "bucket_name": "pictures"}, (400, 10085)),
        ({"type": "d1", "id": "11111111-2222-3333-4444-555555555555"}, (400, 10181)),
        ({"type": "hyperdrive", "id": "0" * 32}, (400, 10157)),
        ({"type": "vectorize", "index_name": "pictures"}, (400, 10159)),
        ({"type": "mtls_certificate", "certificate_id": "0" * 32}, (400, 100143)),
        (
            {"type": "secrets_store_secret", "store_id": "0" * 32, "secret_name": "KEY"},
            (400, 10182),
        ),
        ({"type": "queue", "queue_name": "jobs"}, (404, 11000)),
        ({"type": "dispatch_namespace", "namespace": "tenants"}, (400, 100119)),
    ],
)
def test_resources_exist_unless_they_are_to_be_checked(account_with, binding, expected):
    lenient, strict = account_with(), account_with(check_resources=True)
    metadata = {"bindings": [{"name": "X", **binding}]}

    assert lenient.upload(metadata=metadata).is_success
    assert code(strict.upload(metadata=metadata)) == expected


def test_resources_that_were_created_can_be_bound(account_with):
    account = account_with(check_resources=True, dispatch_namespaces=("tenants",))
    kv = account.ask("POST", "/storage/kv/namespaces", json={"title": "cache"}).json()["result"]
    d1 = account.ask("POST", "/d1/database", json={"name": "db"}).json()["result"]
    account.ask("POST", "/r2/buckets", json={"name": "pictures"})
    account.ask("POST", "/queues", json={"queue_name": "jobs"})

    answer = account.upload(
        metadata={
            "bindings": [
                {"name": "KV", "type": "kv_namespace", "namespace_id": kv["id"]},
                {"name": "DB", "type": "d1", "database_id": d1["uuid"]},
                {"name": "R2", "type": "r2_bucket", "bucket_name": "pictures"},
                {"name": "Q", "type": "queue", "queue_name": "jobs"},
                {"name": "NS", "type": "dispatch_namespace", "namespace": "tenants"},
            ]
        }
    )

    assert answer.is_success, answer.text


def test_a_d1_binding_is_answered_with_both_names_of_its_id(account):
    account.upload(metadata={"bindings": [{"name": "DB", "type": "d1", "id": "x"}]})

    bindings = account.ask("GET", "/workers/scripts/hello/settings").json()["result"]["bindings"]

    assert bindings == [{"name": "DB", "type": "d1", "id": "x", "database_id": "x"}]


DO_CODE = HELLO + b"; export class Counter {}; export class Renamed {}"


def durable(name="DO", class_name="Counter", **fields):
    return {"type": "durable_object_namespace", "name": name, "class_name": class_name, **fields}


def test_a_class_is_bound_after_its_migration_by_its_own_script_and_by_others(account):
    migration = {"new_tag": "v1", "new_sqlite_classes": ["Counter"]}
    account.upload(
        "owner",
        {"bindings": [durable()], "migrations": migration},
        [module(content=DO_CODE)],
    )

    other = account.upload("other", {"bindings": [durable(script_name="owner")]})
    by_id = {"type": "durable_object_namespace", "name": "BY_ID", "namespace_id": "a" * 32}
    again = account.upload("owner", {"bindings": [by_id]}, [module(content=DO_CODE)])

    assert (other.status_code, again.status_code) == (200, 200)
    assert account.script("owner")["classes"] == {"Counter": "sqlite"}
    assert account.script("owner")["versions"][0]["metadata"]["hasPreview"] is False
    listed = account.ask("GET", "/workers/durable_objects/namespaces").json()["result"]
    assert [(item["class"], item["script"]) for item in listed] == [("Counter", "owner")]


def test_a_class_that_the_code_does_not_mention_is_refused(account):
    metadata = {
        "bindings": [durable()],
        "migrations": {"new_tag": "v1", "new_classes": ["Counter"]},
    }

    assert code(account.upload(metadata=metadata)) == (404, 10070)


@pytest.mark.parametrize(
    "migrations",
    [
        {"old_tag": "v0", "new_tag": "v2"},
        {"new_tag": "v2"},
        {"old_tag": "v1", "new_tag": "v2", "deleted_classes": ["Unknown"]},
        {"old_tag": "v1", "new_tag": "v2", "new_classes": ["Counter"]},
        {"old_tag": "v1", "new_tag": "v2", "renamed_classes": [{"from": "No", "to": "Renamed"}]},
    ],
)
def test_a_migration_that_does_not_fit_is_refused(account, migrations):
    account.upload(metadata={"migrations": {"new_tag": "v1", "new_classes": ["Counter"]}})

    assert code(account.upload(metadata={"migrations": migrations})) == (400, 10074)
    assert account.script()["migration_tag"] == "v1"


def test_migrations_are_applied_step_by_step(account):
    steps = [
        {"new_classes": ["Old"], "new_sqlite_classes": ["Counter"]},
        {"renamed_classes": [{"from": "Counter", "to": "Renamed"}], "deleted_classes": ["Old"]},
        {"transferred_classes": [{"from": "Far", "from_script": "other", "to": "Near"}]},
    ]

    account.upload(metadata={"migrations": {"new_tag": "v3", "steps": steps}})

    assert account.script()["classes"] == {"Renamed": "sqlite", "Near": "sqlite"}
    assert account.script()["migration_tag"] == "v3"


def test_exports_declare_classes(account):
    def declare(**exports):
        objects = {name: {"type": "durable-object", **fields} for name, fields in exports.items()}
        return account.upload(
            metadata={"exports": {**objects, "Entry": {"type": "worker"}}},
            modules=[module(content=DO_CODE)],
        )

    declare(Counter={"storage": "legacy-kv"}, Gone={})
    first = account.script()["classes"]
    declare(Counter={"state": "renamed", "renamed_to": "Renamed"}, Gone={"state": "deleted"})

    assert first == {"Counter": "legacy-kv", "Gone": "sqlite"}
    assert account.script()["classes"] == {"Renamed": "legacy-kv"}
    assert code(declare(Counter={"state": "odd"})) == (400, 10021)
