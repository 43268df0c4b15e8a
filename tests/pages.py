"""The README and the pages of docs/, in the order in which a reader walks the main road."""

from tests.helpers import ROOT

README = (ROOT / "README.md").read_text()


def page(name: str) -> str:
    """The Markdown of a page of docs/."""
    return (ROOT / "docs" / f"{name}.md").read_text()


ROAD = "\n".join(
    [README]
    + [
        page(name)
        for name in (
            "install",
            "prepare",
            "launch",
            "look",
            "mlflow",
            "export",
            "train",
            "explain",
            "weights",
            "teacher",
            "cluster",
            "publication",
        )
    ]
)
