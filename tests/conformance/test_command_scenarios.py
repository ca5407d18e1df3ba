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


def test_a_change_in_the_dashboard_is_told_as_drift(target: Target):
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
