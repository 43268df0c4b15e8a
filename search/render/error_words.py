"""Where a network errs, in a few lines."""

from search.analysis.error_analysis import ErrorAnalysis

_MOST = 5


def error_lines(analysis: ErrorAnalysis, split: str) -> list[str]:
    """Returns lines with the classes of lowest recall and the pairs of classes that are confused most.

    If the names of the images are known, lines name the wrong images of highest loss too.

    Args:
        analysis: of the predictions on the split.
        split: what the split is called.
    """
    if not analysis.confusions:
        return [f"all {split} images are classified correctly"]
    with_errors = sum(one.correct < one.images for one in analysis.classes)
    lines = [f"classes of lowest recall, {split} split{_part(with_errors, 'classes')}:"]
    for one in analysis.by_recall[:_MOST]:
        assert one.recall is not None, "these classes have images"
        assert one.recall_interval is not None, "these classes have images"
        if one.correct < one.images:
            interval = one.recall_interval.describe("images")
            lines.append(f"  {one.name}: {one.recall:.1%} ({one.correct} of {one.images}); {interval}")
    lines.append(f"most confused classes, {split} split{_part(len(analysis.confusions), 'pairs')}:")
    for pair in analysis.confusions[:_MOST]:
        true, predicted = analysis.classes[pair.true], analysis.name(pair.predicted)
        lines.append(f"  {true.name} predicted as {predicted}: {pair.images} of {true.images} images")
    return lines + _image_lines(analysis, split)


def _image_lines(analysis: ErrorAnalysis, split: str) -> list[str]:
    wrong = [one for one in analysis.highest_loss if one.name is not None and one.true != one.predicted]
    lines = [
        f"  {image.called}: {analysis.name(image.true)} predicted as {analysis.name(image.predicted)}, "
        f"{image.probability:.1%}"
        for image in wrong[:_MOST]
    ]
    return [f"wrong images of highest loss, {split} split:", *lines] if lines else []


def _part(count: int, what: str) -> str:
    """Returns how many there are where the lines do not name all: `` (5 of 12 classes with errors)``."""
    return f" ({_MOST} of {count:,} {what} with errors)" if count > _MOST else ""
