"""STARC: metrics between reward functions of a finite Markov decision process (Skalse et al., ICLR 2024)."""
