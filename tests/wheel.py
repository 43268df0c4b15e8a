"""A wheel of this project, built from a copy of what Dockerfile copies into an image."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.helpers import ROOT

UV = Path(sys.executable).with_name("uv")
DOCKERFILE = ROOT / "Dockerfile"


def copied() -> list[str]:
    """Files and folders that the image gets."""
    lines = [line.split()[1:-1] for line in DOCKERFILE.read_text().splitlines() if line.startswith("COPY ")]
    return [source for sources in lines for source in sources]


def build_wheel(folder: Path) -> Path:
    """Builds the wheel in ``folder``; the repository stays as it is."""
    image = folder / "image"
    for source in copied():
        (image / source).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, image / source, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, image / source)
    subprocess.run([UV, "build", "--quiet", "--wheel", "--out-dir", folder / "dist", image], check=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel
