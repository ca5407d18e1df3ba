from workers_deploy.inputs.model import read_inputs
from workers_deploy.inputs.plugin_settings import lines_of_settings


def lines(**env):
    return lines_of_settings(env)[0]


def test_a_list_of_secrets_is_one_name_a_line():
    assert lines(PLUGIN_SECRETS="A,B\nC") == {"PLUGIN_SECRETS": "A\nB\nC"}


def test_a_list_of_probe_targets_keeps_the_commas_in_a_url():
    made = lines(PLUGIN_PROBE="/health?a=1,2,https://shop.example.com/,/x")

    assert made["PLUGIN_PROBE"].splitlines() == [
        "/health?a=1,2",
        "https://shop.example.com/",
        "/x",
    ]


def test_a_map_of_variables_keeps_every_comma():
    made = lines(PLUGIN_VARS='{"MODE": "a,b", "LIMIT": 5, "FLAGS": {"x": [1]}}')

    assert made["PLUGIN_VARS"] == 'MODE=a,b\nLIMIT=5\nFLAGS={"x": [1]}'


def test_variables_as_lines_stay_as_they_are():
    assert lines(PLUGIN_VARS="MODE=a,b\nTOKEN") == {"PLUGIN_VARS": "MODE=a,b\nTOKEN"}


def test_an_entry_with_a_line_break_is_refused_by_its_number_alone():
    reading = read_inputs({}, {"PLUGIN_VARS": '{"A": "1", "B": "sk_live\\nB2"}'})

    (problem,) = reading.problems
    assert (problem.subject, problem.message) == ("vars", "entry 2 has a line break")
    assert "sk_live" not in str(problem.hint)
    assert reading.inputs.vars is None


def test_inputs_of_other_systems_are_not_touched():
    env = {"INPUT_SECRETS": "A,B", "INPUT_VARS": '{"A": "1"}'}

    assert lines_of_settings(env) == (env, [])
