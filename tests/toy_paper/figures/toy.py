"""A figure that must not be imported for a listing."""

from plumbline.nouns import Figure

raise RuntimeError("the drawing library was loaded")

LINE = Figure("toy.line", "A line", "A line.", print, tables=("toy.noise",), claims=("toy.number.small",))
