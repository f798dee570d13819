"""Loss in, transformation out: reference values, soundness against random laws, refusals, the command, the docs."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest

from plumbline import cli, witness
from plumbline.errors import InputError
from plumbline.evidence import Strength, Verdict
from proofs_checks.calibration import transformation, transformation_check
from proofs_checks.calibration.regrets import balls_of
from proofs_checks.calibration.shape import shape
from proofs_checks.comp_sum.samples import conditionals
from proofs_checks.engines.separable import ENGINE, bounds, minimum, rounded
from theory.calibration import EVERYTHING, SurrogateLoss, transformation_claim
from theory.comp_sum.witnesses import bayes_risk, real

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = (ROOT / "docs" / "your_loss.md").read_text(encoding="utf-8")


def power(tau: str) -> str:
    """Phi_tau as text."""
    return f"(1-(1+u)^(1-{tau}))/({tau}-1)"


REFERENCES = [
    ("u", 10, "0.3", 0.0460607985830544),
    (power("0.5"), 10, "0.3", 0.0433502386890285),
    ("log(1+u)", 10, "0.3", 0.0457005415253129),
    ("(1-(1+u)^(-0.5))/0.5", 7, "0.4", 0.108941058799687),
    ("1-1/(1+u)", 5, "0.3", 0.075),
    (power("3"), 4, "0.3", 0.11875),
    (power("2.3"), 6, "0.2", 0.07772069745541),
]


@pytest.mark.parametrize(("phi", "n", "beta", "value"), REFERENCES)
def test_reference_values(phi: str, n: int, beta: str, value: float) -> None:
    (row,) = transformation(phi, n, [beta]).rows
    low, high = (float(end.mid()) for end in (row.value.lower, row.value.upper))
    assert low == pytest.approx(value, rel=1e-12) and high == pytest.approx(value, rel=1e-12)
    assert row.value.ends[0] <= row.value.ends[1] and row.exact
    assert row.finding.strength is Strength.CERTIFIED


@pytest.mark.parametrize(
    ("phi", "n", "beta", "value", "digits"),
    [
        (power("1.7"), 3, "0.5", 0.19682970518596, 1e-13),
        (power("1.9"), 3, "0.3", 0.0994447354427, 1e-12),
        (power("1.8"), 4, "0.3", 0.0863126036810, 1e-9),
    ],
)
def test_refuted_with_a_law(phi: str, n: int, beta: str, value: float, digits: float) -> None:
    made = transformation(phi, n, [beta])
    (row,) = made.rows
    assert made.exactness == "refuted" and made.refuted_by is row
    assert made.decided_by is not None and made.decided_by.verdict is Verdict.VIOLATED
    assert float(row.value.upper.mid()) == pytest.approx(value, abs=digits)
    assert row.two_class is not None and row.value.upper < row.two_class.lower
    assert row.value.lower < row.value.upper
    if n == 3:
        assert float(row.value.lower.mid()) > 0.999 * value
    law = row.worst.spelled(n)
    p = [Fraction(x) for x in law["p"]]
    assert sum(p) == 1 and max(p) - p[law["k"]] == Fraction(beta) and sum(map(float, law["s"])) == pytest.approx(1)
    tau = Fraction(re.findall(r"1-([0-9.]+)", phi)[0])
    with mpmath.workdps(30):
        s = [real(Fraction(x).limit_denominator(10**14)) for x in law["s"]]
        cost = sum(real(a) * (1 - b ** real(tau - 1)) / real(tau - 1) for a, b in zip(p, s, strict=True))
        regret = cost - bayes_risk([real(x) for x in p], tau)
    assert float(regret) == pytest.approx(value, abs=1e-8)


def test_lower_end_of_many_classes_is_the_published_transformation() -> None:
    """The tied pair at sigma = 2/n is (M_r(beta) - 1)/(q n^q) for the power family."""
    (row,) = transformation(power("1.7"), 10, ["0.3"]).rows
    assert float(row.value.lower.mid()) == pytest.approx(0.0269340959294827, rel=1e-12)


def test_two_class_value_at_beta_half() -> None:
    (row,) = transformation(power("1.7"), 3, ["0.5"]).rows
    assert row.two_class is not None and float(row.two_class.lower.mid()) == pytest.approx(0.2002208771, abs=1e-10)


@pytest.mark.parametrize(
    ("phi", "exactness", "lemma"),
    [
        ("log(1+u)", "proved", "two_class_convex_reciprocal"),
        ("u", "proved", "two_class_convex_reciprocal"),
        (power("1.25"), "proved", "two_class_convex_square"),
        (power("1.5"), "proved", "two_class_convex_square"),
        (power("1.505"), "undecided", ""),
        ("u^2/(1+u)^2", "undecided", ""),
        ("u/(1+u)+log(1+u)", "undecided", ""),
        ("log(1+u)+u", "proved", "two_class_convex_reciprocal"),
        ("exp(u)-1", "proved", "two_class_convex_reciprocal"),
    ],
)
def test_where_two_classes_decide(phi: str, exactness: str, lemma: str) -> None:
    made = transformation(phi, 3, ["0.5"])
    assert (made.exactness, made.shape.lemma) == (exactness, lemma)
    assert made.decided_by is not None
    if lemma:
        assert made.decided_by.verdict is Verdict.HOLDS and made.decided_by.strength is Strength.SYMBOLIC
        assert made.decided_by.scope is not None and f"lemma:{lemma}" in made.decided_by.rests_on
    else:
        assert made.decided_by.verdict is Verdict.INCONCLUSIVE and made.decided_by.strength is Strength.SEARCHED


@pytest.mark.parametrize("phi", ["log(1+u)+u/2", power("1.4"), "log(1+u)^2", "exp(u)-1", power("1.8"), "u^2/(1+u)^2"])
def test_no_random_law_falls_below(phi: str) -> None:
    """Regrets of arbitrary p and s, bounded below by any comparison vector, against the certified lower end."""
    loss = SurrogateLoss.parse(phi)
    balls, tables = balls_of(loss), {}
    for case in conditionals(24, seed=5):
        beta = max(case.p) - case.p[case.k]
        if case.n > 4 or any(x == 0 for x in case.s):
            continue
        made = tables.setdefault(case.n, transformation(loss, case.n, []))
        cost = sum(float(p) * float(loss.phi.numpy(u=float(1 / s - 1))) for p, s in zip(case.p, case.s, strict=True))
        regret = cost - float(minimum([(p, 1) for p in case.p], balls).upper.mid())
        assert regret >= float(made.at(beta).value.lower.mid()) - 1e-12


@pytest.mark.parametrize("phi", ["log(1+u)", power("1.3"), power("0.5")])
def test_bayes_risk_against_the_closed_form(phi: str) -> None:
    tau = {"log(1+u)": Fraction(1), power("1.3"): Fraction(13, 10), power("0.5"): Fraction(1, 2)}[phi]
    loss = balls_of(SurrogateLoss.parse(phi))
    draw = random.Random(2)
    for _ in range(10):
        weights = [draw.randint(0, 9) for _ in range(draw.randint(2, 6))] + [1]
        p = [Fraction(weight, sum(weights)) for weight in weights]
        found = minimum([(x, 1) for x in p], loss)
        exact = float(bayes_risk([real(x) for x in p], tau))
        assert float(found.lower.mid()) == pytest.approx(exact, abs=1e-13)
        assert found.ends[0] <= found.ends[1]


def test_enclosures_stay_sound_from_a_bad_start() -> None:
    """A useless numerical table makes the two ends move apart, never past the value."""
    good = balls_of(SurrogateLoss.parse("log(1+u)"))
    bad = type(good)(good.value, good.slope, lambda s: good.curvature(s) / 0, lambda x: 0 * x + 0.3)
    law = [(Fraction(3, 4), 1), (Fraction(1, 4), 1)]
    true, loose = minimum(law, good), minimum(law, bad)
    assert loose.lower < true.lower and true.upper < loose.upper


def test_inverse() -> None:
    low, high = transformation("log(1+u)", 10, []).inverse("0.05")
    assert float(low) == pytest.approx(0.313563196729934, abs=1e-12) and 0 <= high - low < Fraction(1, 10**12)
    assert transformation("log(1+u)", 10, []).inverse(1) == (1, 1)
    for n, value in ((3, 0.03), (10, 0.1), (100, 0.105)):
        low, high = transformation("1-1/(1+u)", n, []).inverse("0.01")
        assert low <= Fraction(str(value)) <= high and high - low < Fraction(1, 10**11)
    low, high = transformation(power("1.7"), 3, []).inverse("0.05")
    assert low < high


def test_bayes_risk_method() -> None:
    made = transformation("log(1+u)", 3, [])
    assert float(made.bayes_risk(["0.5", "0.3", "0.2"]).upper.mid()) == pytest.approx(1.02965301406457, rel=1e-13)
    assert float(transformation("1-1/(1+u)", 3, []).bayes_risk(["0.5", "0.3", "0.2"]).upper.mid()) == 0.5
    for bad in (["1"], ["0.5", "0.6"], ["nan", "1"], ["-1", "2"]):
        with pytest.raises(InputError):
            made.bayes_risk(bad)


REFUSED = [
    ("-u", "Phi >= 0"),
    ("1/(1+u)", "Phi' > 0"),
    ("1", "Phi' > 0"),
    ("u-1", "Phi >= 0"),
    ("sqrt(u)", "neither convex nor concave"),
    ("tanh(u)", "neither convex nor concave"),
    ("log(u)", "finite at u = 0"),
    ("max(u,1)", "must be smooth"),
    ("sqrt((u-1)^2)", "must be smooth"),
    ("log(1+v)", "unknown name 'v'"),
    ("log(1+", "is expected"),
    ("9^9^9^u", "exponentials inside each other"),
]


@pytest.mark.parametrize(("phi", "reason"), REFUSED)
def test_refused_losses(phi: str, reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match=reason):
        transformation(phi, 3)
    assert cli.main(["comp-sum", "transform", phi if not phi.startswith("-") else f" {phi}", "--n", "3"]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.startswith("plumbline: ") and captured.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--n", "1"],
        ["--n", "x"],
        ["--n", "1000000"],
        ["--beta", "nan"],
        ["--beta", "2"],
        ["--at", "-1"],
        ["--at", "inf"],
    ],
)
def test_refused_arguments(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["comp-sum", "transform", "u", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["comp-sum", "transform", "log(1+u)", "--n", "10", "--at", "0.05"]) == 0
    out = capsys.readouterr().out
    assert "exact, proved (symbolic)" in out and "0.04570054152531" in out and "at most 0.31356319673" in out
    assert cli.main(["comp-sum", "transform", power("1.7"), "--n", "3", "--beta", "0.5", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["version"] == 1 and record["two_class_form"]["exact"] == "refuted"
    (row,) = record["rows"]
    assert Fraction(row["lower"]) < Fraction(row["upper"]) < Fraction(row["two_class"])
    assert row["strength"] == "certified" and row["scope"].startswith("n=3, beta=1/2")


def test_rounding_goes_outwards() -> None:
    third = Fraction(1, 3)
    assert Fraction(rounded(third, 5, up=False)) < third < Fraction(rounded(third, 5, up=True))
    assert rounded(Fraction(0), 5, up=True) == "0"


def test_empty_enclosures_are_inconclusive() -> None:
    from flint import arb

    assert bounds(EVERYTHING, "x", arb(2), arb(1)).verdict is Verdict.INCONCLUSIVE
    assert bounds(EVERYTHING, "x", arb(1), arb("nan")).verdict is Verdict.INCONCLUSIVE
    assert bounds(EVERYTHING, "x", arb(1), arb(2)).strength is ENGINE.grants


# Claims about a user's loss


@pytest.mark.parametrize(
    ("phi", "T"), [("log(1+u)", "(xlogx(1+beta)+xlogx(1-beta))/2"), ("3*u", "3*(1-sqrt(1-beta^2))")]
)
def test_claim_holds_for_every_n_and_its_partner_falls(phi: str, T: str) -> None:
    claim = transformation_claim("mine.transformation.x", phi, T)
    judge = transformation_check(claim.id)
    found = judge(claim.subject)
    assert [finding.verdict for finding in found] == [Verdict.HOLDS, Verdict.HOLDS]
    assert found[-1].strength is Strength.SYMBOLIC and found[-1].scope == claim.domain
    (partner,) = claim.refutations
    rejected = judge(claim.partner(partner))
    assert rejected[-1].verdict is Verdict.VIOLATED and rejected[-1].witness is not None


def test_a_larger_claim_by_little_falls() -> None:
    claim = transformation_claim("mine.transformation.x", "log(1+u)", "1.001*(xlogx(1+beta)+xlogx(1-beta))/2")
    found = transformation_check(claim.id)(claim.subject)
    assert found[-1].verdict is Verdict.VIOLATED
    shown = found[-1].witness
    assert shown is not None and witness.confirms("calibration", shown.as_json())


def test_claim_without_a_condition_is_not_proved() -> None:
    claim = transformation_claim("mine.transformation.x", power("1.7"), "beta^2/100")
    assert transformation_check(claim.id)(claim.subject)[-1].verdict is Verdict.INCONCLUSIVE


def _snippets() -> list[str]:
    return re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)


def test_documented_python_runs(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    exec(compile(_snippets()[0], "docs/your_loss.md", "exec"), names)
    assert "exact, proved" in capsys.readouterr().out


def test_documented_claim_in_a_paper_of_its_own(tmp_path: Path) -> None:
    """The two documented files, in a copy of the machine: ``plumbline check`` exits 0, and the claim stands proved."""
    ignored = shutil.ignore_patterns("__pycache__", "results")
    shutil.copytree(ROOT / "plumbline", tmp_path / "plumbline", ignore=ignored)
    for name in ("engines", "calibration"):
        shutil.copytree(ROOT / "proofs_checks" / name, tmp_path / "proofs_checks" / name, ignore=ignored)
    for room in ("theory", "proofs_checks", "simulations", "figures"):
        (tmp_path / room).mkdir(exist_ok=True)
        (tmp_path / room / "__init__.py").touch()
    shutil.copy(ROOT / "theory" / "calibration.py", tmp_path / "theory")
    shutil.copytree(ROOT / "theory" / "lemmas", tmp_path / "theory" / "lemmas", ignore=ignored)
    written = 0
    for snippet in _snippets()[1:]:
        file = tmp_path / snippet.splitlines()[0].removeprefix("# ")
        file.parent.mkdir(exist_ok=True)
        file.write_text(snippet)
        if file.name == "claims.py":
            (file.parent / "__init__.py").touch()
        written += len(snippet.strip().splitlines())
    assert written <= 10
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PLUMBLINE_RESULTS", None)
    done = subprocess.run(
        [sys.executable, "-m", "plumbline.cli", "check", "half_half"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "symbolic" in done.stdout


def test_shape_of_the_family() -> None:
    assert shape(SurrogateLoss.parse("1-1/(1+u)")).curve == "linear"
    assert shape(SurrogateLoss.parse(power("2.5"))).curve == "concave"
    assert shape(SurrogateLoss.parse(power("1.99"))).curve == "convex"
