"""What happens along the convergents: dynamics, gcds, enclosures, and the census of all formulas."""
