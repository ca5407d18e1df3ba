"""A whole run in each CI system; what that system reads of it is parsed by its own rules."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from fakes.ci.azure_agent import read_step
from fakes.ci.buildkite_agent import BuildkiteAgent
from fakes.ci.teamcity_server import read_build
from fakes.cloudflare import Cloudflare
from fakes.runs import PATH, REPORT_FOLDER, Run, Runner

AZURE = {"TF_BUILD": "True"}
BUILDKITE = {"CI": "true", "BUILDKITE": "true", "BUILDKITE_STEP_KEY": "deploy"}
TEAMCITY = {"TEAMCITY_VERSION": "2026.1"}
PLAIN = {
    "circleci": {"CI": "true", "CIRCLECI": "true"},
    "bitbucket": {"CI": "true", "BITBUCKET_BUILD_NUMBER": "7"},
    "woodpecker": {"CI": "woodpecker"},
    "drone": {"CI": "true", "DRONE": "true"},
    "jenkins": {"JENKINS_URL": "https://ci.example.com/", "BUILD_NUMBER": "7"},
    "another": {"CI": "true"},
}
FILES = {
    "circleci": "BASH_ENV",
    "bitbucket": "BITBUCKET_PIPELINES_VARIABLES_PATH",
    "drone": "DRONE_OUTPUT",
}


def variables(run: Run) -> dict[str, str]:
    """Return the outputs that become variables."""
    return {name: value for name, value in run.outputs.items() if name != "plan"}


def as_variables(outputs: Mapping[str, str]) -> dict[str, str]:
    return {
        f"WORKERS_DEPLOY_{name.upper().replace('-', '_')}": value for name, value in outputs.items()
    }


def long_plan(runner: Runner) -> Runner:
    runner.checkout.config(vars={f"NUMBER_{number}": "1" for number in range(8)})
    return runner


def test_azure_gets_variables_masks_a_summary_and_groups(full_runner: Runner):
    run = long_plan(full_runner).process("deploy", env=AZURE)

    step = read_step(run.stdout)
    assert run.exit_code == 0, run.log
    assert run.stderr == ""
    assert step.variables == variables(run)
    assert step.masks >= {"sk_live_51Hv0xSecret", "mail-0b5e-value"}
    (summary,) = step.summaries
    assert Path(summary).read_text(encoding="utf-8") == run.summary
    assert sum(line.startswith("##[group]") for line in step.log) == 1
    assert sum(line == "##[endgroup]" for line in step.log) == 1


def test_azure_finds_the_summary_of_a_container_where_the_agent_sees_it(full_runner: Runner):
    run = full_runner.fast("deploy", env=AZURE | {"BUILD_SOURCESDIRECTORY": "/agent/_work/1/s"})

    assert read_step(run.stdout).summaries == [f"/agent/_work/1/s/{REPORT_FOLDER}/summary.md"]


def test_azure_shows_a_mistake_beside_its_line(runner: Runner):
    runner.checkout.write("wrangler.json", '{\n "name": "shop",\n "main": 7; ]\n}')

    run = runner.fast("deploy", env=AZURE)

    ((message, place),) = read_step(run.stdout).issues
    assert run.exit_code == 3
    assert place == {
        "type": "error",
        "sourcepath": "wrangler.json",
        "linenumber": "3",
        "columnnumber": place["columnnumber"],
    }
    assert message


def test_teamcity_gets_parameters_blocks_and_the_report(full_runner: Runner):
    run = long_plan(full_runner).process("deploy", env=TEAMCITY)

    build = read_build(run.stdout)
    assert run.exit_code == 0, run.log
    assert build.parameters == {
        f"env.{name}": value for name, value in as_variables(variables(run)).items()
    }
    assert build.artifacts == [f"{REPORT_FOLDER} => workers-deploy-report"]
    assert build.problems == []
    (block,) = build.blocks
    assert "Plan" in block


def test_teamcity_gets_a_failure_as_the_build_s_problem(
    full_runner: Runner, cloudflare: Cloudflare
):
    cloudflare.fail(
        "PUT workers/scripts/*", "status", status=400, code=10021, message="it's ['ä']|\nno"
    )

    run = full_runner.fast("deploy", env=TEAMCITY)

    build = read_build(run.stdout)
    (problem,) = build.problems
    assert "it's ['ä']|" in problem
    assert build.parameters["env.WORKERS_DEPLOY_OUTCOME"] == "failed"


def test_buildkite_gets_an_annotation_and_meta_data(full_runner: Runner, tmp_path: Path):
    agent = BuildkiteAgent(tmp_path / "agent")
    env = BUILDKITE | {"PATH": f"{agent.bin}:{PATH}", "BUILDKITE_AGENT_ACCESS_TOKEN": "agent-1"}

    run = long_plan(full_runner).process("deploy", env=env)

    assert run.exit_code == 0, run.log
    assert agent.meta_data == {
        f"workers-deploy:deploy:{name}": value for name, value in variables(run).items() if value
    }
    (annotation,) = agent.annotations
    assert annotation["text"] == run.summary
    assert annotation["arguments"][1:3] == ["--style", "success"]
    lines = run.stdout.splitlines()
    assert lines[0].startswith("+++ workers-deploy ")
    folded = next(at for at, line in enumerate(lines) if line.startswith("--- "))
    assert "Plan" in lines[folded]
    assert "+++ workers-deploy" in lines[folded:]


def test_buildkite_s_agent_gets_none_of_the_deploy_s_secrets(full_runner: Runner, tmp_path: Path):
    agent = BuildkiteAgent(tmp_path / "agent")

    full_runner.process("deploy", env=BUILDKITE | {"PATH": f"{agent.bin}:{PATH}"})

    assert agent.calls
    for call in agent.calls:
        assert not {"CLOUDFLARE_API_TOKEN", "STRIPE_KEY", "MAIL_KEY"} & set(call["environment"])


def test_a_failure_is_an_annotation_of_its_own_style(
    full_runner: Runner, cloudflare: Cloudflare, tmp_path: Path
):
    agent = BuildkiteAgent(tmp_path / "agent")
    cloudflare.fail("PUT workers/scripts/*", "status", status=400, code=10021, message="No.")

    run = full_runner.process("deploy", env=BUILDKITE | {"PATH": f"{agent.bin}:{PATH}"})

    (annotation,) = agent.annotations
    assert run.exit_code == 4
    assert annotation["arguments"][1:3] == ["--style", "error"]


def test_an_agent_that_fails_or_is_not_there_makes_no_deploy_bad(
    full_runner: Runner, tmp_path: Path
):
    agent = BuildkiteAgent(tmp_path / "agent", status=1)

    failing = full_runner.process("deploy", env=BUILDKITE | {"PATH": f"{agent.bin}:{PATH}"})
    missing = full_runner.process("deploy", env=BUILDKITE)

    assert (failing.exit_code, missing.exit_code) == (0, 0)
    assert "buildkite-agent failed: annotate, meta-data" in failing.stdout
    assert "mount-buildkite-agent: true" in missing.stdout


@pytest.mark.parametrize("system", FILES)
def test_a_system_that_reads_a_file_finds_the_outputs_in_it(
    system: str, full_runner: Runner, tmp_path: Path
):
    file = tmp_path / "variables"
    file.write_text("EARLIER=1\n")

    run = full_runner.process("deploy", env=PLAIN[system] | {FILES[system]: str(file)})

    assert run.exit_code == 0, run.log
    found = sourced(file) if system == "circleci" else lines_of(file)
    assert found == {"EARLIER": "1"} | as_variables(variables(run))


def sourced(file: Path) -> dict[str, str]:
    """Return the variables that a POSIX shell has after it read the file."""
    shown = subprocess.run(
        ["sh", "-c", f". {file}; set"], env={}, capture_output=True, text=True, check=True
    ).stdout
    names = {line.partition("=")[0] for line in shown.splitlines()}
    wanted = sorted(name for name in names if name.startswith(("WORKERS_DEPLOY_", "EARLIER")))
    script = f". {file}; " + "; ".join(f'printf "%s\\0" "${name}"' for name in wanted)
    values = subprocess.run(
        ["sh", "-c", script], env={}, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    return dict(zip(wanted, values[:-1], strict=True))


def lines_of(file: Path) -> dict[str, str]:
    """Return the variables of lines: everything after the first `=` is the value."""
    pairs = (line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines())
    return dict(pairs)


@pytest.mark.parametrize("system", FILES)
def test_a_file_that_cannot_be_written_is_a_warning(
    system: str, full_runner: Runner, tmp_path: Path
):
    run = full_runner.fast("deploy", env=PLAIN[system] | {FILES[system]: str(tmp_path)})

    assert run.exit_code == 0
    assert f"{FILES[system]} can't be written: Is a directory" in run.stdout


@pytest.mark.parametrize("system", PLAIN)
def test_every_ci_system_gets_one_stream_in_order(
    system: str, full_runner: Runner, cloudflare: Cloudflare
):
    cloudflare.fail("PUT workers/scripts/*", "status", status=400, code=10021, message="No.")

    run = full_runner.fast("deploy", env=PLAIN[system])

    assert run.exit_code == 4
    assert run.stderr == ""
    assert "✗ Script" in run.stdout


def test_a_plugin_takes_native_lists_and_maps(runner: Runner, cloudflare: Cloudflare):
    runner.knows(STRIPE_KEY="sk_live_51Hv0x", MAIL_KEY="mail-0b5e-value")
    settings = {"secrets": "STRIPE_KEY,MAIL_KEY", "vars": '{"MODE":"a,b","LIMIT":5}'}

    run = runner.process(ci="drone", env=PLAIN["woodpecker"], **settings)

    assert run.exit_code == 0, run.log
    assert set(cloudflare.secrets()) == {"STRIPE_KEY", "MAIL_KEY"}
    bindings = cloudflare.bindings()
    assert (bindings["MODE"]["text"], bindings["LIMIT"]["text"]) == ("a,b", "5")


def test_a_plugin_is_told_of_missing_secrets_as_its_step_can_have_them(runner: Runner):
    run = runner.fast("deploy", ci="drone", env=PLAIN["woodpecker"], secrets="MAIL_KEY")
    settings = "settings:\n  secrets_json:\n    MAIL_KEY:\n      from_secret: MAIL_KEY"

    assert run.exit_code == 2
    said = [line.strip() for line in run.stdout.splitlines()]
    start = said.index("settings:")
    assert said[start : start + 4] == [line.strip() for line in settings.splitlines()]
