"""The comparison of what fails with the table of decisions."""

from tests.nbgraders_own.__main__ import compared, failures

REPORT = """<testsuites><testsuite>
<testcase name="test_help"/>
<testcase name="test_grade"><failure message="x"/></testcase>
<testcase name="test_broken"><error message="x"/></testcase>
</testsuite></testsuites>"""


def test_what_fails_is_read_from_the_report() -> None:
    assert failures(REPORT) == ({"test_grade", "test_broken"}, 3)


def test_a_failure_without_a_decision_and_a_decision_without_a_failure_are_told() -> None:
    assert compared({"test_grade"}, {"test_grade": "why"}) == []
    assert compared({"test_grade", "test_new"}, {"test_grade": "why", "test_old": "why"}) == [
        "fails, and no decision says why: test_new",
        "passes, and decisions.toml says it cannot: test_old",
    ]
