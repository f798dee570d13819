"""The checks of the toy paper."""

from plumbline.evidence import Finding
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines.compare import at_most_one


def _judge(subject: Subject, effort: Effort) -> list[Finding]:
    return [at_most_one(subject["c"])]


SMALL = check("toy.number.small")(_judge)
LARGE = check("toy.number.large")(_judge)
BROKEN = check("toy.number.broken")(_judge)
WRONG = check("toy.number.wrong")(_judge)
SLACK = check("toy.number.slack")(_judge)
