"""The limit of delta for super-exponential convergence, and a prediction of delta without the released bias."""

from __future__ import annotations

from plumbline.domain import Domain, Every
from plumbline.formula import Formula, log
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.pcf import prediction_bounds as bounds

_FORMULAS = Every(
    "pcf", "every polynomial continued fraction with d_b < 2 d_a that does not terminate, of finite value"
)

limits = Claim(
    id="pcf.delta.limits",
    kind=Kind.LIMIT,
    title="The limit of delta where d_b < 2 d_a; it is 1 for constant b",
    statement=(
        r"Let $e=d_b-2d_a<0$ and $\ln\tilde q_n/\ln n!\to\eta'>0$ for the reduced denominators "
        r"$\tilde q_n=|q_n|/g_n$ (so $\eta'=d_a-\eta_g$, $\eta_g=\lim\ln g_n/\ln n!$). Then $$\delta_n=-\frac{\ln"
        r"\varepsilon_n}{\ln\tilde q_n}-1\to-\frac e{\eta'}-1.$$ Where the limit exists, $\eta_g\le d_b/2$, that is "
        r"$\eta'\ge-e/2$, so that the limit of $\delta_n$ is at most 1. For constant $b$ ($d_b=0$) it exists, "
        r"$\eta_g=0$, $\eta'=-e/2=d_a$ and $\delta_n\to 1$."
    ),
    domain=Domain(_FORMULAS),
    subject=Subject({"limit": bounds.limit, "least": bounds.least}),
    provenance=Provenance.DERIVED,
    source="Derived here",
    assumptions=(r"$b_n\ne 0$ for all $n\ge 1$ and $L$ finite",),
    rests_on=("pcf.asymptotics.factorial", "pcf.identity.det"),
    stronger={"least": "up"},
    parts=("limit", "least", "constant"),
    refutations=(
        Refutation(
            "error counted once",
            {"limit": Formula("delta", list(bounds.limit.variables), lambda e, h: -e / (2 * h) - 1)},
            "errors of (0,2,1;0,0,-1) are of the size of 1/q^2: delta is 1, not 0",
        ),
        Refutation(
            "without the - 1",
            {"limit": Formula("delta", list(bounds.limit.variables), lambda e, h: -e / h)},
            "delta compares the error with 1/q, of which it takes one power away",
        ),
        Refutation(
            "common factors take at most two fifths of the growth",
            {"least": Formula("least", [bounds.E], lambda e: -3 * e / 5)},
            "inflation by n + 1 of a = n + 3, b = 1 leaves half of it",
        ),
    ),
    remark=(
        r"Values: 1 for $d_b=0$; for $\eta_g=0$ it is $\frac12$ for degrees $(2,1)$ and $0$ for $(1,1)$ and $(2,2)$; "
        r"for $(2,2)$ with $\eta_g=\frac12$ it is $\frac13$, with $\eta_g=1$ it is 1 (the 962 formulas of "
        r"pcf.fr.degree2). That $\eta_g$ is $0$ for the others is observed, not claimed."
    ),
)

_LOG_ERROR = list(bounds.log_error.variables)

accuracy = Claim(
    id="pcf.predictor.accuracy",
    kind=Kind.RATE,
    title="With ln N! in the place of N ln N and exact exponents the predictor of delta is off by O(1/(N ln N))",
    statement=(
        r"Let $e=d_b-2d_a<0$ and, with the exponents of pcf.asymptotics.factorial, $\ln\hat\varepsilon(N)=e\ln N!+"
        r"\gamma N+\beta\ln N$, $\gamma=\ln(|B|/A^2)$, and $\ln\hat q(N)=d_a\ln N!+vN+w\ln N$, $v=\ln|A|$. Both are "
        r"$\ln\varepsilon_N$ and $\ln|q_N|$ up to $O(1)$, and $$\hat\delta(N)=-\frac{\ln\hat\varepsilon(N)}"
        r"{\ln\hat q(N)}-1=-\frac{\ln\varepsilon_N}{\ln|q_N|}-1+O\Big(\frac1{N\ln N}\Big),$$ where the released "
        r"predictor is off by a term of order $1/\ln N$ (pcf.predictor.bias)."
    ),
    domain=Domain(_FORMULAS),
    subject=Subject({"log_error": bounds.log_error, "log_q": bounds.log_q, "prediction": bounds.prediction}),
    provenance=Provenance.DERIVED,
    source="Derived here; the predictor of the paper's equation (5) corrected",
    assumptions=(r"$b_n\ne 0$ for all $n\ge 1$ and $L$ finite",),
    rests_on=("pcf.asymptotics.factorial",),
    parts=("log_error", "log_q", "prediction"),
    refutations=(
        Refutation(
            "N ln N in the place of ln N!",
            {
                "log_error": Formula(
                    "log_error",
                    _LOG_ERROR,
                    lambda e, gamma, beta, N, ell: e * N * log(N) + gamma * N + beta * log(N) + 0 * ell,
                )
            },
            "what the released predictor does: at N = 10^9 it says 1.0985 for cot 1, whose delta is 1",
        ),
        Refutation(
            "power of N left out",
            {
                "log_error": Formula(
                    "log_error", _LOG_ERROR, lambda e, gamma, beta, N, ell: e * ell + gamma * N + 0 * beta * N
                )
            },
            "beta ln N is not bounded",
        ),
    ),
    remark=r"What cancels, $\ln g_N$, is not part of it: $\delta$ of the unreduced denominators is predicted.",
)
