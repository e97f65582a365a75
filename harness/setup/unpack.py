"""Unpacks parts of a wheel: unpack.py WHEEL FOLDER PREFIX... keeps the members whose names start with one of the prefixes."""

import shutil
import sys
import zipfile
from pathlib import Path


def main(wheel, folder, *prefixes):
    root = Path(folder).resolve()
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            if member.is_dir() or not member.filename.startswith(prefixes):
                continue
            target = (root / member.filename).resolve()
            if root not in target.parents:
                raise ValueError(f"{member.filename} leads out of the folder")
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as source, open(target, "wb") as file:
                shutil.copyfileobj(source, file, 1 << 20)
            target.chmod(0o755 if (member.external_attr >> 16) & 0o111 else 0o644)


main(*sys.argv[1:])
