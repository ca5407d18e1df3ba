from workers_deploy.project.findings import MOST_SHOWN, Findings


def test_findings_are_told_once_and_only_so_many():
    findings = Findings()
    for number in range(MOST_SHOWN + 3):
        for _ in range(2):
            findings.problem("main", f"flaw {number}")
            findings.notice(f"oddity {number}")

    problems, notices = list(findings.first_problems()), list(findings.first_notices())

    assert len(problems) == len(notices) == MOST_SHOWN + 1
    assert problems[-1].message == "3 more problems are not shown"
    assert notices[-1].text == "3 more warnings are not shown"


def test_as_many_as_can_be_shown_need_no_remark():
    findings = Findings()
    for number in range(MOST_SHOWN):
        findings.problem("main", f"flaw {number}")

    assert len(list(findings.first_problems())) == MOST_SHOWN
