"""Reads a run and its exports with pandas, TensorBoard and safetensors, and compares each with the records and with the others."""

import json
import sys
from pathlib import Path

import numpy
import pandas
from safetensors.numpy import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

root = Path(sys.argv[1])
records = [json.loads(path.read_text()) for path in sorted((root / "run/records").glob("*.json"))]
assert records and all(record["status"] == "completed" for record in records)

results = pandas.read_parquet(root / "frames/results.parquet")
text = pandas.read_csv(root / "run/results.csv", float_precision="round_trip")
assert list(results.columns) == list(text.columns)
assert list(results["cell"]) == [record["cell"] for record in records]
for name in results.columns:
    left, right = results[name], text[name]
    both = left.notna()
    assert (both == right.notna()).all(), name
    assert (left[both].astype(right.dtype) == right[both]).all(), name

curves = pandas.read_parquet(root / "frames/curves.parquet")
for record in records:
    own = curves[curves["cell"] == record["cell"]].sort_values(["at", "name"])
    points = [(point["at"], name, value) for point in record["curve"] for name, value in sorted(point["values"].items())]
    assert len(own) == len(points) > 0
    for row, (at, name, value) in zip(own.itertuples(), points):
        assert (row.at, row.name) == (at, name)
        assert row.value == value if value is not None else pandas.isna(row.value)

    board = EventAccumulator(str(root / "runs" / record["cell"]))
    board.Reload()
    for tag in board.Tags()["scalars"]:
        drawn = [(event.step, event.value) for event in board.Scalars(tag)]
        wanted = [(at, numpy.float32(value)) for at, name, value in points if name == tag and value is not None]
        assert drawn == wanted, tag
    assert set(board.Tags()["scalars"]) == {name for _, name, value in points if value is not None}

    weights = load_file(root / "run/weights" / f"{record['cell']}.safetensors")
    assert sum(array.size for array in weights.values()) >= record["parameters"]
    assert all(numpy.isfinite(array).all() for array in weights.values())

print(f"pandas, TensorBoard and safetensors read {len(records)} records, {len(curves)} values of curves, as they were written")
