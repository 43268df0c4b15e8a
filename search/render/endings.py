"""The endings of file names for each kind of output; importing this module loads nothing."""

PAGE_ENDINGS = (".html", ".htm")
PICTURE_ENDINGS = (".png", ".svg", ".pdf")
REPORT_ENDINGS = (".html", ".pdf")
