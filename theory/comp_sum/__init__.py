"""H-consistency bounds of comp-sum losses (Mao, Mohri, Zhong, ICML 2023)."""
