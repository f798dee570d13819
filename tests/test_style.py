"""The house style: colours apart for every reader, theory as lines, measurement as markers with bands."""

from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from figures import style
from plumbline.errors import InputError

# Machado, Oliveira, Fernandes (2009), severity 1, on linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D65) of linear RGB."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(to_xyz @ np.clip(rgb, 0, 1) / np.array([0.9505, 1.0, 1.089]) + 1e-9)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eye", DEFICIENCIES)
def test_neighbouring_colours_differ_for_every_reader(eye: str) -> None:
    linear = [np.array(to_rgb(color)) ** 2.2 for color in style.PALETTE]
    seen = [lab(DEFICIENCIES[eye] @ color) for color in linear]
    distances = [np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)]
    assert len(distances) == 21
    assert min(distances) > 9


def test_series_cycle_through_palette_and_markers() -> None:
    assert [style.series_color(i) for i in range(7)] == list(style.PALETTE)
    assert style.series_color(7) == style.series_color(0)
    assert style.series_marker(8) == style.series_marker(1)


@pytest.mark.parametrize("index", [-1, 0.5, True, float("nan")])
def test_a_bad_series_index_is_refused(index: object) -> None:
    with pytest.raises(InputError, match="series index"):
        style.series_color(index)  # type: ignore[arg-type]


def test_theory_is_a_line_and_measurement_is_markers_with_a_band() -> None:
    _, axes = style.new_figure()
    x = np.linspace(0, 1, 20)
    curve = style.theory(axes, x, x**2, 2, label="theory", variant=1)
    dots = style.measured(axes, x[::-1], x[::-1] ** 2, 2, band=(x[::-1] ** 2 - 0.1, x[::-1] ** 2 + 0.1))
    assert curve.get_linestyle() == "--" and curve.get_marker() == "None"
    assert dots.get_linestyle() == "None" and dots.get_marker() == "^"
    assert curve.get_color() == dots.get_markerfacecolor() == "#009E73"
    (band,) = axes.collections
    vertices = band.get_paths()[0].vertices
    assert vertices[:, 1].min() == pytest.approx(-0.1) and vertices[:, 1].max() == pytest.approx(1.1)


@pytest.mark.parametrize("bad", [[], [0.0, float("nan")], [[0.0, 1.0]], [1.0, 2.0, 3.0]])
def test_series_that_cannot_be_drawn_are_refused(bad: list[float]) -> None:
    _, axes = style.new_figure()
    with pytest.raises(InputError, match="y "):
        style.theory(axes, [0.0, 1.0], bad)


def test_a_band_upside_down_is_refused() -> None:
    _, axes = style.new_figure()
    with pytest.raises(InputError, match="low <= high"):
        style.measured(axes, [0.0], [0.0], band=([1.0], [0.0]))


@pytest.mark.parametrize("options", [{"width": 0.0}, {"height": float("inf")}, {"width": float("nan")}])
def test_a_size_that_is_none_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(InputError, match="width and height"):
        style.new_figure(**options)  # type: ignore[arg-type]


def test_pdf_embeds_truetype_fonts_and_uses_the_style() -> None:
    figure, axes = style.new_figure(1, 2, sharey=True)
    axes[0].set_xlabel(r"$\beta$")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="pdf", metadata={"CreationDate": None, "ModDate": None})
    written = buffer.getvalue()
    assert b"/Type3" not in written and b"/FontFile2" in written
    assert tuple(figure.get_size_inches()) == pytest.approx((6.8, 3.4 * 0.618 + 0.25))
    assert not axes[0].spines["top"].get_visible()
