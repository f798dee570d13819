"""Divisors, residues, polynomials over finite fields."""

from __future__ import annotations

from plumbline.nouns import Lemma

COMMON_DIVISOR = Lemma(
    "common_divisor",
    "Divisors of integer combinations",
    r"an integer that divides each of several integers divides every integer combination of them; $g=\gcd(p,q)$ "
    r"divides $p$ and $q$",
    "G. H. Hardy and E. M. Wright, An Introduction to the Theory of Numbers, chapter I",
)
FROBENIUS = Lemma(
    "frobenius",
    "Frobenius map and Fermat's little theorem",
    r"modulo a prime $l$: $(x+y)^l=x^l+y^l$ in commutative rings of characteristic $l$; $x^l=x$ on $\mathbb F_l$; "
    r"$\prod_{k=1}^l(x+k)=x^l-x$",
    "K. Ireland and M. Rosen, A Classical Introduction to Modern Number Theory, chapters 4 and 7",
)
EULER_CRITERION = Lemma(
    "euler_criterion",
    "Euler's criterion",
    r"$x^{(l-1)/2}\equiv(x/l)$ modulo an odd prime $l$; the Frobenius map exchanges the two roots of a quadratic "
    r"polynomial whose discriminant is no square modulo $l$, and fixes them where it is one",
    "K. Ireland and M. Rosen, A Classical Introduction to Modern Number Theory, chapter 5",
)
SHIFT_INVARIANT_POLYNOMIAL = Lemma(
    "shift_invariant_polynomial",
    "Polynomials that a shift leaves alone",
    r"over a field of characteristic $l$, a polynomial of degree below $l$ that satisfies $H(d+\delta)=H(d)$ for some "
    r"$\delta\ne 0$ is constant: $H-H(0)$ has the $l$ roots $k\delta$",
    "S. Lang, Algebra, section IV.1",
)
QUADRATIC_RECIPROCITY = Lemma(
    "quadratic_reciprocity",
    "Density of primes with a given quadratic character",
    r"for integers $x\ne 0$, the mean of $(x/l)$ over primes $l$ (natural density) is 1 if $x$ is a square, else 0: "
    r"$(x/l)$ depends on $l$ modulo $4x$ alone, as a nontrivial character unless $x$ is a square, and primes are "
    r"equidistributed over the reduced residue classes",
    "K. Ireland and M. Rosen, A Classical Introduction to Modern Number Theory, chapters 5 and 16",
)
