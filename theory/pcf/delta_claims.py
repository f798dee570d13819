"""What delta can be, how far its blind measurement is off, and how far the released predictor is."""

from __future__ import annotations

from fractions import Fraction

from plumbline.domain import Domain, Every
from plumbline.formula import Formula, log
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.pcf import delta_bounds as bounds

upper = Claim(
    id="pcf.delta.upper",
    kind=Kind.INEQUALITY,
    title="delta is at most 1: errors are at least half the distance of consecutive convergents",
    statement=(
        r"Let $\varepsilon_n=|L-p_n/q_n|$, $\tilde q_n=|q_n|/\gcd(p_n,q_n)$. If "
        r"$\varepsilon_{n+1}\le\varepsilon_n$ and $\tilde q_n\ge 2$ then $$2\varepsilon_n\ge\frac1{\tilde q_n\tilde "
        r"q_{n+1}},\qquad \delta_n=-\frac{\ln\varepsilon_n}{\ln\tilde q_n}-1\le\frac{\ln(2\tilde q_{n+1})}{\ln\tilde "
        r"q_n}.$$ So $\limsup\delta_n\le 1$ for every continued fraction whose errors decrease from some $n$ on, whose "
        r"reduced denominators tend to infinity, and for which $\ln\tilde q_{n+1}/\ln\tilde q_n\to 1$."
    ),
    domain=Domain(Every("pcf", "every continued fraction with integer sequences a and b of value L, and every n")),
    subject=Subject({"factor": bounds.factor, "bound": bounds.upper}),
    provenance=Provenance.DERIVED,
    source="Derived here",
    assumptions=(
        r"$q_n,q_{n+1}\ne 0$ and $b_1\cdots b_{n+1}\ne 0$",
        r"$\varepsilon_{n+1}\le\varepsilon_n$ and $\tilde q_n\ge 2$",
    ),
    rests_on=("pcf.identity.det",),
    scale=("factor", "down"),
    stronger={"bound": "down"},
    parts=("distance", "delta", "limit"),
    refutations=(
        Refutation(
            "factor 1.98",
            {"factor": bounds.factor.scaled(Fraction(99, 100))},
            "1/(2 + 1/(1 + 3/2)) = 5/12 is the mean of its convergents 1/2 and 1/3",
        ),
        Refutation(
            "bound without the 2",
            {"bound": Formula("upper", [bounds.Q, bounds.NEXT], lambda q, q_next: log(q_next) / log(q))},
            "the same convergents exceed it",
        ),
    ),
    remark=(
        r"Equality $\delta=1$ needs "
        r"$\tilde q_n\tilde q_{n+1}|p_n/q_n-p_{n+1}/q_{n+1}|=|b_1\cdots b_{n+1}|/(g_ng_{n+1})$ to stay small: "
        r"$g_ng_{n+1}$ takes up the whole product, to leading logarithmic order."
    ),
)

blind = Claim(
    id="pcf.blind.error",
    kind=Kind.INEQUALITY,
    title="The blind measurement of delta is off by at most |ln(1 - theta)|/ln q",
    statement=(
        r"With $\delta_n^{\rm blind}=-\ln|p_m/q_m-p_n/q_n|/\ln\tilde q_n-1$ and "
        r"$\theta=\varepsilon_m/\varepsilon_n<1$: "
        r"$$|\delta_n^{\rm blind}-\delta_n|\le\frac{-\ln(1-\theta)}{\ln\tilde q_n},$$ "
        r"with equality where both convergents lie on one side of $L$."
    ),
    domain=Domain(Every("pcf", "every continued fraction of value L, every n < m with 0 < eps_m < eps_n")),
    subject=Subject({"bound": bounds.blind}),
    provenance=Provenance.DERIVED,
    source="The measurement is the paper's; the bound is derived here",
    assumptions=(r"$q_n,q_m\ne 0$, $\tilde q_n\ge 2$",),
    scale=("bound", "down"),
    refutations=(
        Refutation(
            "first order in theta",
            {"bound": Formula("blind", [bounds.Q, bounds.THETA], lambda q, theta: theta / log(q))},
            "-ln(1 - theta) exceeds theta, and is reached",
        ),
        Refutation(
            "convergents on both sides only",
            {"bound": Formula("blind", [bounds.Q, bounds.THETA], lambda q, theta: log(1 + theta) / log(q))},
            "ln(1 + theta) is the value for convergents on different sides of L",
        ),
    ),
)

bias = Claim(
    id="pcf.predictor.bias",
    kind=Kind.LIMIT,
    title="The released predictor counts N ln|lambda_1/lambda_2|(N) for a sum: it is too large by (2 d_a - d_b) N",
    statement=(
        r"Let $d_b=2d_a+e$, $e<0$, let $\lambda_{1,2}(N)$ be the eigenvalues of "
        r"$\begin{pmatrix}0&b_N\\1&a_N\end{pmatrix}$ and $\varepsilon_N=|L-p_N/q_N|$, $L$ finite. Then "
        r"$$\lim_{N\to\infty}\frac1N\Big(N\ln\Big|\frac{\lambda_1(N)}{\lambda_2(N)}\Big|+\ln\varepsilon_N\Big)=-e"
        r"=2d_a-d_b.$$ So $N\ln|\lambda_1/\lambda_2|(N)/\ln\tilde q_N-1$ exceeds $\delta_N$ by "
        r"$(2d_a-d_b)N/\ln\tilde q_N$ to leading "
        r"order, which is $(2d_a-d_b)/(\eta'\ln N)$ for $\ln\tilde q_N\sim\eta' N\ln N$: at $N=10^9$ still $0.1$ for "
        r"$d_a=1$, $d_b=0$."
    ),
    domain=Domain(Every("pcf", "every polynomial continued fraction with d_b < 2 d_a that does not terminate")),
    subject=Subject({"excess": bounds.excess}),
    provenance=Provenance.DERIVED,
    source="Predictor as in equation (5) of the paper; its bias derived here",
    assumptions=(r"$b_n\ne 0$ for all $n\ge 1$ and $L$ finite",),
    rests_on=("pcf.asymptotics.factorial",),
    refutations=(
        Refutation("no bias", {"excess": Formula("excess", [bounds.E], lambda e: 0 * e)}, "ln n! is n ln n - n"),
        Refutation(
            "bias of the numerators alone",
            {"excess": Formula("excess", [bounds.E], lambda e: -e - 1)},
            "both eigenvalues count: (2 d_a - d_b) N in all",
        ),
    ),
)
