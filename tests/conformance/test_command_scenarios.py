"""Scenarios about the other commands, the parts of `only`, and triggers."""

from conformance.target import Target, worker

HELLO = worker("new Response('hello')")


def test_a_preview_gets_no_traffic(target: Target):
    script = target.script("preview", workers_dev=True, preview_urls=True)
    script.answering("live")
    live = script.deploy()
    script.answering("preview")

    preview = script.run("preview")

    assert preview.outputs["outcome"] == "previewed"
    assert script.shares() == {live.outputs["version-id"]: 100}
    assert script.version_ids() == [preview.outputs["version-id"], live.outputs["version-id"]]
    script.sees(lambda: script.asks(live), "live")
    script.sees(lambda: script.asks_at(preview.outputs["preview-url"]), "preview")


def test_a_rollback_returns_traffic_and_makes_no_version(target: Target):
    script = target.script("rollback")
    script.answering("one")
    one = script.deploy()
    script.answering("two")
    two = script.deploy()

    back = script.run("rollback")

    assert back.outputs["outcome"] == "rolled-back"
    assert script.shares() == {one.outputs["version-id"]: 100}
    assert script.version_ids() == [two.outputs["version-id"], one.outputs["version-id"]]
    script.sees(lambda: script.asks(one), "one")


def test_a_rollback_of_someone_is_not_undone_unasked(target: Target):
    script = target.script("undone")
    script.answering("one")
    one = script.deploy().outputs["version-id"]
    script.answering("two")
    script.deploy()
    script.split_traffic({one: 100})
    script.answering("three")

    stopped = script.deploy(expect=7)

    assert stopped.outputs["outcome"] == "failed"
    assert script.shares() == {one: 100}
    asked = script.deploy("--allow=after-rollback")
    assert script.shares() == {asked.outputs["version-id"]: 100}


def test_secrets_alone_are_changed_without_the_code(target: Target):
    script = target.script("secrets")
    script.write("index.js", worker("new Response(env.KEY)"))
    script.deploy("--secrets=KEY", KEY="value one")
    script.answering("not to be deployed")

    run = script.deploy("--only=secrets", "--secrets=KEY\nMORE", KEY="value two", MORE="more")

    assert run.outputs["outcome"] == "deployed"
    assert script.secret_names() == {"KEY", "MORE"}
    script.sees(lambda: script.asks(run), "value two")


def test_code_alone_is_changed_without_the_configuration(target: Target):
    script = target.script("code", vars={"GREETING": "hello"})
    script.write("index.js", worker("new Response(env.GREETING)"))
    script.deploy("--secrets=KEY", KEY="a value")
    script.configure(vars={"GREETING": "not to be deployed"})
    script.write("index.js", worker("new Response(env.GREETING + ' again')"))

    run = script.deploy("--only=code")

    assert script.secret_names() == {"KEY"}
    script.sees(lambda: script.asks(run), "hello again")


def test_what_is_downloaded_is_what_was_deployed(target: Target):
    script = target.script("download", no_bundle=True, find_additional_modules=True)
    script.write("index.js", HELLO)
    script.write("lib/text.txt", "a text: ä\n")
    script.deploy()

    run = script.run("download", "--output-dir=got")

    assert run.outputs["outcome"] == "done"
    for path in ("index.js", "lib/text.txt"):
        assert (script.checkout / "got" / path).read_bytes() == script.read(path)


def test_a_script_is_deleted_only_when_its_name_is_confirmed(target: Target):
    script = target.script("deleted")
    script.write("index.js", HELLO)
    script.deploy()

    script.run("delete", "--confirm=another", expect=2)
    script.sees(script.exists, wanted=True)
    run = script.run("delete", f"--confirm={script.name}")

    assert run.outputs["outcome"] == "deleted"
    script.sees(script.exists, wanted=False)


def test_a_change_in_the_dashboard_is_reported_as_drift(target: Target):
    script = target.script("drift")
    script.write("index.js", HELLO)
    script.deploy()
    clean = script.run("plan", "--fail-on=drift")
    script.add_variable("THEIRS", "of the dashboard")

    drifted = script.run("plan", "--fail-on=drift", expect=8)

    assert clean.outputs["outcome"] == "planned"
    assert "THEIRS" in drifted.log
    assert "of the dashboard" not in drifted.log


def test_schedules_are_made_as_said_and_otherwise_left(target: Target):
    script = target.script("schedules", triggers={"crons": ["0 3 * * 1"]})
    script.write("index.js", "export default { scheduled() {}, fetch() {} };\n")
    script.deploy()
    said = script.crons()
    script.configure()
    again = script.deploy()
    left = script.crons()
    script.configure(triggers={"crons": []})

    script.deploy()

    assert said == left == ["0 3 * * 1"]
    assert again.outputs["outcome"] == "unchanged"
    assert script.crons() == []


def test_settings_alone_are_changed_and_the_rest_is_inherited(target: Target):
    script = target.script("only-settings", vars={"GREETING": "hello"})
    script.write("index.js", worker("new Response(env.GREETING + env.KEY)"))
    first = script.deploy("--secrets=KEY", KEY="!")
    script.configure(vars={"GREETING": "servus"}, observability={"enabled": True})
    script.answering("not to be deployed")

    run = script.deploy("--only=settings")

    assert run.outputs["outcome"] == "deployed"
    assert script.version_ids() == [run.outputs["version-id"], first.outputs["version-id"]]
    assert script.secret_names() == {"KEY"}
    assert script.settings().observability is not None
    script.sees(lambda: script.asks(first), "servus!")


def test_one_secret_alone_is_set_and_another_deleted(target: Target):
    script = target.script("one-secret")
    script.write("index.js", worker("new Response(env.KEY)"))
    first = script.deploy("--secrets=KEY", KEY="value one")

    script.deploy("--only=secrets", "--secrets=KEY", KEY="value two")
    script.sees(lambda: script.asks(first), "value two")
    script.deploy("--only=secrets", "--secrets=MORE", "--prune-secrets=true", MORE="more")

    script.sees(script.secret_names, {"MORE"})


def test_addresses_alone_are_turned_off_and_on(target: Target):
    script = target.script("addresses")
    script.answering("here")
    script.deploy()

    script.deploy("--only=subdomain", "--workers-dev=false", "--preview-urls=false")
    off = script.subdomain()
    script.deploy("--only=subdomain", "--workers-dev=true", "--preview-urls=true")

    on = script.subdomain()
    assert (off.enabled, off.previews_enabled) == (False, False)
    assert (on.enabled, on.previews_enabled) == (True, True)
    assert len(script.version_ids()) == 1


def test_while_a_preview_is_the_latest_version_secrets_wait_for_a_deploy(target: Target):
    script = target.script("waiting")
    script.answering("one")
    script.deploy("--secrets=KEY", KEY="value one")
    script.answering("two")
    script.run("preview", "--secrets=KEY", KEY="value one")

    stopped = script.deploy("--only=secrets", "--secrets=KEY", expect=7, KEY="value two")
    script.deploy("--secrets=KEY", KEY="value two")
    after = script.deploy("--only=secrets", "--secrets=KEY", KEY="value three")

    assert stopped.outputs["outcome"] == "failed"
    assert after.outputs["outcome"] == "deployed"


def test_what_is_shown_is_what_serves(target: Target):
    script = target.script("shown", vars={"GREETING": "a value"})
    script.answering("shown")
    run = script.deploy("--secrets=KEY", KEY="another value")

    shown = script.run("show").report["details"]
    listed = script.run("list", f"--search={script.name}").report["details"]

    assert shown["live_version"]["id"] == run.outputs["version-id"] == script.live_id()
    assert {one["name"] for one in shown["bindings"]} == {"GREETING", "KEY"}
    assert shown["secrets"]["live"] == ["KEY"]
    assert [one["name"] for one in listed["scripts"]] == [script.name]


def test_a_script_that_another_one_is_bound_to_is_deleted_only_by_a_word(target: Target):
    script = target.script("bound")
    script.write("index.js", HELLO)
    script.deploy()
    user = target.script("user", services=[{"binding": "IT", "service": script.name}])
    user.write("index.js", HELLO)
    user.deploy()

    script.run("delete", f"--confirm={script.name}", expect=7)
    script.sees(script.exists, wanted=True)
    script.run("delete", f"--confirm={script.name}", "--allow=break-bindings")

    script.sees(script.exists, wanted=False)
