"""Writes fixtures/tensorly.json: what TensorLy makes of one small tensor, to compare the harness's decompositions with.

Run from this folder, in an environment of its own:

    python3 -m venv venv && venv/bin/pip install tensorly==0.10.0 numpy==2.4.6 scipy==1.17.1
    venv/bin/python make-fixtures.py
"""

import json
from pathlib import Path

import numpy as np
import tensorly as tl
from tensorly.cp_tensor import cp_to_tensor
from tensorly.decomposition import parafac, tensor_ring, tensor_train, tucker
from tensorly.tr_tensor import tr_to_tensor
from tensorly.tt_tensor import tt_to_tensor
from tensorly.tucker_tensor import tucker_to_tensor


def decaying(shape):
    """Terms of falling weight and a little noise, so that each truncation and the best CP are well separated."""
    random = np.random.default_rng(20210503)
    tensor = 0.01 * random.standard_normal(shape)
    for k in range(4):
        vectors = [random.standard_normal(size) for size in shape]
        tensor += 0.5**k * np.einsum("i,j,k->ijk", *vectors)
    return tensor


def listed(tensor):
    return {"shape": list(tensor.shape), "data": [float(value) for value in tensor.ravel()]}


def main():
    tensor = decaying((6, 5, 4))
    results = []

    def add(name, ranks, product):
        results.append({"format": name, "ranks": ranks, "reconstruction": listed(product)["data"]})

    for ranks in ([2, 2], [3, 2], [4, 3], [6, 4]):
        add("tensor-train", ranks, tt_to_tensor(tensor_train(tensor, [1, *ranks, 1])))
    for ranks in ([2, 2, 2], [3, 2, 2], [3, 4, 3], [6, 5, 4]):
        add("tucker", ranks, tucker_to_tensor(tucker(tensor, ranks, n_iter_max=2000, tol=1e-14)))
    for ranks in ([2, 2, 3], [1, 3, 3], [2, 3, 8], [3, 2, 4]):
        add("tensor-ring", ranks, tr_to_tensor(tensor_ring(tensor, [*ranks, ranks[0]])))
    for rank in (1, 2, 3):
        factors = parafac(tensor, rank, n_iter_max=20000, tol=1e-14, init="svd")
        add("cp", [rank], cp_to_tensor(factors))
    matrix = tensor.reshape(6, 20)
    blocks = matrix.reshape(3, 2, 4, 5).transpose(0, 2, 1, 3).reshape(12, 10)
    left, values, right = np.linalg.svd(blocks, full_matrices=False)
    for terms in (1, 3, 10):
        product = sum(
            values[s] * tl.kron(left[:, s].reshape(3, 4), right[s].reshape(2, 5)) for s in range(terms)
        )
        add("kronecker", [terms], product)
    fixture = {"tensorly": tl.__version__, "numpy": np.__version__, "tensor": listed(tensor), "results": results}
    folder = Path(__file__).parent / "fixtures"
    folder.mkdir(exist_ok=True)
    (folder / "tensorly.json").write_text(json.dumps(fixture) + "\n")


main()
