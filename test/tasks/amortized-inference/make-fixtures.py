"""Writes fixtures/objectives.json, and posteriors.json of the denoising encoder: what small networks are worth, in float64.

Objectives are computed sample by sample from densities alone, gradients by central differences, ln p(x) by summing
p(x, z) over a fine grid of z, and the best encoder of known posteriors by descent on what it costs. Run from this folder,
in an environment of its own:

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6
    venv/bin/python make-fixtures.py
"""

import json
from pathlib import Path

import numpy as np

PIXELS, HIDDEN, LATENT = 4, 3, 2
ROWS, SAMPLES, SHARE, BOUND = 3, 4, 0.25, 0.8


def applied(layers, x):
    for index, (weight, bias) in enumerate(layers):
        x = x @ weight + bias
        if index < len(layers) - 1:
            x = np.tanh(x)
    return x


def bounded(layers, bound):
    norms = [np.linalg.norm(weight, axis=0) for weight, _ in layers]
    return [(w * bound * np.tanh(n / bound) / n, b) for (w, b), n in zip(layers, norms)]


def log_normal(value, mean, variance):
    return (-0.5 * (np.log(2 * np.pi * variance) + (value - mean) ** 2 / variance)).sum()


def log_bits(x, logits):
    p = 1 / (1 + np.exp(-logits))
    return np.log(np.where(x == 1, p, 1 - p)).sum()


def encoded(encoder, x):
    both = applied(encoder, x)
    half = len(both) // 2
    return both[:half], np.exp(both[half:])


def divergence(mean, variance):
    return 0.5 * (mean**2 + variance - 1 - np.log(variance)).sum()


def elbo(encoder, decoder, x, seen, noise):
    mean, variance = encoded(encoder, seen)
    return log_bits(x, applied(decoder, mean + np.sqrt(variance) * noise)) - divergence(mean, variance)


def log_weight(encoder, decoder, x, noise):
    mean, variance = encoded(encoder, x)
    z = mean + np.sqrt(variance) * noise
    return log_bits(x, applied(decoder, z)) + log_normal(z, 0, 1) - log_normal(z, mean, variance)


def objectives(encoder, decoder, x, shifted, noise):
    """Means over the rows; row i of sample s has noise[s·rows + i]."""
    rows = range(len(x))
    plain = [elbo(encoder, decoder, x[i], x[i], noise[i]) for i in rows]
    denoising = [elbo(encoder, decoder, x[i], shifted[i], noise[i]) for i in rows]
    other = [elbo(encoder, decoder, x[i], shifted[i], noise[len(x) + i]) for i in rows]
    held = [elbo(bounded(encoder, BOUND), decoder, x[i], x[i], noise[i]) for i in rows]
    weights = [[log_weight(encoder, decoder, x[i], noise[s * len(x) + i]) for s in range(SAMPLES)] for i in rows]
    return {
        "vae": np.mean(plain),
        "denoising": np.mean(denoising),
        "mixed": np.mean([(1 - SHARE) * a + SHARE * b for a, b in zip(plain, other)]),
        "weight-bound": np.mean(held),
        "importance-weighted": np.mean([np.log(np.mean(np.exp(own))) for own in weights]),
    }


def gradients(name, parameters, x, shifted, noise):
    """Central differences, parameter by parameter in the order encoder, decoder, each matrix and then its bias."""
    encoder, decoder = parameters
    found = []
    for layers in parameters:
        for pair in layers:
            for entries in pair:
                own = np.zeros_like(entries)
                for place in np.ndindex(entries.shape):
                    kept, step = entries[place], 1e-5
                    entries[place] = kept + step
                    above = objectives(encoder, decoder, x, shifted, noise)[name]
                    entries[place] = kept - step
                    below = objectives(encoder, decoder, x, shifted, noise)[name]
                    entries[place] = kept
                    own[place] = (above - below) / (2 * step)
                found.append(own.ravel().tolist())
    return found


def drawn_layers(random, widths):
    return [
        (np.float32(random.normal(0, 0.7, (a, b))).astype(float), np.float32(random.normal(0, 0.3, b)).astype(float))
        for a, b in zip(widths, widths[1:])
    ]


def listed(layers):
    return [{"weight": weight.ravel().tolist(), "bias": bias.tolist()} for weight, bias in layers]


def log_likelihood_on_grid(decoder, x, latent):
    """ln Σ p(x, z) Δz over z in [−8, 8], for one or two entries of z."""
    axis = np.linspace(-8, 8, 801)
    grid = np.stack(np.meshgrid(*[axis] * latent, indexing="ij"), -1).reshape(-1, latent)
    logits = applied(decoder, grid)
    log_bit = np.where(x == 1, -np.log1p(np.exp(-logits)), -np.log1p(np.exp(logits))).sum(1)
    log_prior = -0.5 * (grid**2 + np.log(2 * np.pi)).sum(1)
    joint = log_bit + log_prior + latent * np.log(axis[1] - axis[0])
    return float(np.log(np.exp(joint - joint.max()).sum()) + joint.max())


def best_normal(weights, means, variances):
    """The mean and variance of least Σ wᵢ KL(q ‖ N(mᵢ, sᵢ²)), by descent on mean and log-variance, and that least."""
    mean, log_variance = 0.0, 0.0
    for _ in range(20_000):
        mean -= 0.05 * (weights * (mean - means) / variances).sum()
        log_variance -= 0.05 * 0.5 * ((weights * np.exp(log_variance) / variances).sum() - 1)
    ratio = np.exp(log_variance) / variances
    least = (weights * 0.5 * (ratio + (mean - means) ** 2 / variances - 1 - np.log(ratio))).sum()
    return float(mean), float(np.exp(log_variance)), float(least)


def main():
    random = np.random.default_rng(20181203)
    encoder = drawn_layers(random, [PIXELS, HIDDEN, 2 * LATENT])
    decoder = drawn_layers(random, [LATENT, HIDDEN, PIXELS])
    x = random.integers(0, 2, (ROWS, PIXELS)).astype(float)
    shifted = np.float32(x + random.normal(0, 0.6, x.shape)).astype(float)
    noise = np.float32(random.normal(0, 1, (SAMPLES * ROWS, LATENT))).astype(float)
    values = objectives(encoder, decoder, x, shifted, noise)
    written = {
        "pixels": PIXELS,
        "hidden": HIDDEN,
        "latent": LATENT,
        "share": SHARE,
        "bound": BOUND,
        "samples": SAMPLES,
        "encoder": listed(encoder),
        "decoder": listed(decoder),
        "x": x.ravel().tolist(),
        "shifted": shifted.ravel().tolist(),
        "noise": noise.ravel().tolist(),
        "values": {name: float(value) for name, value in values.items()},
        "gradients": {name: gradients(name, (encoder, decoder), x, shifted, noise) for name in values},
        "logLikelihoods": [log_likelihood_on_grid(decoder, row, LATENT) for row in x],
    }
    Path("fixtures/objectives.json").write_text(json.dumps(written) + "\n")

    points = random.normal(0, 1, (4, 2))
    means, variances = random.normal(0, 1, 4), np.array([0.25, 0.5, 0.1, 1.0])
    cases = []
    for sigma in [0.3, 1.0, 5.0]:
        at = points[1] + sigma * random.normal(0, 1, 2)
        densities = np.exp(-((points - at) ** 2).sum(1) / (2 * sigma**2)) / (2 * np.pi * sigma**2)
        weights = densities / densities.sum()
        mean, variance, least = best_normal(weights, means, variances)
        case = {"sigma": sigma, "at": at.tolist(), "weights": weights.tolist()}
        cases.append({**case, "mean": mean, "variance": variance, "least": least})
    posteriors = {"points": points.tolist(), "means": means.tolist(), "variances": variances.tolist(), "cases": cases}
    Path("../denoising-encoder/fixtures").mkdir(exist_ok=True)
    Path("../denoising-encoder/fixtures/posteriors.json").write_text(json.dumps(posteriors, indent=2) + "\n")


if __name__ == "__main__":
    main()
