import json

import pytest

from workers_deploy.errors import Advice
from workers_deploy.inputs import read_inputs
from workers_deploy.inputs.values import Advisers, Values, read_values

ADVISERS = Advisers(
    unset=lambda names: Advice(text="add them:", block="\n".join(names)),
    empty=lambda: Advice(text="fill them"),
)


def values(secrets="", env=None, **inputs) -> Values:
    given = {f"INPUT_{name.upper()}": text for name, text in inputs.items()}
    env = {"INPUT_SECRETS": secrets, **given, **(env or {})}
    return read_values(read_inputs({}, env).inputs, env, ADVISERS)


def test_a_secrets_value_keeps_every_byte():
    pem = "-----BEGIN KEY-----\n  a\tb\r\n\x01ü\n-----END KEY-----\n"

    found = values("PEM", {"PEM": pem})

    assert [(s.name, s.value) for s in found.secrets] == [("PEM", pem)]


def test_names_stand_one_a_line_and_count_once():
    found = values("A\n\n  B \nA\n", {"A": "1", "B": "2"})

    assert [s.name for s in found.secrets] == ["A", "B"]


def test_a_bad_line_is_told_by_its_number_and_never_its_text():
    found = values("A\nhunter2 = x\n", {"A": "1"})

    (problem,) = found.problems
    assert "line 2" in problem.message
    assert "hunter2" not in repr(found)


def test_a_variable_that_is_not_set_is_always_an_error():
    (problem,) = values("STRIPE_KEY", empty_secrets="skip").problems

    assert problem.message == "this step has no environment variable for STRIPE_KEY"
    assert (problem.hint, problem.block) == ("add them:", "STRIPE_KEY")


def test_many_secrets_without_a_value_are_told_once():
    names = [f"KEY_{number}" for number in range(60)]

    unset, empty = values("\n".join([*names, "A", "B"]), {"A": "", "B": ""}).problems

    assert unset.message.endswith("for KEY_0, KEY_1, KEY_2 and 57 more")
    assert unset.block == "\n".join(names)
    assert (empty.message, empty.hint) == ("no value in A, B", "fill them")


def test_a_plan_needs_no_more_than_the_names():
    found = values("A\nB\nC", {"A": "1", "B": ""}, command="plan")

    assert [(s.name, s.is_known) for s in found.secrets] == [
        ("A", True),
        ("C", False),
        ("B", False),
    ]
    assert found.problems == ()


@pytest.mark.parametrize("command", ["deploy", "preview"])
def test_whatever_sends_secrets_needs_their_values(command):
    assert len(values("A", {"A": ""}, command=command).problems) == 1


@pytest.mark.parametrize(
    ("policy", "secrets", "skipped", "problems"),
    [("error", 0, (), 1), ("skip", 0, ("A",), 0), ("set", 1, (), 0)],
)
def test_an_empty_value_is_an_error_left_out_or_set(policy, secrets, skipped, problems):
    found = values("A", {"A": ""}, empty_secrets=policy)

    assert (len(found.secrets), found.skipped, len(found.problems)) == (secrets, skipped, problems)


def test_bytes_that_are_no_text_are_refused_with_the_way_out():
    (problem,) = values("A", {"A": b"\xff\xfe".decode("utf-8", "surrogateescape")}).problems

    assert problem.hint is not None
    assert "base64" in problem.hint


def test_json_gives_the_values_of_named_secrets_only():
    text = json.dumps({"A": "1", "OTHER": "2"})

    found = values("A", {"A": "from env"}, secrets_json=text)

    assert [(s.name, s.value) for s in found.secrets] == [("A", "1")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hunter2", "not a JSON object"),
        ('["A"]', "not a JSON object"),
        ('{"B": "x"}', "no entry in secrets-json for A"),
        ('{"A": 7}', "must be a string"),
    ],
)
def test_json_that_does_not_give_a_value_is_an_error(text, problem):
    found = values("A", secrets_json=text)

    assert any(problem in p.message for p in found.problems)
    assert "hunter2" not in repr(found.problems)


@pytest.mark.parametrize("token", ["api_token", "github_token"])
def test_the_runs_own_tokens_never_become_secrets_of_a_script(token):
    text = json.dumps({"A": "tok-12345"})

    (problem,) = values("A", secrets_json=text, **{token: "tok-12345"}).problems

    assert "itself" in problem.message
    assert "tok-12345" not in repr(problem)


def test_pruning_without_any_name_is_refused():
    assert [p.subject for p in values(prune_secrets="true").problems] == ["prune-secrets"]
    assert values("A", {"A": "1"}, prune_secrets="true").problems == ()


def test_variables_are_written_out_or_taken_from_the_environment():
    found = values(vars="A=1=2\nB\n\n C = x y", env={"B": "from env"})

    assert found.variables is not None
    assert {n: v.get_secret_value() for n, v in found.variables.items()} == {
        "A": "1=2",
        "B": "from env",
        "C": " x y",
    }


def test_wrong_lines_of_variables_are_told_without_their_text():
    found = values(vars="hunter 2\nMISSING\nBAD=\udcff")

    assert [p.subject for p in found.problems] == ["vars", "vars", "vars"]
    assert "hunter" not in repr(found)
