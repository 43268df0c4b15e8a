"""Credentials in addresses: named in files, read from the environment, never written down.

An address is read by the parser that its connection uses, so that both agree on where a password begins and ends:
SQLAlchemy's for databases, urllib3's (of requests) for tracking servers, RFC 3986 for object stores.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from pipelines.errors import DetailedError
from search.command import quoted
from search.errors import UsageError

_NAME = re.compile(r"\$\{(\w+)\}")
_SCHEME = re.compile(r"([A-Za-z][\w+.-]*)://")
_SECRET_KEY = re.compile(
    r"pass(?!ive)|pwd|secret|token|credential|signature|(api|access|account|private|shared)[_-]?key|^(key|sig|auth)$",
    re.I,
)
_FILE_KEY = re.compile(r"(file|path)$", re.I)  # names a file that holds the secret
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ADVICE = "write ${NAME} in its place and set NAME in the environment"


class AddressError(DetailedError):
    """An address can't be kept or used. Nothing of it is in the error, as it may hold a password."""


class PasswordError(AddressError):
    """An address holds a credential, which would be kept wherever the address is."""


class AmbiguousAddressError(AddressError):
    """An address has an @ that may belong to a credential."""


class UnreadableAddressError(AddressError):
    """Something is no address."""


class CredentialsError(UsageError):
    """An address of data or of a cluster holds credentials, which commands and messages repeat."""


class NotSetError(UsageError):
    """An address names a variable that the environment does not have.

    Attributes:
        name: of the variable.
    """

    def __init__(self, what: str, *, where: str, name: str) -> None:
        super().__init__(what, where=where)
        self.name = name


@dataclass(frozen=True, slots=True)
class _Address:
    """The parts of an address that may hold a credential, decoded; None: there is no such part."""

    scheme: str
    user: str | None
    password: str | None
    query: tuple[tuple[str, str], ...]

    @property
    def secrets(self) -> Iterator[str]:
        """The value of each credential. A parameter's may seem empty, as what follows it may belong to it."""
        if self.password:
            yield self.password
        elif self.user and self.scheme in ("http", "https"):
            yield self.user  # no server knows a user without a password: it is a token
        for key, value in self.query:
            if _is_secret(key):
                yield value
            for part in re.split(r"[;&\s]+", value):  # drivers take whole lists of settings as one parameter
                inner, equals, secret = part.partition("=")
                if equals and _is_secret(inner):
                    yield re.sub(r"^(['\"{])(.*)['\"}]$", r"\2", secret)


def refuse_password(url: str) -> str:
    """Returns the address unchanged if it holds no credential, except the name of one, as ``${NAME}``.

    Raises:
        PasswordError: the address holds a credential.
        AmbiguousAddressError: an @ may belong to a credential.
        UnreadableAddressError: ``url`` can't be read as an address.
    """
    address = _read(url)
    if address is None:
        return url
    for secret in address.secrets:
        if not _NAME.fullmatch(secret):
            raise PasswordError("holds a password, which would be kept in the run's folder", remedy=_ADVICE)
    return url


def has_credentials(url: str) -> bool:
    """Whether an address has a user part or a parameter for a credential, which may be empty or a name.

    Raises:
        AmbiguousAddressError: an @ may belong to a credential.
        UnreadableAddressError: ``url`` can't be read as an address.
    """
    address = _read(url)
    return address is not None and (address.user is not None or any(True for _ in address.secrets))


def with_password(url: str) -> str:
    """Returns the address with each ``${NAME}`` replaced by its value in the environment, except in paths of files.

    Raises:
        NotSetError: NAME is not in the environment.
    """

    def value(name: str) -> str:
        if name not in os.environ:
            raise NotSetError(f"{name} is not set in the environment", where=url, name=name)
        return quote(os.environ[name], safe="")

    return _joined(_pieces(url), str, value)


def names_in(url: str) -> tuple[str, ...]:
    """Returns each NAME that :func:`with_password` replaces, in order."""
    return tuple(_pieces(url)[1::2])


def in_shell(url: str) -> str:
    """Returns the address as a word for a shell, which inserts each ``${NAME}`` without percent-encoding."""
    return _joined(_pieces(url), quoted, _variable)


def login_in_shell(url: str) -> tuple[str, str] | None:
    """Returns user and password of a server's address, decoded, as words for a shell; None: one of them is missing.

    Raises:
        AddressError: as :func:`refuse_password`.
    """
    address = _read(url)
    if address is None or address.scheme not in ("http", "https") or not (address.user and address.password):
        return None
    user, password = (_joined(_NAME.split(text), quoted, _variable) for text in (address.user, address.password))
    return user, password


def without_user(url: str) -> str:
    """Returns the address without its user part.

    Raises:
        AddressError: as :func:`refuse_password`.
    """
    address = _read(url)
    if address is None or address.user is None:
        return url
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('@')[2]}"  # the @ is the only one: `_read` refuses others


def without_password(message: str, url: str) -> str:
    """Returns a message with asterisks for credentials, in every spelling that addresses have.

    Args:
        message: a text that may contain credentials of the address.
        url: the address, with credentials or the names of some; if it can't be read, all of it becomes asterisks.
    """
    try:
        address = _read(url)
    except AddressError:
        return message.replace(url, "***")
    secrets = set()
    for secret in () if address is None else address.secrets:
        named = _NAME.fullmatch(secret)
        secrets.add(os.environ.get(named.group(1), "") if named else secret)
    spellings = {
        spelt
        for secret in secrets
        for spelt in (secret, quote(secret, safe=""), quote(secret, safe=" +"), quote_plus(secret), repr(secret)[1:-1])
    }
    for spelt in sorted(spellings - {""}, key=len, reverse=True):
        message = message.replace(spelt, "***")
    return message


def _read(url: str) -> _Address | None:
    """Takes an address apart; None: ``url`` is a path or a name, such as ``databricks``, without room for a credential.

    Raises:
        AmbiguousAddressError: an @ may belong to a credential.
        UnreadableAddressError: ``url`` can't be read as an address.
    """
    found = _SCHEME.match(url)
    if found is None:
        if re.search(r":[^@]*@", url):
            raise AmbiguousAddressError(
                "has an @ after a colon, as a password would",
                remedy="write an address as KIND://..., a path as file:///PATH",
            )
        return None
    scheme = found[1].lower()
    if _is_file(url):
        return _Address(scheme, None, None, _pairs(url.partition("?")[2]))
    if _CONTROL.search(url):
        raise UnreadableAddressError("has control characters in it", remedy="write them as %0A, for instance")
    try:
        address = _parse(scheme, url)
    except (ValueError, ArgumentError, LocationParseError):
        raise UnreadableAddressError(
            "can't be read as an address",
            remedy=f"special characters are written as %2F, for instance, and for a password {_ADVICE}",
        ) from None
    if url.count("@") != (address.user is not None or address.password is not None):
        raise AmbiguousAddressError(
            f"has an @ that does not end its user part: if it is part of a password, {_ADVICE}",
            remedy="if it is part of a name, write %40",
        )
    return address


def _parse(scheme: str, url: str) -> _Address:
    if scheme in ("http", "https"):
        parts = parse_url(url)
        user, colon, password = (parts.auth or "").partition(":")
        query = _pairs(f"{parts.query or ''}&{parts.fragment or ''}")
        return _Address(
            scheme, unquote(user) if parts.auth is not None else None, unquote(password) if colon else None, query
        )
    if scheme in ("s3", "gs", "ray") or not re.fullmatch(r"[\w+]+", scheme):
        split = urlsplit(url)
        _ = split.port  # raises where it is none
        return _Address(scheme, split.username, split.password, _pairs(f"{split.query}&{split.fragment}"))
    database = make_url(url)
    return _Address(scheme, database.username, database.password, _pairs(url.partition("?")[2]))


def _pairs(query: str) -> tuple[tuple[str, str], ...]:
    return tuple(parse_qsl(query, keep_blank_values=True))


def _is_file(url: str) -> bool:
    """Whether an address names a file and has no user part, so that the text before its query is a path."""
    scheme = _SCHEME.match(url)
    if scheme is None:
        return False
    kind = scheme[1].lower().partition("+")[0]
    return kind == "file" or (kind == "sqlite" and url[scheme.end() :][:1] in ("", "/"))


def _pieces(url: str) -> list[str]:
    """Takes an address apart: text, NAME, text, and so on to the last text."""
    if _SCHEME.match(url) is None:
        return [url]
    path = url.partition("?")[0] if _is_file(url) else ""
    first, *others = _NAME.split(url[len(path) :])
    return [path + first, *others]


def _joined(pieces: list[str], text: Callable[[str], str], name: Callable[[str], str]) -> str:
    return "".join((name if at % 2 else text)(piece) for at, piece in enumerate(pieces) if piece)


def _variable(name: str) -> str:
    return f'"${{{name}}}"'


def _is_secret(key: str) -> bool:
    return bool(_SECRET_KEY.search(key)) and not _FILE_KEY.search(key)
