"""A surrogate loss given by a function Phi, and when its two-class transformation is exact for every n.

The loss of label y at scores h is ``Phi(u)``, ``u = sum_{y' != y} exp(h_y' - h_y) = 1/s_y - 1``, with s the softmax;
so ``l(s) = Phi(1/s - 1)`` on (0, 1]. Conditional risk ``C(p, s) = sum_y p_y l(s_y)``, least risk ``C*(p)``, regret
``C(p, s) - C*(p)``; scores are free in R^n (complete hypothesis set) and infima run over the closed simplex with ``0
* l(0) = 0``. The *exact transformation* is ``T*_n(beta) = inf {regret : p_max - p_k = beta, s_k = max s}``. Its
two-class value is a supremum of affine functions of beta when l is convex and decreasing, hence convex::

    T2(beta) = l(1/2) - inf_t [ (1+beta)/2 l(t) + (1-beta)/2 l(1-t) ],        T*_n <= T2   (put p_y = 0 on other labels)

Write ``m = -l'`` and ``w = 1/m``, functions of s, and ``M(u) = Phi'(u) (1+u)^2 = m(s)``.

**Two sufficient conditions for T*_n = T2, every n.** Let l be convex and decreasing, ``w(0+) = 0``. Let j be a
likeliest label, ``p_j - p_k = beta > 0``, ``P = p_j + p_k``.

*Convex w.* With all other entries of s kept, moving mass inside the pair gives ``regret >= P T2_sigma(beta/P)`` with
``sigma = s_j + s_k <= 1`` and ``T2_sigma`` the two-class value of ``s -> l(sigma s)`` (convexity brings s_k >= s_j
down to the tie). At its optimum t one has ``p_j m(sigma t) = p_k m(sigma (1-t)) =: P L``, so by the envelope theorem
``sigma d/dsigma T2_sigma = sigma L - (sigma/2) m(sigma/2)``, and ``1/L = w(sigma t) + w(sigma (1-t)) >= 2
w(sigma/2)`` makes it <= 0. So ``regret >= P T2(beta/P) >= T2(beta)``, by convexity and ``T2(0) = 0``.

*Concave w with convex w^2.* Averaging p over the pair, ``regret >= C*(p-bar) - C*(p) = int_0^{beta/2} (l(s_k) -
l(s_j)) dt`` along ``p_t = (u+t, u-t, z)``, ``s_i = w^{-1}(p_i/lambda)``, ``sum s_i = 1``. (1) ``(z, u+t, u-t)`` is
majorised by ``(1/2+t, 1/2-t, 0, ..)`` and ``w^{-1}`` is convex, so by Karamata ``lambda <= lambda_2``, the two-class
one. (2) The integrand ``H((u+t)/lambda) - H((u-t)/lambda)``, ``H = -l o w^{-1}``, rises as lambda falls, since ``v
H'(v) = (w^{-1})'(v)`` is nondecreasing. (3) H is concave, since ``w w'`` is nondecreasing, so the integrand falls as
u rises to 1/2. Together it is at least the two-class integrand, whose integral is T2(beta).

**A lower bound in general.** At a best constrained s the likeliest label ties the predicted one (else swap or move
mass), so ``s_j = s_k >= 1/n`` and ``regret >= T2_sigma(beta)`` for some ``sigma`` in [2/n, 1]. With concave w,
T2_sigma rises with sigma (the sign above turns), and ``T*_n >= T2_{2/n}``.

In u, with ``K = (2 M' + (1+u) M'') M``: w is convex iff ``K <= 2 (1+u) M'^2``, concave iff ``>=``; w^2 is convex iff
``K <= 3 (1+u) M'^2``; and given these, ``w(0+) = 0`` iff ``(1+u) M' >= M`` (convex w), ``>= M/2`` (convex w^2). For
the power family ``w = s^(2-tau)``: convex for tau <= 1, concave with convex square for 1 <= tau <= 3/2.

**Concave l** (mean absolute error and beyond). For fixed p the least constrained risk sits at a uniform law on m
labels that contain k, and with ``c_m = (l(0) - l(1/m))/(l(0) - l(1))``, ``c0 = max(0, (1 - (n-1) beta)/n)``::

    T*_n(beta) = (l(0) - l(1)) min_{1<=m<=n} [ c0 + beta - c_m min(1, m c0 + (m-1) beta) ]

(regret = (l(0)-l(1)) (p_j - max_m P_A c_m), ``P_A <= min(1, m p_k + (m-1) beta)``, ``m c_m <= 1`` by concavity, p_k
>= c0.)
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from plumbline.domain import Domain, Every, Integer, Real
from plumbline.errors import InputError
from plumbline.formula import Formula
from plumbline.formula.parse import parse_formula
from plumbline.nouns import Claim, Kind, Lemma, Provenance, Refutation, Subject

U = Real("u", 0, None)
BETA = Real("beta", 0, 1, latex=r"\beta")
EVERYTHING = Domain(
    Integer("n", 2, None),
    BETA,
    Every("p", "every conditional law on the n labels"),
    Every("s", "every score vector, through its softmax"),
)

CONVEX_RECIPROCAL = Lemma(
    "two_class_convex_reciprocal",
    "Two classes decide: convex reciprocal slope",
    r"if $\ell$ is convex and decreasing with $-1/\ell'$ convex and $0$ at $0$, the conditional regret is at least "
    r"$\mathcal T^{(2)}(p_{\max}-p_k)$ for every number of classes",
    "derived: theory/calibration.py, first condition",
)
CONVEX_SQUARE = Lemma(
    "two_class_convex_square",
    "Two classes decide: concave reciprocal slope with convex square",
    r"if $\ell$ is convex and decreasing with $w=-1/\ell'$ concave, $w^2$ convex and $w(0)=0$, the conditional "
    r"regret is at least $\mathcal T^{(2)}(p_{\max}-p_k)$ for every number of classes",
    "derived: theory/calibration.py, second condition (integral along the pair, Karamata's inequality)",
)
PAIR_BOUND = Lemma(
    "tied_pair",
    "The tied pair bounds the regret",
    r"for convex decreasing $\ell$ the least regret at zero-one regret $\beta$ is at least "
    r"$\min_{2/n\le\sigma\le 1}\mathcal T^{(2)}_\sigma(\beta)$, $\mathcal T^{(2)}_\sigma$ the two-class value of "
    r"$s\mapsto\ell(\sigma s)$",
    "derived: theory/calibration.py, lower bound in general",
)
CONCAVE_POOLS = Lemma(
    "concave_pools",
    "Concave losses: uniform pools decide",
    r"if $\ell$ is concave and decreasing, the least regret at zero-one regret $\beta$ is "
    r"$(\ell(0)-\ell(1))\min_m[c_0+\beta-c_m\min(1,mc_0+(m-1)\beta)]$",
    "derived: theory/calibration.py, concave losses",
)


@dataclass(frozen=True)
class SurrogateLoss:
    """The loss ``Phi(sum_{y' != y} exp(h_y' - h_y))`` with Phi a :class:`Formula` in ``u`` on [0, inf)."""

    phi: Formula

    def __post_init__(self) -> None:
        if [axis.name for axis in self.phi.variables] != ["u"]:
            raise InputError(f"Phi must be a formula in u alone, got the variables {list(self.phi.symbols)}")

    @classmethod
    def parse(cls, text: str, name: str = "Phi") -> SurrogateLoss:
        """The loss with Phi given as text in u, e.g. ``'log(1+u)'``."""
        return cls(parse_formula(name, [U], text, latex=r"\Phi"))

    def in_u(self, name: str, expression: Any) -> Formula:
        """A formula in u from an expression in this loss's symbol."""
        (symbol,) = self.phi.symbols.values()
        frame = Formula(name, [U], lambda *_: 0)
        return Formula(name, [U], lambda *_: expression.xreplace({symbol: frame.symbols["u"]}))

    @cached_property
    def _derivatives(self) -> tuple[Any, Any, Any, Any, Any]:
        """(u, Phi', M, M', M'') as expressions."""
        (u,) = self.phi.symbols.values()
        first = self.phi.expr.diff(u)
        slope = first * (1 + u) ** 2
        return u, first, slope, slope.diff(u), slope.diff(u, 2)

    @cached_property
    def increase(self) -> Formula:
        """Phi'(u)."""
        return self.in_u("Phi'", self._derivatives[1])

    @cached_property
    def slope(self) -> Formula:
        """M(u) = -l'(s) at s = 1/(1+u)."""
        return self.in_u("M", self._derivatives[2])

    @cached_property
    def curvature(self) -> Formula:
        """M'(u); l is convex in s where it is >= 0, and l''(s) = (1+u)^2 M'(u)."""
        return self.in_u("M'", self._derivatives[3])

    def negated(self, formula: Formula) -> Formula:
        """Minus a formula in u."""
        return Formula(f"-({formula.name})", list(formula.variables), lambda *_: -formula.expr)

    def reciprocal_growth(self, exponent: Any) -> Formula:
        """(1+u) M' - exponent M: nonnegative only if w(s) <= const s^exponent."""
        u, _, M, dM, _ = self._derivatives
        return self.in_u("(1+u)M' - aM", (1 + u) * dM - exponent * M)

    def reciprocal_convexity(self, factor: int) -> Formula:
        """factor (1+u) M'^2 - (2 M' + (1+u) M'') M: factor 2 for w, 3 for w^2; nonnegative iff convex in s."""
        u, _, M, dM, ddM = self._derivatives
        return self.in_u(f"convexity of w^{factor - 1}", factor * (1 + u) * dM**2 - (2 * dM + (1 + u) * ddM) * M)


def tidied(expression: Any) -> Any:
    """A shorter form of the expression, for an engine to compare with it: this itself proves nothing."""
    import sympy

    candidates = [expression, sympy.powsimp(sympy.expand(expression)), sympy.factor(sympy.powsimp(expression))]
    return min(candidates, key=sympy.count_ops)


def transformation_claim(
    id: str, phi: str, T: str, *, title: str = "", source: str = "derived", scale: Fraction = Fraction(21, 20)
) -> Claim:
    """The claim that ``T(beta)`` (text in beta) transforms the loss ``Phi(u)`` (text in u), for every n and every law.

    Its check is :func:`proofs_checks.calibration.transformation_check`. Its wrong partner is ``scale`` times T.
    """
    loss = SurrogateLoss.parse(phi, f"{id}.phi")
    claimed = parse_formula(f"{id}.T", [BETA], T, latex=r"\mathcal T")
    return Claim(
        id=id,
        kind=Kind.INEQUALITY,
        title=title or f"Transformation of the loss {phi}",
        statement=(
            rf"For $\Phi(u)=${phi}, every $n\ge 2$, every conditional law and all scores, the surrogate regret is at "
            rf"least $\mathcal T$ of the zero-one regret, with $\mathcal T(\beta)=${T}."
        ),
        domain=EVERYTHING,
        subject=Subject({"phi": loss.phi, "T": claimed}),
        provenance=Provenance.DERIVED,
        source=source,
        assumptions=("scores range over all of $\\mathbb R^n$; ties are broken by any rule, the worst one included",),
        scale=("T", "up"),
        refutations=(
            Refutation(f"{scale} T", {"T": claimed.scaled(scale)}, "too large where T is attained or nearly so"),
        ),
    )
