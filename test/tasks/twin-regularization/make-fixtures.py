"""Writes fixtures/recurrent.json and fixtures/edits.json: states, losses and edits by NumPy in float64.

States come from the cells' formulas, sequence by sequence and frame by frame, without padding: a sequence has the frames
that it has. Weights and inputs are multiples of 1/64, which float32 holds exactly. Gradients are central differences. Edits come from the recursion of
Levenshtein's distance over prefixes, memoized, which counts nothing but their number. Run from this folder, in an
environment of its own:

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6
    venv/bin/python make-fixtures.py
"""

import json
from functools import lru_cache
from pathlib import Path

import numpy as np

WIDTH, INPUTS, CLASSES, LENGTHS = 3, 2, 4, [5, 3]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def exact(random, *shape):
    return np.round(random.uniform(-1, 1, shape) * 64) / 64


def gru(x, w):
    """z and r of Cho et al. 2014; columns of input: z, r, candidate; of recurrent: z, r."""
    h, states = np.zeros(WIDTH), []
    for frame in x:
        wz, wr, wh = np.split(frame @ w["input"] + w["bias"], 3)
        uz, ur = np.split(w["recurrent"], 2, axis=1)
        z, r = sigmoid(wz + h @ uz), sigmoid(wr + h @ ur)
        inner = np.tanh(wh + (r * h) @ w["candidate"])
        h = z * h + (1 - z) * inner
        states.append(h)
    return np.array(states)


def minimal_gru(x, w):
    h, states = np.zeros(WIDTH), []
    for frame in x:
        wz, wh = np.split(frame @ w["input"] + w["bias"], 2)
        uz, uh = np.split(w["recurrent"], 2, axis=1)
        z = sigmoid(wz + h @ uz)
        inner = np.tanh(wh + h @ uh)
        h = z * h + (1 - z) * inner
        states.append(h)
    return np.array(states)


def light_gru(xs, w):
    """All sequences at once: normalization is over all frames, those of zeros behind the ends included."""
    longest = max(len(x) for x in xs)
    padded = np.array([np.vstack([x, np.zeros((longest - len(x), INPUTS))]) for x in xs])
    projected = padded @ w["input"]
    mean, variance = projected.mean(axis=(0, 1)), projected.var(axis=(0, 1))
    projected = w["scale"] * (projected - mean) / np.sqrt(variance + 1e-5) + w["offset"]
    found = []
    for x, rows in zip(xs, projected):
        h, states = np.zeros(WIDTH), []
        for row in rows[: len(x)]:
            wz, wh = np.split(row, 2)
            uz, uh = np.split(w["recurrent"], 2, axis=1)
            z = sigmoid(wz + h @ uz)
            h = z * h + (1 - z) * np.maximum(wh + h @ uh, 0)
            states.append(h)
        found.append(np.array(states))
    return found


def cross_entropy(states, labels, output):
    """Mean over all frames of all sequences."""
    losses = []
    for rows, own in zip(states, labels):
        logits = rows @ output["weight"] + output["bias"]
        log = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        losses += [-log[t, label] for t, label in enumerate(own)]
    return float(np.mean(losses))


def mean_square(ahead, against):
    """Mean over all frames of all sequences, and over units."""
    squares = [np.square(f - b) for f, b in zip(ahead, against)]
    return float(np.vstack(squares).mean())


def weights(random, cell, inputs=INPUTS):
    parts = 3 if cell == "gru" else 2
    own = {"input": exact(random, inputs, parts * WIDTH), "recurrent": exact(random, WIDTH, 2 * WIDTH)}
    if cell == "gru":
        own["candidate"] = exact(random, WIDTH, WIDTH)
    if cell == "light-gru":
        own |= {"scale": exact(random, parts * WIDTH), "offset": exact(random, parts * WIDTH)}
    else:
        own["bias"] = exact(random, parts * WIDTH)
    return own


def states_of(cell, xs, w):
    if cell == "light-gru":
        return light_gru(xs, w)
    return [{"gru": gru, "minimal-gru": minimal_gru}[cell](x, w) for x in xs]


def backwards(cell, xs, w):
    """At each frame the state that has read it and those behind it."""
    return [rows[::-1] for rows in states_of(cell, [x[::-1] for x in xs], w)]


def loss_of(method, cell, xs, labels, w, constant=None):
    """@param constant what the term holds the forward states against; left out: the twin's states"""
    ahead = states_of(cell, xs, w["forward"])
    told = cross_entropy(ahead, labels, w["output"])
    if method == "unidirectional":
        return told
    against = backwards(cell, xs, w["forward" if method == "shared-twin" else "twin"])
    if method != "shared-twin":
        told += cross_entropy(against, labels, w["twin output"])
    if method == "twin-networks":
        ahead = [rows @ w["map"]["weight"] + w["map"]["bias"] for rows in ahead]
    return told + 0.6 * mean_square(ahead, against if constant is None else constant)


def gradients(method, cell, xs, labels, w):
    """Central differences of all entries of all weights that the loss reads."""
    stopped = method in ("stopped-twin", "twin-networks")
    constant = backwards(cell, xs, w["twin"]) if stopped else None
    read = {"unidirectional": ["forward", "output"], "shared-twin": ["forward", "output"]}.get(
        method, ["forward", "output", "twin", "twin output"] + (["map"] if method == "twin-networks" else [])
    )
    found, step = {}, 1e-5
    for group in read:
        for name, values in w[group].items():
            slope = np.zeros_like(values)
            for at in np.ndindex(values.shape):
                kept = values[at]
                sides = []
                for side in (step, -step):
                    values[at] = kept + side
                    sides.append(loss_of(method, cell, xs, labels, w, constant))
                values[at] = kept
                slope[at] = (sides[0] - sides[1]) / (2 * step)
            found[f"{group} {name}"] = slope.round(9)
    return found


def case(random, cell):
    xs = [exact(random, length, INPUTS) for length in LENGTHS]
    labels = [random.integers(0, CLASSES, length).tolist() for length in LENGTHS]
    dense = lambda rows, columns: {"weight": exact(random, rows, columns), "bias": exact(random, columns)}
    w = {
        "forward": weights(random, cell),
        "output": dense(WIDTH, CLASSES),
        "twin": weights(random, cell),
        "twin output": dense(WIDTH, CLASSES),
        "map": dense(WIDTH, WIDTH),
    }
    methods = ["unidirectional", "shared-twin", "separate-twin", "stopped-twin", "twin-networks"]
    return {
        "cell": cell,
        "inputs": xs,
        "labels": labels,
        "weights": w,
        "states": states_of(cell, xs, w["forward"]),
        "losses": {
            method: {
                "loss": loss_of(method, cell, xs, labels, w),
                "gradients": gradients(method, cell, xs, labels, w),
            }
            for method in methods
        },
    }


def distance(right, heard):
    @lru_cache(maxsize=None)
    def of(i, j):
        if i == 0 or j == 0:
            return i + j
        if right[i - 1] == heard[j - 1]:
            return of(i - 1, j - 1)
        return 1 + min(of(i - 1, j - 1), of(i - 1, j), of(i, j - 1))

    return of(len(right), len(heard))


def plain(value):
    if isinstance(value, dict):
        return {name: plain(own) for name, own in value.items()}
    if isinstance(value, np.ndarray):
        return value.tolist()
    return [plain(own) for own in value] if isinstance(value, list) else value


def main():
    random = np.random.default_rng(20180902)
    cells = [plain(case(random, cell)) for cell in ("gru", "minimal-gru", "light-gru")]
    Path("fixtures/recurrent.json").write_text(json.dumps(cells, indent=2) + "\n")
    pairs = []
    for _ in range(40):
        right, heard = (random.integers(0, 4, random.integers(0, 9)).tolist() for _ in range(2))
        pairs.append({"right": right, "heard": heard, "edits": distance(right, heard)})
    Path("fixtures/edits.json").write_text(json.dumps(pairs, indent=2) + "\n")


if __name__ == "__main__":
    main()
