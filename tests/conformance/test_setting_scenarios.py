"""Scenarios about secrets, variables, script settings and workers.dev."""

from conformance.target import Target, worker

TELLS_KEY = worker("new Response(env.KEY ?? 'no key')")


def test_a_secret_is_added_with_the_code_that_needs_it(target: Target):
    script = target.script("added")
    script.answering("no secret yet")
    script.deploy()
    script.write("index.js", TELLS_KEY)

    run = script.deploy("--secrets=KEY", KEY="line one\nline two")

    assert script.secret_names() == {"KEY"}
    assert len(script.version_ids()) == 2
    script.sees(lambda: script.asks(run), "line one\nline two")


def test_a_changed_value_of_a_secret_is_seen(target: Target):
    script = target.script("changed")
    script.write("index.js", TELLS_KEY)
    script.deploy("--secrets=KEY", KEY="value one")

    run = script.deploy("--secrets=KEY", KEY="value two")

    assert run.outputs["outcome"] == "deployed"
    assert len(script.version_ids()) == 2
    script.sees(lambda: script.asks(run), "value two")


def test_a_secret_that_is_not_named_is_kept(target: Target):
    script = target.script("kept")
    script.write("index.js", TELLS_KEY)
    script.deploy("--secrets=KEY", KEY="a value")
    script.write("index.js", TELLS_KEY + "// changed\n")

    run = script.deploy()

    assert run.outputs["outcome"] == "deployed"
    assert script.secret_names() == {"KEY"}
    script.sees(lambda: script.asks(run), "a value")


def test_secrets_that_are_not_named_go_when_that_is_asked_for(target: Target):
    script = target.script("prune")
    script.write("index.js", TELLS_KEY)
    script.deploy("--secrets=KEY\nOLD", KEY="a value", OLD="an old value")

    run = script.deploy("--secrets=KEY", "--prune-secrets=true", KEY="a value")

    assert run.outputs["secrets-pruned"] == "1"
    assert script.secret_names() == {"KEY"}
    script.sees(lambda: script.asks(run), "a value")


def test_a_variable_of_the_dashboard_is_kept_only_when_that_is_asked_for(target: Target):
    script = target.script("variable", vars={"MINE": "of the configuration"})
    script.answering("one")
    script.deploy()
    script.add_variable("THEIRS", "of the dashboard")
    script.answering("two")

    script.deploy("--keep-vars=true")
    kept = script.live_bindings()
    script.deploy()
    gone = script.live_bindings()

    assert kept["THEIRS"]["text"] == "of the dashboard"
    assert kept.keys() == {"MINE", "THEIRS"}
    assert gone.keys() == {"MINE"}


def test_script_settings_are_made_as_said_and_otherwise_left(target: Target):
    script = target.script("settings", observability={"enabled": True, "head_sampling_rate": 0.5})
    script.answering("one")
    script.deploy("--script-settings", '{"tags": ["team:web"]}')
    said = script.settings()
    script.configure()
    script.answering("two")

    script.deploy()

    left = script.settings()
    assert said.observability is not None
    assert said.observability.enabled
    assert said.observability.head_sampling_rate == 0.5
    assert said.tags == ["team:web"]
    assert left == said


def test_workers_dev_and_preview_urls_are_made_as_said_and_otherwise_left(target: Target):
    script = target.script("subdomain", workers_dev=False, preview_urls=False)
    script.answering("one")
    script.deploy()
    off = script.subdomain()
    # After the first deployment: one that was cut short before workers.dev looks like it.
    script.answering("two")
    script.deploy()
    script.configure(workers_dev=True)
    script.deploy()
    on = script.subdomain()
    script.configure()

    again = script.deploy()

    assert (off.enabled, off.previews_enabled) == (False, False)
    assert (on.enabled, on.previews_enabled) == (True, False)
    assert again.outputs["outcome"] == "unchanged"
    assert script.subdomain() == on


def test_a_first_deploy_with_everything_leaves_everything(target: Target):
    script = target.script(
        "everything",
        vars={"GREETING": "hello", "LIMIT": {"items": [1, None]}},
        assets={"directory": "public", "binding": "ASSETS", "run_worker_first": True},
        observability={"enabled": True},
        compatibility_flags=["nodejs_compat"],
    )
    script.write("public/page.txt", "page")
    script.write("index.js", worker("env.ASSETS.fetch(request)"))

    run = script.deploy("--secrets=KEY", "--message=everything", "--tag=v1", KEY="a value")

    bindings = script.live_bindings()
    assert {name: one["type"] for name, one in bindings.items()} == {
        "GREETING": "plain_text",
        "LIMIT": "json",
        "ASSETS": "assets",
        "KEY": "secret_text",
    }
    assert bindings["LIMIT"]["json"] == {"items": [1, None]}
    assert "text" not in bindings["KEY"]
    script.sees(lambda: script.asks(run, "page.txt"), "page")
