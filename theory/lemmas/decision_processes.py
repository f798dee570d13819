"""Markov decision processes."""

from __future__ import annotations

from plumbline.nouns import Lemma

OCCUPANCY_FLOW = Lemma(
    "occupancy_flow",
    "Flow equations of discounted occupancy",
    r"$m_\pi(s,a)=\sum_k\gamma^k\Pr(s_k=s,a_k=a)$ satisfies $\sum_a m_\pi(t,a)-\gamma\sum_{s,a}\tau(t|s,a)m_\pi(s,a)="
    r"\mu_0(t)$; the nonnegative solutions are the occupancies of the stationary policies, and the vertices of their "
    r"polytope those of deterministic ones",
    "M. L. Puterman, Markov Decision Processes, section 6.9",
)
BELLMAN_EVALUATION = Lemma(
    "bellman_evaluation",
    "Bellman's evaluation equation",
    r"for $0\le\gamma<1$, $V(s)=\sum_a\pi(a|s)\big(r(s,a)+\gamma\sum_t\tau(t|s,a)V(t)\big)$ has $V^\pi$ as its one "
    r"solution, which is linear in $r$",
    "M. L. Puterman, Markov Decision Processes, section 6.1",
)
PERFORMANCE_DIFFERENCE = Lemma(
    "performance_difference",
    "Performance difference",
    r"$J(\pi')-J(\pi)=\sum_{s,a}m_{\pi'}(s,a)A^\pi(s,a)$ with $m_{\pi'}$ the discounted occupancy of $\pi'$",
    "S. Kakade and J. Langford, Approximately Optimal Approximate Reinforcement Learning, ICML 2002, lemma 6.1",
)
OCCUPANCY = Lemma(
    "occupancy",
    "Occupancy measures",
    r"$J_R(\pi)=\langle r,m_\pi\rangle$ with $m_\pi\ge 0$ of total mass $1/(1-\gamma)$; the occupancies of stationary "
    r"policies form a polytope whose vertices belong to deterministic ones",
    "M. L. Puterman, Markov Decision Processes, section 6.9",
)
