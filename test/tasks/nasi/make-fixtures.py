"""Writes fixtures/small-networks.json: traces, gradients' estimates and search steps of small networks.

Only forward passes are written down, in complex numbers; every derivative is a complex step, Im f(θ + ih)/h, which is
exact to rounding. The search's derivatives by α are central differences of the score. Run from this folder, in an
environment of its own; it takes a minute or two:

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6
    venv/bin/python make-fixtures.py
"""

import json
from pathlib import Path

import numpy as np

STEP = 1e-30


def relu(x):
    return np.sqrt(2) * np.where(x.real > 0, x, 0)


ACTIVATIONS = [relu, np.tanh, lambda x: x, lambda x: 1 / (1 + np.exp(-x))]
LETTERS = "rtls"
OPERATIONS = "ns13p"


def conv(x, w):
    """x [side, side, in], w [k, k, in, out]: zeros around the image, over the root of what an output sees."""
    k, _, channels, out = w.shape
    side, reach = x.shape[0], k // 2
    padded = np.zeros((side + 2 * reach, side + 2 * reach, channels), dtype=complex)
    padded[reach : reach + side, reach : reach + side] = x
    y = np.zeros((side, side, out), dtype=complex)
    for a in range(k):
        for b in range(k):
            y += np.einsum("yxi,io->yxo", padded[a : a + side, b : b + side], w[a, b])
    return y / np.sqrt(k * k * channels)


def smooth(x):
    side = x.shape[0]
    rows = [slice(max(0, i - 1), min(side, i + 2)) for i in range(side)]
    return np.array([[x[r, c].mean(axis=(0, 1)) for c in rows] for r in rows])


def halved(x):
    side, _, channels = x.shape
    return x.reshape(side // 2, 2, side // 2, 2, channels).mean(axis=(1, 3))


def mlp(weights, x, mixing, layers):
    """mixing [layers, 4]; an architecture is a mixture of one."""
    h = x.astype(complex)
    for layer in range(layers):
        w = weights[f"layer-{layer + 1}"]
        h = conv(h, w)
        h = sum(m * f(h) for m, f in zip(mixing[layer], ACTIVATIONS) if m != 0)
    return conv(h, weights["output"]).ravel()


def cells(weights, x, mixing, nodes, count):
    """mixing [edges, 5]."""
    h = halved(conv(x.astype(complex), weights["stem"]))
    for cell in range(count):
        if cell > 0:
            h = halved(h)
        values, edge = [h], 0
        for to in range(1, nodes):
            total = np.zeros_like(h)
            for source in range(to):
                name = f"cell-{cell + 1}/edge-{source}-{to}"
                _, skip, one, three, mean = mixing[edge]
                start = values[source]
                if skip != 0:
                    total = total + skip * start
                if one != 0:
                    total = total + one * conv(relu(start), weights[f"{name}/conv-1"])
                if three != 0:
                    total = total + three * conv(relu(start), weights[f"{name}/conv-3"])
                if mean != 0:
                    total = total + mean * smooth(start)
                edge += 1
            values.append(total)
        h = values[-1]
    return conv(relu(h).mean(axis=(0, 1), keepdims=True), weights["output"]).ravel()


def loss(logits, label):
    return np.log(np.exp(logits).sum()) - logits[label]


def derivatives(function, weights):
    """∂function/∂θ of every weight, [outputs, θ]; in the order of the weights' names."""
    columns = []
    for name, w in weights.items():
        for index in np.ndindex(w.shape):
            moved = dict(weights)
            moved[name] = w.astype(complex)
            moved[name][index] += 1j * STEP
            columns.append(np.atleast_1d(function(moved)).imag / STEP)
    return np.array(columns).T


def estimates(network, weights, xs, labels):
    traces = [np.square(derivatives(lambda w, x=x: network(w, x), weights)).sum() for x in xs]
    gradients = np.array(
        [derivatives(lambda w, x=x, y=y: loss(network(w, x), y), weights)[0] for x, y in zip(xs, labels)]
    )
    mean = gradients.mean(axis=0)
    return {
        "exact": float(np.mean(traces)),
        "per_sample": float(np.mean(np.square(gradients).sum(axis=1))),
        "minibatch": float(np.square(mean).sum()),
        "gradient": mean.tolist(),
    }


def softmax(values):
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def search(network, weights, batches, gumbels, temperature, mu, nu):
    """One step of search from α = 0; ν fixed."""
    gradients, norms, most = [], [], 0.0
    step = np.zeros_like(gumbels[0])
    for (xs, labels), gumbel in zip(batches, gumbels):
        def score(alpha):
            mixing = softmax((alpha + gumbel) / temperature)
            mean = np.mean(
                [derivatives(lambda w, x=x, y=y: loss(network(w, x, mixing), y), weights)[0] for x, y in zip(xs, labels)],
                axis=0,
            )
            return np.square(mean).sum()

        zero = np.zeros_like(gumbel)
        norm = score(zero)
        gradient = np.zeros_like(gumbel)
        for index in np.ndindex(gumbel.shape):
            moved = zero.copy()
            moved[index] = 1e-4
            gradient[index] = (score(moved) - score(-moved)) / 2e-4
        if norm > nu:
            gradient = (1 - mu) * gradient
        most = max(most, np.sqrt(np.square(gradient).sum()))
        step += gradient / most / len(gumbels)
        norms.append(float(norm))
        gradients.append(gradient.ravel().tolist())
    return {"norms": norms, "gradients": gradients, "alpha": step.ravel().tolist()}


def one_hot(choices, letters):
    return np.array([[1.0 if letter == choice else 0.0 for letter in letters] for choice in choices])


def listed(weights):
    return {name: {"shape": list(w.shape), "values": w.ravel().tolist()} for name, w in weights.items()}


def cell_weights(random, operations, nodes, count, width, outputs):
    weights = {"stem": (3, 3, 3, width)}
    for cell in range(count):
        edge = 0
        for to in range(1, nodes):
            for source in range(to):
                name = f"cell-{cell + 1}/edge-{source}-{to}"
                if "1" in operations[edge]:
                    weights[f"{name}/conv-1"] = (1, 1, width, width)
                if "3" in operations[edge]:
                    weights[f"{name}/conv-3"] = (3, 3, width, width)
                edge += 1
    weights["output"] = (1, 1, width, outputs)
    return {name: random.standard_normal(shape) for name, shape in weights.items()}


def mlp_weights(random, layers, inputs, width, outputs):
    weights = {f"layer-{i + 1}": (1, 1, inputs if i == 0 else width, width) for i in range(layers)}
    weights["output"] = (1, 1, width, outputs)
    return {name: random.standard_normal(shape) for name, shape in weights.items()}


def batch(random, count, shape, outputs):
    return random.standard_normal((count, *shape)), random.integers(outputs, size=count)


def main():
    random = np.random.default_rng(20220425)
    scores, searches = [], []

    def told(space, sizes, width, weights):
        side, channels, outputs = sizes
        given = {"side": side, "channels": channels, "outputs": outputs}
        return {"space": space, "sizes": given, "width": width, "weights": listed(weights)}

    for choices in ["rtl", "srr"]:
        weights = mlp_weights(random, 3, 4, 3, 3)
        xs, labels = batch(random, 4, (1, 1, 4), 3)
        found = estimates(lambda w, x: mlp(w, x, one_hot(choices, LETTERS), 3), weights, xs, labels)
        space = {"name": "mlp", "layers": 3}
        scores.append(
            {**told(space, (1, 4, 3), 3, weights), "choices": choices, "x": xs.ravel().tolist(), "labels": labels.tolist(), **found}
        )
    for choices in ["3s1", "1p3", "p13"]:
        weights = cell_weights(random, choices, 3, 2, 2, 3)
        xs, labels = batch(random, 2, (8, 8, 3), 3)
        found = estimates(lambda w, x: cells(w, x, one_hot(choices, OPERATIONS), 3, 2), weights, xs, labels)
        space = {"name": "conv-cell", "nodes": 3, "cells": 2}
        scores.append(
            {**told(space, (8, 3, 3), 2, weights), "choices": choices, "x": xs.ravel().tolist(), "labels": labels.tolist(), **found}
        )

    for space, sizes, width, weights, network, shape in [
        (
            {"name": "mlp", "layers": 2},
            (1, 4, 3),
            3,
            mlp_weights(random, 2, 4, 3, 3),
            lambda w, x, mixing: mlp(w, x, mixing, 2),
            (2, 4),
        ),
        (
            {"name": "conv-cell", "nodes": 3, "cells": 1},
            (4, 3, 3),
            2,
            cell_weights(random, [OPERATIONS] * 3, 3, 1, 2, 3),
            lambda w, x, mixing: cells(w, x, mixing, 3, 1),
            (3, 5),
        ),
    ]:
        side, channels, outputs = sizes
        batches = [batch(random, 3, (side, side, channels), outputs) for _ in range(3)]
        gumbels = [random.gumbel(size=shape) for _ in range(3)]
        settings = {"temperature": 0.7, "mu": 2.0}
        norms = search(network, weights, batches, gumbels, **settings, nu=np.inf)["norms"]
        # Between the norms, so that some samples are punished.
        nu = float(np.median(norms) * 1.001)
        found = search(network, weights, batches, gumbels, **settings, nu=nu)
        samples = [
            {"x": xs.ravel().tolist(), "labels": labels.tolist(), "gumbel": gumbel.ravel().tolist()}
            for (xs, labels), gumbel in zip(batches, gumbels)
        ]
        searches.append({**told(space, sizes, width, weights), **settings, "nu": nu, "samples": samples, **found})

    text = json.dumps({"scores": scores, "searches": searches}, separators=(",", ":"))
    Path("fixtures/small-networks.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
