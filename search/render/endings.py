"""What names of files may end in; importing it loads nothing."""

PAGE_ENDINGS = (".html", ".htm")
PICTURE_ENDINGS = (".png", ".svg", ".pdf")
REPORT_ENDINGS = (".html", ".pdf")
