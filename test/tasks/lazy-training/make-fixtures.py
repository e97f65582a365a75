"""Writes fixtures/least-risks.json: least risks of small random problems from fourth moments of Gaussians alone.

Neither formulas of risks nor projections are used: the least risk of a linear space of features φ(x) is E y² − bᵀG⁺b with
the exact G = E φφᵀ and b = E yφ, and that of all forms WᵀW comes from gradient descent with several starts. Run from this
folder, in an environment of its own:

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6
    venv/bin/python make-fixtures.py
"""

import json
from pathlib import Path

import numpy as np


def fourth_moments(covariance):
    """E x_i x_j x_k x_l of x ~ N(0, S): S_ij S_kl + S_ik S_jl + S_il S_jk."""
    s = covariance
    return np.einsum("ij,kl->ijkl", s, s) + np.einsum("ik,jl->ijkl", s, s) + np.einsum("il,jk->ijkl", s, s)


def problem(target, diagonal):
    """E y², and by pairs (i, j): E x_i x_j x_k x_l, E y x_i x_j and E x_i x_j; E y is 0."""
    d = len(diagonal)
    if target == "quadratic":
        fourth, second = fourth_moments(np.eye(d)), np.eye(d)
        b = np.diag(diagonal)
        trace = diagonal.sum()
        crossed = np.einsum("ij,ijkl->kl", b, fourth) - trace * second
        square = np.einsum("ij,kl,ijkl->", b, b, fourth) - 2 * trace * trace + trace * trace
        return square, fourth, crossed, second
    plus, minus = np.eye(d) + np.diag(diagonal), np.eye(d) - np.diag(diagonal)
    fourth = (fourth_moments(plus) + fourth_moments(minus)) / 2
    return 1.0, fourth, (plus - minus) / 2, (plus + minus) / 2


def least_of_span(forms, moments):
    """Over f(x) = Σ θ_f ⟨x, F_f x⟩ + c."""
    square, fourth, crossed, second = moments
    means = np.einsum("fij,ij->f", forms, second)
    g = np.einsum("fij,gkl,ijkl->fg", forms, forms, fourth) - np.outer(means, means)
    b = np.einsum("fij,ij->f", forms, crossed)
    return square - b @ np.linalg.pinv(g, rcond=1e-10) @ b


def least_of_rank(width, moments):
    """Over f(x) = ‖Wx‖² + c, W [width, d]."""
    square, fourth, crossed, second = moments
    d = len(second)
    centred = (fourth - np.einsum("ij,kl->ijkl", second, second)).reshape(d * d, d * d)
    random = np.random.default_rng(7)
    risks = []
    for _ in range(3):
        w = 0.3 * random.standard_normal((width, d))
        velocity = np.zeros_like(w)
        for _ in range(20_000):
            gradient = 2 * (centred @ (w.T @ w).ravel()).reshape(d, d) - 2 * crossed
            velocity = 0.9 * velocity + 2 * w @ gradient
            w = w - 0.01 * velocity
            if np.abs(velocity).max() < 1e-12:
                break
        a = (w.T @ w).ravel()
        risks.append(square - 2 * crossed.ravel() @ a + a @ centred @ a)
    return min(risks)


def main():
    random = np.random.default_rng(20191206)
    cases = []
    for target, d, width in [("quadratic", 6, 3), ("quadratic", 4, 7), ("mixture", 6, 2), ("mixture", 5, 5)]:
        diagonal = random.uniform(0.05, 1.2 if target == "quadratic" else 0.4, d)
        w = random.standard_normal((width, d)) / np.sqrt(d)
        moments = problem(target, diagonal)
        squares = np.einsum("ni,nj->nij", w, w)
        axes = np.eye(d)
        tangents = np.einsum("ni,kj->nkij", w, axes).reshape(-1, d, d)
        tangents = (tangents + tangents.transpose(0, 2, 1)) / 2
        risks = {
            "random-features": least_of_span(squares, moments),
            "neural-tangent": least_of_span(tangents, moments),
            "neural-network": least_of_rank(width, moments),
        }
        relative = {name: float(max(0.0, risk) / moments[0]) for name, risk in risks.items()}
        cases.append({"target": target, "diagonal": diagonal.tolist(), "features": w.tolist(), "least": relative})
    Path("fixtures/least-risks.json").write_text(json.dumps(cases, indent=2) + "\n")


if __name__ == "__main__":
    main()
