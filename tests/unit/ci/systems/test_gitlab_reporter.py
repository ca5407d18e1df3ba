import io

import pytest

from workers_deploy.ci.systems.gitlab import GitLabReporter


def test_a_group_is_a_collapsed_section():
    out = io.StringIO()
    reporter = GitLabReporter({}, out, clock=lambda: 0.0, now=iter([1000.9, 1003.0]).__next__)

    with reporter.group("Plan\r\n\x1b[0Ksection_end:1:x"):
        reporter.line("inside")

    assert out.getvalue() == (
        "\x1b[0Ksection_start:1000:workers_deploy_1[collapsed=true]\r\x1b[0K"
        "Plan [0Ksection_end:1:x\n"
        "inside\n"
        "\x1b[0Ksection_end:1003:workers_deploy_1\r\x1b[0K\n"
    )


def test_a_section_is_closed_also_when_its_inside_fails():
    out = io.StringIO()
    reporter = GitLabReporter({}, out, clock=lambda: 0.0, now=lambda: 7.0)

    with pytest.raises(RuntimeError), reporter.group("Plan"):
        raise RuntimeError

    assert "section_end:7:workers_deploy_1" in out.getvalue()


def test_each_section_has_a_name_of_its_own():
    out = io.StringIO()
    reporter = GitLabReporter({}, out, clock=lambda: 0.0, now=lambda: 7.0)

    for _ in range(2):
        with reporter.group("Plan"):
            pass

    assert "section_start:7:workers_deploy_1[" in out.getvalue()
    assert "section_start:7:workers_deploy_2[" in out.getvalue()
