"""Files of one colour, in folders of classes."""

from pathlib import Path

from PIL import Image


def paint(path: Path, colour: tuple[int, int, int] = (200, 30, 30), mode: str = "RGB") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (12, 10), colour).convert(mode).save(path)


def paint_classes(root: Path, classes: dict[str, int]) -> None:
    for name, count in classes.items():
        (root / name).mkdir(parents=True, exist_ok=True)
        for index in range(count):
            paint(root / name / f"{index}.jpg")
