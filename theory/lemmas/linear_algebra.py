"""Matrices, least squares, linear programs."""

from __future__ import annotations

from plumbline.nouns import Lemma

LEAST_SQUARES = Lemma(
    "least_squares",
    "Weighted least squares",
    r"for $M$ injective and $W$ diagonal and positive, $M^\top W(r-M\Phi)=0$ has exactly one solution $\Phi$, linear "
    r"in $r$, and moving $r$ by $M\Psi$ moves it by $\Psi$",
    "G. Strang, Introduction to Linear Algebra, section 4.3",
)
FREDHOLM = Lemma(
    "fredholm",
    "Fredholm alternative",
    r"the range of a matrix $M$ is the orthogonal complement of the kernel of $M^\top$, so that their dimensions add "
    r"up to the number of rows",
    "G. Strang, Introduction to Linear Algebra, section 4.1",
)
LP_DUALITY = Lemma(
    "lp_duality",
    "Strong duality of linear programs",
    r"$\max\{\langle r_1,z\rangle:z\in D,\langle r_2,z\rangle\le 0\}=\min_{\lambda\ge 0}\max_{z\in D}\langle "
    r"r_1-\lambda r_2,z\rangle$ for a polytope $D$ that contains a feasible point",
    "A. Schrijver, Theory of Linear and Integer Programming, section 7.4",
)
SIMILAR_TRACE = Lemma(
    "similar_trace",
    "Trace and determinant of similar matrices",
    r"$PU=UQ$ with $\det U\ne 0$ over a field implies $\mathrm{tr}\,P=\mathrm{tr}\,Q$ and $\det P=\det Q$; those of a "
    r"triangular matrix are sum and product of its diagonal",
    "S. Lang, Algebra, chapter XIV",
)
CAYLEY_HAMILTON = Lemma(
    "cayley_hamilton",
    "Nilpotent matrices of order 2",
    r"a $2\times 2$ matrix over a field is nilpotent iff its trace and determinant are 0, and then its square is 0",
    "S. Lang, Algebra, chapter XIV",
)
RANK_ONE = Lemma(
    "rank_one",
    "Matrix determinant lemma and Sherman-Morrison formula",
    r"$\det(A+vv^\top)=(1+p)\det A$ and $v^\top(A+vv^\top)^{-1}v=p/(1+p)$ with $p=v^\top A^{-1}v$, for $A$ positive "
    r"definite",
    "R. A. Horn and C. R. Johnson, Matrix Analysis, section 0.7.4 and 0.8.5",
)
