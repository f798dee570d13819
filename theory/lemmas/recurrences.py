"""Linear recurrences, continued fractions and their special functions."""

from __future__ import annotations

from plumbline.nouns import Lemma

PINCHERLE = Lemma(
    "pincherle",
    "Pincherle's theorem",
    r"$a_0+K(b_n/a_n)$, $b_n\ne 0$, converges in the extended reals iff $u_n=a_nu_{n-1}+b_nu_{n-2}$ has a minimal "
    r"solution $f$ (one with $f_n/u_n\to 0$ for every independent solution $u$), and then to $a_0-f_0/f_{-1}$",
    "L. Lorentzen and H. Waadeland, Continued Fractions, chapter IV; W. Gautschi, SIAM Review 9, 1967",
)
BIRKHOFF_TRJITZINSKY = Lemma(
    "birkhoff_trjitzinsky",
    "Formal solutions of difference equations are asymptotic to solutions",
    r"a second-order linear difference equation whose coefficients have expansions in powers of $1/n$ has, for its two "
    r"formal solutions $n!^u\lambda^n e^{s\sqrt n}n^w(1+c_1n^{-1/2}+\dots)$ (with a factor $\ln n$ in the second one "
    r"where two of them coincide), two independent solutions to which they are asymptotic",
    "G. D. Birkhoff and W. J. Trjitzinsky, Acta Math. 60, 1933; R. Wong and H. Li, J. Comput. Appl. Math. 41, 1992",
)
POINCARE_PERRON = Lemma(
    "poincare_perron",
    "Poincare and Perron: ratios of successive values of solutions",
    r"where the two growth rates of $u_n=a_nu_{n-1}+b_nu_{n-2}$ ($b_n\ne 0$) differ in modulus or in a power of $n$, a "
    r"solution whose ratios $u_n/u_{n-1}$ are asymptotic to the smaller rate is minimal; $T_n=a_n+b_{n+1}/T_{n+1}$ "
    r"belongs "
    r"to the solution with $u_n/u_{n-1}=-b_{n+1}/T_{n+1}$",
    "L. M. Milne-Thomson, The Calculus of Finite Differences, chapter XVII; W. Gautschi, SIAM Review 9, 1967",
)
HYPERGEOMETRIC_EQUATION = Lemma(
    "hypergeometric_equation",
    "Differential equations of hypergeometric functions",
    r"regularised ($\tilde F=F/\Gamma(\text{lower parameter})$, entire in all parameters): $\tfrac{d}{dz}\tilde F$ "
    r"is the product "
    r"of the upper parameters times $\tilde F$ with all parameters raised by 1; "
    r"$z(1-z)w''+(\gamma-(\alpha+\beta+1)z)w'="
    r"\alpha\beta w$ for ${}_2F_1$, $zw''+(\gamma-z)w'=\alpha w$ for ${}_1F_1$, $zw''+\gamma w'=w$ for ${}_0F_1$; "
    r"$D_{\nu+1}=xD_\nu-\nu D_{\nu-1}$; $U(a-1,b,z)=(2a-b+z)U(a,b,z)-a(a-b+1)U(a+1,b,z)$",
    "NIST Digital Library of Mathematical Functions, 15.5, 15.10, 13.2, 13.3, 16.8, 12.8",
)
HYPERGEOMETRIC_LARGE_ORDER = Lemma(
    "hypergeometric_large_order",
    "Hypergeometric functions of large parameters",
    r"${}_2F_1(a,b;c+m;z)\to 1$ ($z<1$), ${}_1F_1(a;c+m;z)\to 1$, ${}_0F_1(;c+m;z)\to 1$ as $m\to\infty$, with "
    r"relative "
    r"corrections $O(1/m)$ whose ratios at $m$ and $m+1$ are $1+O(m^{-2})$; "
    r"${}_2F_1(a,b;c;z)=(1-z)^{c-a-b}{}_2F_1(c-a,c-b;c;"
    r"z)$, ${}_1F_1(a;c;z)=e^z{}_1F_1(c-a;c;-z)$; for positive argument $m\mapsto D_{-k-m}(x)$ and $m\mapsto "
    r"U(a+m,b,z)$ "
    r"are the minimal solutions of their recurrences",
    "NIST Digital Library of Mathematical Functions, 15.12(ii), 15.8.1, 13.2.39, 13.8, 12.9, 13.29",
)
WORPITZKY = Lemma(
    "worpitzky",
    "Worpitzky's theorem",
    r"$K(c_n/1)$ converges if $|c_n|\le 1/4$ for all $n$, and all its approximants lie in the disc of radius "
    r"$1/2$; with "
    r"$c_{n+1}=b_{n+1}/(a_na_{n+1})$ this speaks of $K(b_n/a_n)$ by an equivalence transformation",
    "L. Lorentzen and H. Waadeland, Continued Fractions, chapter I",
)
PETKOVSEK = Lemma(
    "petkovsek",
    "Petkovsek's theorem on hypergeometric solutions",
    r"a solution of $u_n=a_nu_{n-1}+b_nu_{n-2}$ with $u_n/u_{n-1}$ a rational function of $n$ has "
    r"$u_n/u_{n-1}=z\,A(n)\,C(n+1)/C(n)$ with a constant $z$, a monic divisor $A$ of $b$ and a monic polynomial $C$",
    "M. Petkovsek, J. Symbolic Computation 14, 1992; M. Petkovsek, H. Wilf, D. Zeilberger, A = B, chapter 8",
)
