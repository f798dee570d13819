"""The variation of observed gradients: four parts on every path, and orthogonal noise in the mean.

Concrete vectors and finite games (every sequence of noises, exact rationals) first; then identities of inner products
for every dimension, and the tower property.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy

from plumbline.domain import Domain, Real
from plumbline.evidence import Finding
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import rational
from proofs_checks.engines.derivation import Derivation, Fact, Sample, derive
from proofs_checks.engines.rational import Relation
from proofs_checks.sea_omd.gram import Gram, bilinear, combined
from proofs_checks.sea_omd.lemmas import against, square, text, value_at
from theory import lemmas
from theory.sea_omd import game_witnesses, lemma_bounds, lemma_witnesses, variance_claims

_ONE, _ZERO, _THREE, _FOUR = (sympy.Integer(k) for k in (1, 0, 3, 4))
SMOOTHNESS = Real("L", 0, None)
_SMOOTHNESSES = [Fraction(1, 2), Fraction(1), Fraction(2)]


# Four parts on every path


def four_parts(count: int = 9) -> list[dict[str, Any]]:
    """Two rounds of quadratic losses: four equal parts (equality), one part alone, and random ones."""
    draw, made = random.Random(17), []
    for L in _SMOOTHNESSES:
        for v in (Fraction(1, 2), Fraction(1), Fraction(3)):
            made.append({"L": L, "c": [[v], [Fraction(0)]], "x": [[Fraction(0)], [v / L]], "n": [[-v], [v]]})
    for index in range(count):
        n = 1 + index % 3
        pairs = [[[Fraction(draw.randint(-8, 8), 4) for _ in range(n)] for _ in range(2)] for _ in range(3)]
        made.append({"L": _SMOOTHNESSES[index % 3], **dict(zip(("c", "x", "n"), pairs, strict=True))})
    return [{name: text(value) for name, value in entry.items()} for entry in made]


def _split4(subject: Subject) -> Finding:
    statement, scope = "||g_t - g_{t-1}||^2 <= the claimed bound", variance_claims.split4.domain

    def proof() -> Finding:
        names = ("left", "n", "m", "R", "Q", "K", "x", "S")
        found = [lemma_witnesses.split_terms(entry) for entry in four_parts()]
        made = [Sample({name: terms[name] for name in (*names, "L")}, -terms["left"], {}) for terms in found]
        d = Derivation(Domain(SMOOTHNESS, *(square(name) for name in names)), made)
        whole, n, m, R, Q, K, x, S = (d[name] for name in names)
        L = d["L"]
        left = d.expands("-||g_t - g_{t-1}||^2", -whole)
        gram = Gram("n", "m", "bent", "drift")
        parts = [gram["n"], combined((-1, gram["m"])), gram["bent"], gram["drift"]]
        pairs = [combined((1, parts[i]), (-1, parts[j])) for i in range(4) for j in range(i)]
        values = {
            "left": gram.square(combined(*((1, part) for part in parts))),
            **{name: gram.square(part) for name, part in zip(("n", "m", "R", "Q"), parts, strict=True)},
            "K": sympy.Add(*(gram.square(pair) for pair in pairs)),
        }
        label = "4 sum ||v_i||^2 - ||sum v_i||^2 = sum over pairs ||v_i - v_j||^2"
        more, _, proved = bilinear(d, label, 4 * (n + m + R + Q) - whole, K, gram, values)
        rest = d.nonnegative("squares", K)
        smooth = d.by_definition("F_t is L-smooth", L**2 * x, R)
        drift = d.by_definition("Sigma_t^2 is a supremum over points", S, Q)
        bound = 4 * n + 4 * m + 4 * L**2 * x + 4 * S
        fact = d.combine(
            "at most the bound", left, -bound, [(_ONE, more), (_ONE, rest), (_FOUR, smooth), (_FOUR, drift)]
        )
        same = d.identity("the bound", bound, d.claimed(lemma_bounds.split4, n=n, m=m, x=x, S=S, L=L))
        larger = d.at_most("the claimed bound is no smaller", lemma_bounds.split4, subject["split4"])
        return d.conclude([proved, fact, same, larger], scope, statement)

    return derive(proof, scope, statement)


@check("sea_omd.lemma.split4", timeout=30)
def split4(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Equal parts, where there is equality, and random ones; then the squares of all differences of parts."""
    entries = four_parts(90 if effort.full else 9)
    yield against(entries, "split4", subject["split4"], ("<", "=="), "two rounds of quadratic losses")
    yield _split4(subject)


# Orthogonal noise in the mean


def _rules(n: int = 1, **given: Any) -> dict[str, Any]:
    """One round: nothing moves and there is no noise, unless given."""
    still = [Fraction(0)] * n
    rules = {"play": still, "centre": still, "play_on_noise": Fraction(0), "centre_on_noise": Fraction(0)}
    return {**{name: text(value) for name, value in {**rules, **given}.items()}, "atoms": given.get("atoms", [])}


def _atoms(*pairs: tuple[list[Fraction], Fraction]) -> list[Any]:
    return [[text(value), str(probability)] for value, probability in pairs]


def signs(size: Fraction, n: int = 1) -> list[Any]:
    """A fair sign times a vector of norm ``size`` along the first axis."""
    vector = [size, *[Fraction(0)] * (n - 1)]
    return _atoms((vector, Fraction(1, 2)), ([-entry for entry in vector], Fraction(1, 2)))


def answered(L: Fraction, slope: Fraction, size: Fraction, *, last: Fraction = Fraction(0)) -> dict[str, Any]:
    """Three rounds, noise in the second one: learner and adversary answer it so that all parts of h_3 are equal."""
    none = _atoms(([Fraction(0)], Fraction(1)))
    rounds = [
        _rules(centre=[-slope], atoms=none),
        _rules(atoms=signs(size)),
        _rules(play_on_noise=-1 / L, centre_on_noise=Fraction(1), atoms=signs(last) if last else none),
    ]
    return {"L": str(L), "G": str(abs(slope)), "rounds": rounds}


def _constant(slope: Fraction, T: int) -> dict[str, Any]:
    none = _atoms(([Fraction(0)], Fraction(1)))
    rounds = [_rules(centre=[-slope if t == 0 else Fraction(0)], atoms=none) for t in range(T)]
    return {"L": "0", "G": str(abs(slope)), "rounds": rounds}


def _drawn(draw: random.Random, T: int, n: int, learner: bool) -> dict[str, Any]:
    """A random game: drifting centres, two or three atoms a round, a linear answer or mirror descent on a box."""

    def vector() -> list[Fraction]:
        return [Fraction(draw.randint(-4, 4), 4) for _ in range(n)]

    rounds = []
    for _ in range(T):
        v, w = vector(), vector()
        third = [-(a + b) for a, b in zip(v, w, strict=True)]
        three = _atoms((v, Fraction(1, 3)), (w, Fraction(1, 3)), (third, Fraction(1, 3)))
        two = _atoms((v, Fraction(1, 4)), ([-entry / 3 for entry in v], Fraction(3, 4)))
        answers = {name: Fraction(draw.randint(-2, 2), 2) for name in ("play_on_noise", "centre_on_noise")}
        atoms = three if n > 1 and T < 6 else two
        rounds.append(_rules(n, play=vector(), centre=vector(), atoms=atoms, **answers))
    more = {"learner": {"eta": "1/2", "radius": "1"}} if learner else {}
    return {"L": str(Fraction(draw.randint(0, 4), 2)), "G": "12", "rounds": rounds, **more}


@functools.lru_cache(maxsize=4)
def games(full: bool = False) -> tuple[dict[str, Any], ...]:
    """Games that meet the bounds, then random ones over 1 to 9 rounds (to 14 at full effort)."""
    draw = random.Random(19)
    sizes = [(Fraction(2), Fraction(3)), (Fraction(1), Fraction(1, 2)), (Fraction(3), Fraction(1))]
    met = [answered(L, slope, size) for L, (slope, size) in zip(_SMOOTHNESSES, sizes, strict=True)]
    met += [answered(Fraction(2), Fraction(1), Fraction(1, 2), last=Fraction(3)), _constant(Fraction(2), 1)]
    met += [_constant(Fraction(1, 2), 3)]
    lengths = [1, 2, 3, 3, 4, 5, 6, 9] + ([4, 5, 6, 8, 10, 12, 14] if full else [])
    return (*met, *(_drawn(draw, T, 1 + (T + i) % 2 if T < 6 else 1, i % 2 == 1) for i, T in enumerate(lengths)))


@functools.lru_cache(maxsize=4)
def _moments(full: bool = False) -> tuple[list[dict[str, Fraction]], ...]:
    return tuple(game_witnesses.moments(game) for game in games(full))


def _short() -> list[dict[str, Any]]:
    """The games of at most four rounds, which a witness evaluates quickly."""
    return [game for game in games() if len(game["rounds"]) <= 4]


def _enumerated(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """All rounds of all games, every sequence of noises in turn: orthogonality, and both claimed bounds."""
    described = "finite games, every sequence of noises enumerated in exact rationals"
    second, split, total = (subject[role] for role in ("second_moment", "split_orth", "total"))
    numbered = list(range(len(games(effort.full))))

    def orthogonal(index: int) -> list[Relation]:
        rounds = _moments(effort.full)[index]
        zero = [Relation(entry["cross"], "==", Fraction(0)) for entry in rounds]
        return zero + [Relation(e["a"], "==", value_at(second, N=e["N"], H=e["H"])) for e in rounds]

    def split_up(index: int) -> list[Relation]:
        L = Fraction(games(effort.full)[index]["L"])
        return [
            Relation(e["a"], "<=", value_at(split, L=L, **{name: e[name] for name in ("s", "r", "x", "S")}))
            for e in _moments(effort.full)[index]
        ]

    def summed(index: int) -> Relation:
        found = game_witnesses.totals(games(effort.full)[index], _moments(effort.full)[index])
        names = ("G", "sigma", "Sigma", "X", "L")
        return Relation(found["left"], "<=", value_at(total, **{name: found[name] for name in names}))

    for part, verify in (("orthogonality", orthogonal), ("bound", split_up), ("total", summed)):
        yield rational.certify(numbered, verify, f"{part}: exact means", described).for_part(part)


def _round_derivation(names: Sequence[str], signed: Sequence[str], sign: int) -> Derivation:
    """Numbers are means of squared norms in one round; samples are all rounds of the games."""
    made = []
    for game, moments in zip(games(), _moments(), strict=True):
        for t, entry in enumerate(moments, start=1):  # before the first round all is 0, as F_0 is at its minimum
            values = {**{name: entry[name] for name in (*names, *signed)}, "L": Fraction(game["L"])}
            made.append(Sample(values, sign * entry["a"], {"T": t}))
    numbers = Domain(SMOOTHNESS, *(square(name) for name in names), *(Real(name) for name in signed))
    return Derivation(numbers, made)


def _orthogonality(subject: Subject) -> Finding:
    statement, scope = "E||g_t - g_{t-1}||^2 = E||n_t||^2 + E||h_t||^2", variance_claims.split_orth.domain

    def proof() -> Finding:
        d = _round_derivation(("a", "N", "H"), ("cross",), 1)
        a, N, H, cross = (d[name] for name in ("a", "N", "H", "cross"))
        left = d.expands("E||g_t - g_{t-1}||^2", a)
        gram = Gram("n", "h")
        n, h = gram["n"], gram["h"]
        whole = gram.square(combined((1, n), (1, h)))
        values = {"a": whole, "N": gram.square(n), "H": gram.square(h), "cross": gram.inner(n, h)}
        more, less, proved = bilinear(d, "g_t - g_{t-1} = n_t + h_t, in the mean", a, N + 2 * cross + H, gram, values)
        label = "E<n_t, h_t> = 0: h_t is fixed before n_t is drawn, and n_t is centred"
        above = d.lemma(label, lemmas.TOWER, cross, _ZERO)
        below = d.lemma(label, lemmas.TOWER, -cross, _ZERO)
        two = sympy.Integer(2)
        facts = [
            proved,
            d.combine("at least", left, N + H, [(_ONE, more), (two, above)]),
            d.combine("at most", N + H, left, [(_ONE, less), (two, below)]),
            d.identity("the sum", N + H, d.claimed(lemma_bounds.second_moment, N=N, H=H)),
            d.equal("the claimed one is the same", lemma_bounds.second_moment, subject["second_moment"]),
        ]
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


def _three_parts(d: Derivation) -> list[Fact]:
    """E||h_t||^2 = 3 (E||R||^2 + E||Q||^2 + E||n_{t-1}||^2) - the squared differences of the three parts."""
    gram = Gram("bent", "drift", "m")
    parts = [gram["bent"], gram["drift"], combined((-1, gram["m"]))]
    values = {name: gram.square(part) for name, part in zip(("R", "Q", "M"), parts, strict=True)}
    pairs = [combined((1, parts[i]), (-1, parts[j])) for i in range(3) for j in range(i)]
    values["K"] = sympy.Add(*(gram.square(pair) for pair in pairs))
    values["H"] = gram.square(combined(*((1, part) for part in parts)))
    R, Q, M, K, H = (d[name] for name in ("R", "Q", "M", "K", "H"))
    label = "3 sum ||v_i||^2 - ||sum v_i||^2 = sum over pairs ||v_i - v_j||^2, in the mean"
    return bilinear(d, label, 3 * (R + Q + M) - H, K, gram, values)


def _bound(subject: Subject) -> Finding:
    statement, scope = "E||g_t - g_{t-1}||^2 <= the claimed bound", variance_claims.split_orth.domain

    def proof() -> Finding:
        d = _round_derivation(("a", "N", "H", "R", "Q", "M", "K", "s", "r", "x", "S"), (), -1)
        a, N, H, R, Q, M, K, s, r, x, S, L = (d[name] for name in ("a", "N", "H", *"RQMKsrxSL"))
        left = d.expands("-E||g_t - g_{t-1}||^2", -a)
        split = d.by_definition("orthogonality, as derived above", N + H, a)
        more, _, proved = _three_parts(d)
        facts = [
            (_ONE, split),
            (_ONE, more),
            (_ONE, d.nonnegative("squares", K)),
            (_ONE, d.by_definition("E||n_t||^2 <= sigma_t^2", s, N)),
            (_THREE, d.by_definition("E||n_{t-1}||^2 <= sigma_{t-1}^2", r, M)),
            (_THREE, d.by_definition("F_t is L-smooth", L**2 * x, R)),
            (_THREE, d.by_definition("Sigma_t^2 is a supremum over points", S, Q)),
        ]
        bound = s + 3 * r + 3 * L**2 * x + 3 * S
        fact = d.combine("at most the bound", left, -bound, facts)
        same = d.identity("the bound", bound, d.claimed(lemma_bounds.split_orth, s=s, r=r, x=x, S=S, L=L))
        larger = d.at_most("the claimed bound is no smaller", lemma_bounds.split_orth, subject["split_orth"])
        return d.conclude([proved, fact, same, larger], scope, statement)

    return derive(proof, scope, statement)


def _total_sample(game: Mapping[str, Any], moments: list[dict[str, Fraction]]) -> Sample:
    found = game_witnesses.totals(game, moments)
    left = found.pop("left")
    return Sample({**found, "tail": left - found["first"]}, -left, {"T": len(game["rounds"])})


def _total(subject: Subject) -> Finding:
    statement, scope = "E Vbar_T <= the claimed bound", variance_claims.split_orth.domain

    def proof() -> Finding:
        names = ("first", "tail", "sigma", "Sigma", "X", "sigma_1", "sigma_T")
        numbers = Domain(SMOOTHNESS, Real("G", 0, None), *(square(name) for name in names))
        d = Derivation(numbers, [_total_sample(*pair) for pair in zip(games(), _moments(), strict=True)])
        first, tail, sigma, Sigma, X, one, last, G, L = (d[name] for name in (*names, "G", "L"))
        left = d.expands("-(E||g_1||^2 + sum over t >= 2)", -first - tail)
        rounds = d.lemma(
            "the bound of each round t >= 2, summed: sigma^2 over 2..T once, over 1..T-1 three times",
            lemmas.TERMWISE,
            (sigma - one) + 3 * (sigma - last) + 3 * L**2 * X + 3 * Sigma,
            tail,
        )
        parts = [
            (_ONE, rounds),
            (_ONE, d.by_definition("E||g_1||^2 <= G^2", G**2, first)),
            (_ONE, d.nonnegative("sigma_1^2", one)),
            (_THREE, d.nonnegative("sigma_T^2", last)),
        ]
        bound = G**2 + 4 * sigma + 3 * Sigma + 3 * L**2 * X
        fact = d.combine("at most the bound", left, -bound, parts)
        at = {"G": G, "sigma": sigma, "Sigma": Sigma, "X": X, "L": L}
        same = d.identity("the bound", bound, d.claimed(lemma_bounds.total_variation, **at))
        larger = d.at_most("the claimed bound is no smaller", lemma_bounds.total_variation, subject["total"])
        return d.conclude([fact, same, larger], scope, statement)

    return derive(proof, scope, statement)


@check("sea_omd.lemma.split_orth", timeout=30)
def split_orth(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Games that meet the bounds and random ones, enumerated in full; then the tower property and three parts."""
    tried, described = _short(), "finite games, every sequence of noises enumerated"
    role = subject["second_moment"]
    yield against(tried, "second_moment", role, ("==",), described).for_part("orthogonality")
    yield against(tried, "split_orth", subject["split_orth"], ("<", "=="), described).for_part("bound")
    yield against(tried, "total_variation", subject["total"], ("<", "=="), described).for_part("total")
    yield from _enumerated(subject, effort)
    yield _orthogonality(subject).for_part("orthogonality")
    yield _bound(subject).for_part("bound")
    yield _total(subject).for_part("total")
