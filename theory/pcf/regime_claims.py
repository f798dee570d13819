"""Growth of denominators, rate of convergence and convergence itself, by the leading coefficients."""

from __future__ import annotations

from plumbline.domain import Domain, Every
from plumbline.formula import Formula
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.pcf import regime_bounds as bounds

_NOTATION = (
    r"$a_n=An^{d_a}(1+\alpha_1/n+\alpha_2/n^2)$, $b_n=Bn^{d_b}(1+\beta_1/n+\beta_2/n^2)$ for $n\to\infty$, $A>0$ "
    r"(else the sign of $a$ is changed, and with it that of $L$)"
)
_LASTING = r"$b_n\ne 0$ for all $n\ge 1$"
_DOMINANT = r"$q_n$ is not itself a minimal solution, that is $L$ is finite"
_LIMITS = "The role limits says for which convergent formulas the growth of $q_n$ is claimed: finite, or all."
_SOURCE = "Theory of formal solutions recalled; exponents derived here"

factorial = Claim(
    id="pcf.asymptotics.factorial",
    kind=Kind.RATE,
    title="Growth and convergence where d_b < 2 d_a",
    statement=(
        r"For $d_b=2d_a+e$, $e<0$, with $k=1$ if $e=-1$ and $k=0$ otherwise: $$q_n\sim C\,n!^{d_a}A^n n^w,\quad "
        r"w=\alpha_1+kB/A^2,$$ the minimal solution is $n!^{d_b-d_a}(-B/A)^n n^\rho$ with "
        r"$\rho=\beta_1-\alpha_1+d_b-d_a-kB/A^2$, and $$L-p_n/q_n\sim C'\,n!^{d_b-2d_a}(-B/A^2)^n n^\beta,\quad "
        r"\beta=\beta_1-2\alpha_1+d_b-d_a-2kB/A^2.$$"
    ),
    domain=Domain(Every("pcf", "every polynomial continued fraction with d_b < 2 d_a that does not terminate")),
    subject=Subject(
        {
            "power": bounds.factorial_power,
            "minimal": bounds.factorial_minimal,
            "error": bounds.factorial_error,
            "limits": "finite",
        }
    ),
    provenance=Provenance.DERIVED,
    source=_SOURCE,
    assumptions=(_NOTATION, _LASTING, _DOMINANT),
    parts=("power", "minimal", "error"),
    refutations=(
        Refutation(
            "k = 0 throughout",
            {"power": Formula("w", list(bounds.factorial_power.variables), lambda alpha1, A, B, k: alpha1)},
            "for d_b = 2 d_a - 1 the term b_n q_(n-2) contributes B/A^2 at order 1/n",
        ),
        Refutation(
            "index of b not shifted",
            {
                "minimal": Formula(
                    "rho",
                    list(bounds.factorial_minimal.variables),
                    lambda alpha1, beta1, A, B, d, e, k: beta1 - alpha1 - k * B / A**2,
                )
            },
            "(n-1)!^(d_b-d_a) in u_(n-2) gives d_b - d_a at order 1/n",
        ),
        Refutation(
            "infinite limits too",
            {"limits": "all"},
            "(5,0,-3;-5,-5,-1) has q_n = n + 1, not of order n!^2 5^n",
            drops=_DOMINANT,
        ),
    ),
    remark=_LIMITS,
)

hyperbolic = Claim(
    id="pcf.asymptotics.hyperbolic",
    kind=Kind.RATE,
    title="Growth and convergence where d_b = 2 d_a and A^2 + 4B > 0",
    statement=(
        r"Let $\lambda_\pm$ be the zeros of $x^2=Ax+B$, $r=\lambda_-/\lambda_+$, $|r|<1$. Then "
        r"$$q_n\sim C\,n!^{d_a}\lambda_+^n n^{\kappa_+},\quad \kappa_+=\frac{(1+r)\alpha_1-r(\beta_1+d_a)}{1-r},$$ the "
        r"minimal solution is $n!^{d_a}\lambda_-^n n^{\kappa_-}$ with $\kappa_-=(\beta_1+d_a-(1+r)\alpha_1)/(1-r)$, "
        r"and $$L-p_n/q_n\sim C' r^n n^\beta,\quad \beta=-D_1\frac{1+r}{1-r},\quad D_1=2\alpha_1-\beta_1-d_a.$$"
    ),
    domain=Domain(
        Every("pcf", "every polynomial continued fraction with d_b = 2 d_a, A^2 + 4B > 0 that does not terminate")
    ),
    subject=Subject(
        {
            "power": bounds.hyperbolic_power,
            "minimal": bounds.hyperbolic_minimal,
            "error": bounds.hyperbolic_error,
            "limits": "finite",
        }
    ),
    provenance=Provenance.DERIVED,
    source=_SOURCE,
    assumptions=(_NOTATION, _LASTING, _DOMINANT),
    parts=("power", "minimal", "error"),
    refutations=(
        Refutation(
            "d_a dropped from kappa",
            {
                "power": Formula(
                    "kappa_plus",
                    list(bounds.hyperbolic_power.variables),
                    lambda alpha1, beta1, d, r: ((1 + r) * alpha1 - r * beta1) / (1 - r),
                )
            },
            "(n-1)!^d_a in u_(n-2) gives d_a at order 1/n",
        ),
        Refutation(
            "D1 without d_a",
            {
                "error": Formula(
                    "beta",
                    list(bounds.hyperbolic_error.variables),
                    lambda alpha1, beta1, d, r: -(2 * alpha1 - beta1) * (1 + r) / (1 - r),
                )
            },
            "the same factor enters the rate of convergence",
        ),
        Refutation(
            "infinite limits too",
            {"limits": "all"},
            "(0,1,-5;2,-1,0) has q_n = (-1)^n (n + 1)(n + 1)!, not of order n! 2^n",
            drops=_DOMINANT,
        ),
    ),
    remark=r"$(1+r)/(1-r)=A/\sqrt{A^2+4B}$, so that $\beta=-D_1A/\sqrt{A^2+4B}$. " + _LIMITS,
)

subexponential = Claim(
    id="pcf.asymptotics.subexponential",
    kind=Kind.RATE,
    title="Growth and convergence where d_b = 2 d_a + 1 or 2 d_a + 2 and B > 0",
    statement=(
        r"Let $c=A/\sqrt B$. For $d_b=2d_a+1$: $q_n\sim C\,n!^{d_a+1/2}B^{n/2}e^{c\sqrt n}n^{(2\beta_1+2d_a+1)/4}$ and "
        r"$L-p_n/q_n\sim C'(-1)^n e^{-2c\sqrt n}$, without a power of $n$. For $d_b=2d_a+2$: "
        r"$q_n\sim C\,n!^{d_a+1}B^{n/2}n^{(c+\beta_1+d_a+1)/2}$ and $L-p_n/q_n\sim C'(-1)^n n^{-c}$."
    ),
    domain=Domain(
        Every("pcf", "every polynomial continued fraction with d_b = 2 d_a + 1 or 2 d_a + 2, B > 0, not terminating")
    ),
    subject=Subject(
        {
            "stretch": bounds.sub1_stretch,
            "sub1": bounds.sub1_power,
            "sub2": bounds.sub2_power,
            "sub2_minimal": bounds.sub2_minimal,
            "sub2_error": bounds.sub2_error,
        }
    ),
    provenance=Provenance.DERIVED,
    source=_SOURCE,
    assumptions=(_NOTATION, _LASTING, _DOMINANT),
    parts=("stretch", "sub1", "sub2", "sub2_minimal", "sub2_error"),
    refutations=(
        Refutation(
            "rate n^(-2c)",
            {"sub2_error": Formula("beta", [bounds.C], lambda c: -2 * c)},
            "the two exponents differ by c, not by 2c",
        ),
        Refutation(
            "power of a constant numerator",
            {"sub1": Formula("w", list(bounds.sub1_power.variables), lambda beta1, d: beta1 / 2)},
            "n!^(d + 1/2) in u_(n-2) gives d + 1/2 at order 1/n",
        ),
    ),
)

parabolic = Claim(
    id="pcf.asymptotics.parabolic",
    kind=Kind.RATE,
    title="Growth and convergence where d_b = 2 d_a and A^2 + 4B = 0",
    statement=(
        r"Let $D_1=2\alpha_1-\beta_1-d_a$. If $D_1\ne 0$ the solutions are $n!^{d_a}(A/2)^n e^{\pm 2\sqrt{D_1n}}n^w$ "
        r"with $w=(2\beta_1+2d_a+1)/4$; for $D_1>0$, $L-p_n/q_n\sim C'e^{-4\sqrt{D_1n}}$. If $D_1=0$ they are "
        r"$n!^{d_a}(A/2)^n n^{(1+2\alpha_1\pm\sqrt{D_2})/2}$ with "
        r"$D_2=(1+2\alpha_1)^2+4(2\alpha_2-\beta_2-d_a\beta_1-d_a(d_a+1)/2)$, with a factor $\ln n$ in the second one "
        r"for $D_2=0$; so the error is of order $n^{-\sqrt{D_2}}$ for $D_2>0$ and $1/\ln n$ for $D_2=0$."
    ),
    domain=Domain(
        Every("pcf", "every polynomial continued fraction with d_b = 2 d_a, A^2 + 4B = 0 that does not terminate")
    ),
    subject=Subject(
        {
            "d1": bounds.first,
            "parabolic": bounds.parabolic_power,
            "d2": bounds.second,
            "mean": bounds.parabolic_mean,
        }
    ),
    provenance=Provenance.DERIVED,
    source=_SOURCE,
    assumptions=(_NOTATION, _LASTING, _DOMINANT, r"$\beta_1=2\alpha_1-d_a$ where $D_2$ is asked for"),
    parts=("d1", "parabolic", "d2", "mean"),
    refutations=(
        Refutation(
            "D1 from a_n^2 + 4 b_n",
            {"d1": Formula("D1", list(bounds.first.variables), lambda alpha1, beta1, d: 2 * alpha1 - beta1)},
            "the index shift of a_n a_(n-1) + 4 b_n gives -d_a",
        ),
        Refutation(
            "D2 without the second-order part of the shift",
            {
                "d2": Formula(
                    "D2",
                    list(bounds.second.variables),
                    lambda alpha1, alpha2, beta2, d: (
                        (1 + 2 * alpha1) ** 2 + 4 * (2 * alpha2 - beta2 - d * (2 * alpha1 - d))
                    ),
                )
            },
            "(n/(n-1))^d_a has the coefficient d_a (d_a + 1)/2 at order 1/n^2",
        ),
    ),
)

convergence = Claim(
    id="pcf.regimes.convergence",
    kind=Kind.EQUIVALENCE,
    title="Which polynomial continued fractions converge, by their leading coefficients",
    statement=(
        r"A polynomial continued fraction with $d_b\le 2d_a+2$ that does not terminate converges in the extended reals "
        r"exactly in these cases: $d_b<2d_a$; $d_b=2d_a$ and $\Delta=A^2+4B>0$; $d_b>2d_a$ and $B>0$; $d_b=2d_a$, "
        r"$\Delta=0$ and $D_1>0$; $d_b=2d_a$, $\Delta=0$, $D_1=0$ and $D_2\ge 0$. Here $D_1=2\alpha_1-\beta_1-d_a$ and "
        r"$D_2=(1+2\alpha_1)^2+4(2\alpha_2-\beta_2-d_a\beta_1-d_a(d_a+1)/2)$."
    ),
    domain=Domain(Every("pcf", "every polynomial continued fraction with d_b <= 2 d_a + 2 that does not terminate")),
    subject=Subject({"discriminant": bounds.discriminant, "d1": bounds.first, "d2": bounds.second}),
    provenance=Provenance.DERIVED,
    source=_SOURCE,
    assumptions=(_NOTATION, _LASTING),
    rests_on=(
        "pcf.asymptotics.factorial",
        "pcf.asymptotics.hyperbolic",
        "pcf.asymptotics.subexponential",
        "pcf.asymptotics.parabolic",
    ),
    parts=(
        "factorial",
        "hyperbolic",
        "elliptic",
        "above",
        "above elliptic",
        "parabolic+",
        "parabolic-",
        "power",
        "logarithmic",
        "oscillating",
    ),
    refutations=(
        Refutation(
            "D1 from a_n^2 + 4 b_n",
            {"d1": Formula("D1", list(bounds.first.variables), lambda alpha1, beta1, d: 2 * alpha1 - beta1)},
            "it calls (0,4,4;-4,-5,-2) convergent, whose true D1 is -1/4",
        ),
        Refutation(
            "discriminant A^2 - 4B",
            {"discriminant": Formula("Delta", [bounds.A, bounds.B], lambda A, B: A**2 - 4 * B)},
            "the characteristic equation is x^2 = A x + B",
        ),
        Refutation(
            "D2 with the sign of alpha1 reversed",
            {
                "d2": Formula(
                    "D2",
                    list(bounds.second.variables),
                    lambda alpha1, alpha2, beta2, d: (
                        (1 - 2 * alpha1) ** 2 + 4 * (2 * alpha2 - beta2 - d * (2 * alpha1 - d) - d * (d + 1) / 2)
                    ),
                )
            },
            "the exponents of n add up to 1 + 2 alpha1",
        ),
    ),
    remark=(
        r"The limit may be $\infty$: pcf.regimes.infinite counts such formulas of the census. "
        r"For $d_b>2d_a+2$, $B>0$ the fraction diverges by the theorem of Stern and Stolz; no formula of the census "
        r"has such degrees."
    ),
)
