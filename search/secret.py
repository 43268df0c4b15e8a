"""Passwords in addresses: named in files, read from the environment, never written down."""

import os
import re
from urllib.parse import quote, unquote, urlsplit

from search.errors import UsageError

_NAME = re.compile(r"\$\{(\w+)\}")


def refuse_password(url: str) -> str:
    """The address, if it holds no password but at most the name of one, as ``${NAME}``.

    Raises:
        ValueError: it holds one, which would be kept wherever the address is.
    """
    password = _password(url)
    if password and not _NAME.fullmatch(password):
        raise ValueError(
            "holds a password, which would be kept in the run's folder; "
            "write ${NAME} in its place and set NAME in the environment"
        )
    return url


def with_password(url: str) -> str:
    """The address with ``${NAME}`` filled in from the environment.

    Raises:
        UsageError: NAME is not set there.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in os.environ:
            raise UsageError(f"{url}: {name} is not set in the environment")
        return quote(os.environ[name], safe="")

    return _NAME.sub(value, url)


def without_password(message: str, url: str) -> str:
    """``message`` with asterisks for the password of ``url``, as it is and as addresses spell it."""
    password = _password(url)
    named = _NAME.fullmatch(password)
    secret = os.environ.get(named.group(1), "") if named else unquote(password)
    for spelt in {secret, quote(secret, safe="")} - {""}:
        message = message.replace(spelt, "***")
    return message


def _password(url: str) -> str:
    try:
        return urlsplit(url).password or ""
    except ValueError:
        return ""
