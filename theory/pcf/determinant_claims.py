"""The determinant of consecutive convergents, and what it leaves for common factors."""

from __future__ import annotations

from plumbline.domain import Domain, Every, Integer
from plumbline.formula import Formula
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject

N = Integer("n", 1)
SEQUENCES = Every("pcf", "every pair of integer sequences a and b")

sign = Formula("sign", [N], lambda n: (-1) ** (n - 1), latex=r"(-1)^{n-1}")

determinant = Claim(
    id="pcf.identity.det",
    kind=Kind.IDENTITY,
    title="Determinant of consecutive convergents; common factors divide the product of partial numerators",
    statement=(
        r"For all integer sequences $a_0,a_1,\dots$ and $b_1,b_2,\dots$ and all $n\ge 1$: "
        r"$$p_nq_{n-1}-p_{n-1}q_n=(-1)^{n-1}b_1b_2\cdots b_n.$$ Hence $g_ng_{n-1}$ divides $b_1b_2\cdots b_n$, where "
        r"$g_n=\gcd(p_n,q_n)$."
    ),
    domain=Domain(N, SEQUENCES),
    subject=Subject({"sign": sign, "lag": 1}),
    provenance=Provenance.DERIVED,
    source="Classical; derived here by induction",
    parts=("determinant", "divisor"),
    refutations=(
        Refutation(
            "sign (-1)^n", {"sign": Formula("sign", [N], lambda n: (-1) ** n)}, "p_1 q_0 - p_0 q_1 = b_1, not -b_1"
        ),
        Refutation(
            "g_n^2 divides the product",
            {"lag": 0},
            "only consecutive common factors do: (0,2,1;1,0,0) at n = 3 has g_3 = 4 and b_1 b_2 b_3 = 36",
        ),
        Refutation(
            "g_n g_(n-2) divides the product",
            {"lag": 2},
            "the determinant joins neighbours alone",
        ),
    ),
    remark=(
        r"The role lag is the $j$ of $g_ng_{n-j}\mid b_1\cdots b_n$. For $q_n\ne 0$ the identity gives the size of a "
        r"step, $|p_n/q_n-p_{n-1}/q_{n-1}|=|b_1\cdots b_n/(q_nq_{n-1})|$."
    ),
)
