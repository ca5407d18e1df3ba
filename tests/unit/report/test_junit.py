from fakes.outcomes import failed, outcome, result, settings_step
from workers_deploy.core.outcome import Status
from workers_deploy.errors import Place, Problem, ProblemKind, ProblemsError
from workers_deploy.report.junit import Case, junit_cases


def test_every_step_is_a_case():
    results = (
        result(settings_step(title="Assets"), seconds=1.5),
        result(settings_step(title="Script"), status=Status.FAILED, seconds=0.5),
        result(settings_step(title="Check"), status=Status.NOT_RUN, seconds=0),
    )

    cases = junit_cases(failed(results=results))

    assert cases == (
        Case(name="Assets", seconds=1.5),
        Case(
            name="Script",
            seconds=0.5,
            failure="Cloudflare refused the script: Uncaught ReferenceError: kv is not defined",
        ),
        Case(name="Check", skipped=True),
    )


def test_a_step_that_failed_without_an_error_tells_its_detail():
    results = (result(status=Status.FAILED, detail="put back in vain", seconds=0),)

    assert junit_cases(outcome(results=results)) == (
        Case(name="Settings", failure="put back in vain"),
    )


def test_a_failure_outside_of_the_steps_is_a_case_of_its_own():
    done = result(seconds=1)

    cases = junit_cases(failed(results=(done,), stage=None))

    assert cases[0] == Case(name="Settings", seconds=1)
    assert cases[1].name == "deploy"
    assert cases[1].failure.startswith("Cloudflare refused")


def test_every_problem_is_a_case():
    error = ProblemsError(
        [
            Problem(kind=ProblemKind.INPUT, subject="workers-dev", message="neither"),
            Problem(
                kind=ProblemKind.PROJECT,
                subject="x",
                message="missing",
                place=Place(file="wrangler.toml", line=3),
            ),
        ]
    )

    assert junit_cases(failed(error=error, results=())) == (
        Case(name="workers-dev", failure="neither"),
        Case(name="wrangler.toml:3", failure="missing"),
    )


def test_a_run_without_steps_is_one_case():
    assert junit_cases(outcome(results=(), seconds=2)) == (Case(name="deploy", seconds=2),)
