"""Host, API key and secret, from the environment or from a file that only its owner can read."""

from __future__ import annotations

import os
import stat
from argparse import Namespace
from typing import Any, NamedTuple

from .. import Client, Error, Status
from . import texts
from .output import Output

#: The first of each is ours; other tools for the service use the others.
VARIABLES = {
    "host": ("SENDSAFELY_HOST", "SS_HOST"),
    "api_key": ("SENDSAFELY_API_KEY", "SS_API_KEY", "SS_KEY"),
    "api_secret": ("SENDSAFELY_API_SECRET", "SS_API_SECRET", "SS_SECRET"),
}
#: The bytes of a file that are read.
LONGEST = 64 << 10
FILE_VARIABLE, CA_VARIABLE = "LIBSENDSAFELY_CREDENTIALS", "SENDSAFELY_CA_BUNDLE"


class Credentials(NamedTuple):
    host: str
    api_key: str
    api_secret: str
    ca_bundle: str | None
    origin: str

    def __repr__(self) -> str:
        return f"<Credentials {self.host} from {self.origin}>"


def load(arguments: Namespace) -> Credentials:
    """Loads all three from one source, so that a key is never combined with the secret of another key."""
    named = getattr(arguments, "credentials", None)
    found, origin = ({}, "") if named else from_environment()
    if not found:
        path = named or os.environ.get(FILE_VARIABLE) or default_path()
        if not (named or os.environ.get(FILE_VARIABLE) or os.path.exists(path)):
            raise no_credentials("there are no credentials", f"set {', '.join(names[0] for names in VARIABLES.values())}, or write {path}")
        found, origin = from_file(path), path
    missing = [name for name in VARIABLES if not found.get(name)]
    if missing:
        where = origin if origin != "the environment" else "set " + ", ".join(VARIABLES[name][0] for name in missing)
        raise no_credentials(f"{origin} has no {' and no '.join(missing)}", where if where != origin else f"add it to {origin}")
    ca_bundle = os.environ.get(CA_VARIABLE) or found.get("ca_bundle")
    return Credentials(found["host"], found["api_key"], found["api_secret"], ca_bundle, origin)


def no_credentials(message: str, remedy: str) -> Error:
    return Error(message, status=Status.NO_CREDENTIALS, remedy=remedy)


def from_environment() -> tuple[dict[str, str], str]:
    found = {}
    for name, variables in VARIABLES.items():
        for variable in variables:
            if os.environ.get(variable) and name not in found:
                found[name] = os.environ[variable]
    return found, "the environment"


def default_path() -> str:
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(base, "libsendsafely", "credentials")


def from_file(path: str) -> dict[str, str]:
    """Reads lines of name = value. The section headers of an ini file and `export` are ignored."""
    try:
        with open(path, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if os.name == "posix" and stat.S_ISREG(mode) and mode & 0o077:
                raise no_credentials(f"{path}: other users can read or change it", f"run: chmod 600 '{path}'")
            data = file.read(LONGEST + 1)
    except OSError as error:
        raise no_credentials(f"{path}: {error.strerror}", "name a file that you can read") from None
    if len(data) > LONGEST:
        raise no_credentials(f"{path}: longer than any file of credentials", "name another file")
    try:
        lines = texts.decoded(data, path).splitlines()
    except Error as error:
        raise no_credentials(error.message, "it must have lines host=, api_key= and api_secret=") from None
    known = {variable: name for name, variables in VARIABLES.items() for variable in (name, *variables)}
    known.update({"key": "api_key", "secret": "api_secret", "ca_bundle": "ca_bundle", CA_VARIABLE: "ca_bundle"})
    known = {variable.lower(): name for variable, name in known.items()}
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        line = line.strip()
        if not line or line[0] in "#;[":
            continue
        word, equals, value = line.partition("=")
        name = known.get(word.replace("export ", "").strip().lower())
        # The error does not contain the line, which may be a secret.
        if not equals or name is None:
            raise no_credentials(f"{path}: line {number} is invalid", "the file must have lines host=, api_key= and api_secret=")
        if name in found:
            raise no_credentials(f"{path}: line {number} sets {name} a second time", "remove one of them")
        value = value.strip()
        found[name] = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
    return found


def connect(arguments: Namespace, out: Output) -> Client:
    """Makes the client for the credentials."""
    found = load(arguments)
    try:
        return made(found, out, retry_window_ms=getattr(arguments, "retry_window", None))
    except Error as error:
        error.remedy = blamed(error, found)[1] or error.remedy
        raise


def made(found: Credentials, out: Output, **options: Any) -> Client:
    return Client(found.host, found.api_key, found.api_secret, progress=out.report, ca_bundle=found.ca_bundle,
                  **{"log": out.log, **options})


def blamed(error: Error, found: Credentials) -> tuple[str, str | None]:
    """What of the credentials keeps the client from being made, and the remedy."""
    if error.status in (Status.MALFORMED_HOST, Status.INSECURE_HOST) or error.message.startswith("host "):
        return "host", f"correct the host in {found.origin}"
    if found.ca_bundle and error.message.startswith(found.ca_bundle):
        where = CA_VARIABLE if os.environ.get(CA_VARIABLE) else f"ca_bundle in {found.origin}"
        return "tls", f"correct {where}: a PEM file with certificate authorities"
    if error.message.startswith(("api_key", "api_secret")):
        return "credentials", f"correct it in {found.origin}"
    variable = error.message.partition(" ")[0]
    if variable.lower().endswith("_proxy"):
        return "proxy", f"correct or unset {variable}"
    return ("tls" if error.status is Status.NO_TRUST_STORE else "client"), None
