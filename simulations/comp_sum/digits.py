"""Test error over tau on the handwritten digits bundled with scikit-learn, with clean and with relabelled data.

One hidden layer, momentum; all tau, noise levels and seeds are trained together as one batch of networks. A seed
fixes split, relabelling, starting weights and order of the examples; every tau sees the same ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch
from pydantic import BaseModel, ConfigDict, Field

from plumbline.nouns import Experiment
from simulations.comp_sum.losses import clip_norm, comp_sum_loss

_CLASSES = 10
_MOMENTUM = 0.9
_LONGEST = 10.0
_TRAINED_ON = 0.7


class Settings(BaseModel):
    """``noises``: shares of training labels replaced by uniform ones; sizes of network and training."""

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1)
    taus: list[float] = Field(min_length=1)
    noises: list[float] = Field(min_length=1)
    seeds: int = Field(ge=1)
    hidden: int = Field(ge=1)
    epochs: int = Field(ge=1)
    batch: int = Field(ge=1)
    rate: float = Field(gt=0)


def load_digits() -> tuple[np.ndarray, np.ndarray]:
    """Images (1797, 64) with pixels in [0, 1], labels (1797,)."""
    from sklearn.datasets import load_digits as bundled

    images, labels = bundled(return_X_y=True)
    return images / 16, labels


def _runs(settings: Settings, generator: np.random.Generator) -> dict[str, torch.Tensor]:
    """Data, starting weights and orders of the runs (noise, seed), leading axes (noises, seeds)."""
    images, labels = load_digits()
    count = round(_TRAINED_ON * len(labels))
    kept: dict[str, list[Any]] = {name: [] for name in ("images", "labels", "test_images", "test_labels", "w1", "w2")}
    for noise in settings.noises:
        for _ in range(settings.seeds):
            order = generator.permutation(len(labels))
            train, test = order[:count], order[count:]
            replaced = generator.random(count) < noise
            noisy = np.where(replaced, generator.integers(_CLASSES, size=count), labels[train])
            bound = 1 / np.sqrt([images.shape[1], settings.hidden])
            sizes = [(images.shape[1] + 1, settings.hidden), (settings.hidden + 1, _CLASSES)]
            w1, w2 = (generator.uniform(-b, b, size) for b, size in zip(bound, sizes, strict=True))
            row = (images[train], noisy, images[test], labels[test], w1, w2)
            for name, value in zip(kept, row, strict=True):
                kept[name].append(value)
    return {name: torch.from_numpy(np.stack(values)) for name, values in kept.items()}


def _scores(weights: list[torch.Tensor], images: torch.Tensor) -> torch.Tensor:
    """Scores (runs, batch, classes) of one-hidden-layer networks (last row of each weight: the bias)."""
    first, second = weights
    hidden = torch.relu(torch.baddbmm(first[:, -1:], images, first[:, :-1]))
    return torch.baddbmm(second[:, -1:], hidden, second[:, :-1])


def _errors(weights: list[torch.Tensor], images: torch.Tensor, labels: torch.Tensor) -> np.ndarray:
    with torch.no_grad():
        wrong = _scores(weights, images).argmax(-1) != labels
    return np.asarray(wrong.double().mean(-1).cpu())


def study(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """One shard: all tau and noise levels, with seeds of its own."""
    generator = np.random.default_rng(seed)
    runs = _runs(settings, generator)
    models = len(settings.taus)
    data = {name: value.repeat(models, *[1] * (value.ndim - 1)).to(device) for name, value in runs.items()}
    per_tau = len(settings.noises) * settings.seeds
    tau = torch.tensor(settings.taus, dtype=torch.float64).repeat_interleave(per_tau)[:, None].to(device)
    weights = [data["w1"].clone().requires_grad_(), data["w2"].clone().requires_grad_()]
    speeds = [torch.zeros_like(w) for w in weights]
    rows = torch.arange(models * per_tau, device=device)[:, None]
    count = data["labels"].shape[1]
    for _ in range(settings.epochs):
        orders = np.stack([generator.permutation(count) for _ in range(per_tau)])
        shuffled = torch.from_numpy(orders).repeat(models, 1).to(device)
        for start in range(0, count, settings.batch):
            chosen = shuffled[:, start : start + settings.batch]
            loss = comp_sum_loss(_scores(weights, data["images"][rows, chosen]), data["labels"][rows, chosen], tau)
            gradients = list(torch.autograd.grad(loss.mean(-1).sum(), weights))
            clip_norm(gradients, _LONGEST)
            with torch.no_grad():
                for w, speed, gradient in zip(weights, speeds, gradients, strict=True):
                    w -= settings.rate * speed.mul_(_MOMENTUM).add_(gradient)
    return pd.DataFrame(
        {
            "shard": shard,
            "tau": np.repeat(settings.taus, per_tau),
            "noise": np.tile(np.repeat(settings.noises, settings.seeds), models),
            "seed": np.tile(np.arange(settings.seeds), models * len(settings.noises)),
            "train_error": _errors(weights, data["images"], data["labels"]),
            "test_error": _errors(weights, data["test_images"], data["test_labels"]),
        }
    )


DIGITS = Experiment(
    "comp_sum.digits",
    "Test error over tau on handwritten digits",
    Settings,
    study,
    {
        "shard": "shard",
        "tau": "parameter of the loss",
        "noise": "share of the training labels replaced by uniform ones",
        "seed": "index of split, relabelling and starting weights",
        "train_error": "zero-one error on the (relabelled) training data",
        "test_error": "zero-one error on the clean test data",
    },
)
