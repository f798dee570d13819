"""Beyond the claims: the projected constant step as a semidefinite program, and an adaptive path in ball arithmetic."""

from __future__ import annotations

from fractions import Fraction as F

import flint
import pytest

from proofs_checks.engines import sdp

Line = dict[int, F]


def combined(*terms: tuple[F | int, Line]) -> Line:
    total: Line = {}
    for weight, line in terms:
        for k, value in line.items():
            total[k] = total.get(k, F(0)) + weight * value
    return {k: value for k, value in total.items() if value}


def projected(rounds: int, eta: F) -> sdp.SemidefiniteProgram:
    """Constant step on any domain of diameter 1, variation at most 1: largest regret over T rounds.

    Basis: u - x_1, g_1..g_T, then the normals m_2..m_T of the plays and n_1..n_{T-1} of the leaders. A Gram matrix with
    <normal, p - own point> <= 0 and |p - q| <= 1 for all points is that of a path in the hull of its points.
    """
    size = 3 * rounds - 1
    points: dict[str, Line] = {"u": {0: F(1)}, "x1": {}}
    leader: Line = {}
    normals: list[tuple[Line, str]] = []
    for t in range(1, rounds):
        g, n, m = {t: F(1)}, {2 * rounds - 1 + t: F(1)}, {rounds + t: F(1)}
        leader = combined((1, leader), (-eta, g), (-1, n))
        points[f"h{t + 1}"], points[f"x{t + 1}"] = leader, combined((1, leader), (-eta, g), (-1, m))
        normals += [(n, f"h{t + 1}"), (m, f"x{t + 1}")]
    forms, limits = [], []
    for normal, own in normals:
        for name, point in points.items():
            if name != own:
                forms.append([(1, normal, combined((1, point), (-1, points[own])))])
                limits.append(0)
    names = list(points)
    for i, name in enumerate(names):
        for other in names[:i]:
            gap = combined((1, points[name]), (-1, points[other]))
            forms.append([(1, gap, gap)])
            limits.append(1)
    steps = [{t: F(1)} | ({t - 1: F(-1)} if t > 1 else {}) for t in range(1, rounds + 1)]
    forms.append([(1, step, step) for step in steps])
    regret = [(1, {t: F(1)}, combined((1, points[f"x{t}"]), (-1, points["u"]))) for t in range(1, rounds + 1)]
    matrices = [sdp.quadratic_form(size, form) for form in forms]
    return sdp.SemidefiniteProgram(sdp.quadratic_form(size, regret), matrices, [*limits, 1])


@pytest.mark.parametrize(
    ("eta", "rounds", "value"),
    [("2", 1, 1.0), ("2", 2, 1.125), ("2", 3, 1.17365), ("2", 4, 1.19363), ("1", 1, 1.0), ("1", 2, 1.0), ("1", 3, 1.0)],
)
def test_verified_duals_reach_the_reference_values(eta: str, rounds: int, value: float) -> None:
    solution = sdp.enclose(projected(rounds, F(eta)))
    assert solution.upper is not None and float(solution.upper) == pytest.approx(value, abs=1e-5)


def test_a_path_of_nine_thousand_rounds_in_balls() -> None:
    """Adaptive step, c = D = G = 1, delta = 0, in the rectangle with edges 3/10 and sqrt(91)/10: ratio above 1.078."""
    n, cycles, half = 5, 818, flint.arb(1) / 2
    with flint.ctx.workprec(160):
        width, length = flint.arb(3) / 10, flint.arb(91).sqrt() / 10
        z = q = hint_z = hint_q = V = regret = flint.arb(0)
        zero = flint.arb(0)
        slopes = [-half / n] * n + [half] + [half * (n - j) / n for j in range(1, n + 1)]
        plan = [(g, zero) for _ in range(cycles) for g in slopes] + [(zero, flint.arb(-1))] * 70
        for g_z, g_q in plan:
            eta = 1 / (4 + V).sqrt()
            x, y = (z - eta * hint_z).max(zero).min(width), (q - eta * hint_q).max(zero).min(length)
            regret += g_z * x + g_q * (y - length)
            z, q = (z - eta * g_z).max(zero).min(width), (q - eta * g_q).max(zero).min(length)
            a, b = g_z - hint_z, g_q - hint_q
            V += a * a + b * b
            hint_z, hint_q = g_z, g_q
        ratio = regret / (4 + V).sqrt()
    assert len(plan) < 9100
    assert ratio > flint.arb("1.078"), ratio
    assert ratio < flint.arb("1.5")
