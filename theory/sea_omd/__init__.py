"""Optimistic online mirror descent in the stochastically extended adversarial (SEA) model (Chen et al., JMLR 2024)."""
