"""doctor: checks credentials, proxy, name server, connection, TLS, clock, account and storage."""

from __future__ import annotations

import os
import socket
import threading
import time
from argparse import ArgumentParser, Namespace
from typing import Any, Callable
from urllib.parse import urlsplit

from .. import Client, Error, Package, Status
from . import credentials
from .advice import in_our_words
from .display import printable
from .output import EXIT_FAILED, EXIT_NETWORK, EXIT_USAGE, Output, exit_code
from .proxies import Proxy, Unusable, proxy_for

PATIENCE = 5  # Seconds for each check.
TOLERATED_SKEW = 60  # Seconds.


def add(commands: Any, common: ArgumentParser) -> None:
    parser = commands.add_parser(
        "doctor", parents=[common], help="find the cause of a problem: credentials, network, clock, account, storage",
        description="Prints a line for each check, and the remedy for each problem. The exit code is 0, or that of the first problem.")
    parser.add_argument("--transfer", action="store_true",
                        help="also create a package, transfer some bytes to and from the storage, and delete the package")
    parser.set_defaults(run=run)


class Doctor:
    """The results of the checks, and the exit code."""

    def __init__(self, out: Output) -> None:
        self.out, self.code = out, 0

    def ok(self, check: str, text: str) -> None:
        self._print(check, True, text, None)

    def problem(self, check: str, text: str, remedy: str | None, code: int) -> None:
        self.code = self.code or code
        self._print(check, False, text, remedy)

    def failed(self, check: str, error: Error, remedy: str | None = None) -> None:
        message, known = in_our_words(error, self.out.options)
        self.problem(check, message, remedy or known, exit_code(error.status))

    def _print(self, check: str, ok: bool, text: str, remedy: str | None) -> None:
        line = f"{'ok' if ok else 'problem':8} {check + ':':12} {text}" + (f" -> {remedy}" if remedy else "")
        self.out.result("check", {"check": check, "ok": ok, "text": printable(text), "remedy": remedy}, printable(line))


def run(arguments: Namespace, out: Output) -> int:
    doctor = Doctor(out)
    examine(doctor, arguments)
    return doctor.code


def examine(doctor: Doctor, arguments: Namespace) -> None:
    lines: list[str] = []
    try:
        found = credentials.load(arguments)
    except Error as error:
        return doctor.failed("credentials", error)
    doctor.ok("credentials", f"for {found.host}, from {found.origin}")

    def log(line: str) -> None:
        lines.append(line)
        doctor.out.log(line)

    try:
        client = credentials.made(found, doctor.out, log=log, connect_timeout_ms=1000 * PATIENCE, stall_timeout_ms=1000 * PATIENCE,
                                  retry_window_ms=getattr(arguments, "retry_window", 1000 * PATIENCE))
    except Error as error:
        check, remedy = credentials.blamed(error, found)
        return doctor.failed(check, error, remedy)
    url = urlsplit(found.host if "://" in found.host else f"https://{found.host}")
    try:
        proxy = proxy_for(url)
    except Unusable as error:
        client.close()
        return doctor.problem("proxy", str(error), f"correct or unset {error.variable}", EXIT_USAGE)
    with client:
        if not reached(doctor, url, proxy):
            return
        email = refusal = None
        try:
            email = client.verify_credentials()
        except Error as error:
            refusal = error
        if refusal is not None and not from_service(doctor, refusal, proxy):
            return
        doctor.ok("tls", "the certificate is trusted" if url.scheme == "https" else "not used: plain http")
        in_time = clock(doctor, url.geturl(), proxy)
        if refusal is not None:
            remedy = None if in_time else "set the clock, then run doctor again"
            return doctor.failed("account", refusal, remedy)
        doctor.ok("account", f"the service accepts the key and secret of {email}")
        version(doctor, client)
        if arguments.transfer:
            transfer(doctor, client, lines, url.netloc)


def reached(doctor: Doctor, url: Any, proxy: Proxy | None) -> bool:
    """Checks name server and connection: of the proxy if there is one, since the proxy then connects to the host."""
    if proxy is None:
        doctor.ok("proxy", "none for this host")
        host, port, check = url.hostname, url.port or (443 if url.scheme == "https" else 80), "connection"
        what = spelling = "the spelling of the host"
    else:
        host, port = proxy.place
        check, what, spelling = "proxy", f"the proxy of {proxy.variable}", f"the variable {proxy.variable}"
    try:
        addresses = bounded(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError) as error:
        timed_out = isinstance(error, socket.timeout)
        reason = "the name server does not respond" if timed_out else f"the name is unknown: {getattr(error, 'strerror', error)}"
        doctor.problem("dns" if proxy is None else check, f"{host}: {reason}",
                       f"check {spelling}, and this machine's name server", EXIT_NETWORK)
        return False
    if proxy is None:
        doctor.ok("dns", f"{host} has the address {addresses[0][4][0]}")
    try:
        connect(addresses)
    except OSError as error:
        remedy = f"correct or unset {proxy.variable}" if proxy else "check the firewall; if a proxy is needed, set HTTPS_PROXY"
        doctor.problem(check, f"{host} port {port}: {error.strerror or error}", remedy, EXIT_NETWORK)
        return False
    doctor.ok(check, f"connected to {host} port {port}" + ("" if proxy is None else f", {what}"))
    return True


def connect(addresses: list[Any]) -> None:
    """Connects to the first address that accepts, as the library does."""
    for position, (family, kind, protocol, _, address) in enumerate(addresses, 1):
        with socket.socket(family, kind, protocol) as plug:
            plug.settimeout(PATIENCE)
            try:
                return plug.connect(address)
            except OSError:
                if position == len(addresses):
                    raise


def bounded(call: Callable[[], Any]) -> Any:
    """Runs a call with a time limit, since the resolver has none."""
    results: list[Any] = []

    def work() -> None:
        try:
            results.append(call())
        except (OSError, UnicodeError) as error:  # A name that cannot be one fails with the latter.
            results.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if not results:
        raise socket.timeout()
    if isinstance(results[0], Exception):
        raise results[0]
    return results[0]


def from_service(doctor: Doctor, error: Error, proxy: Proxy | None) -> bool:
    """Whether the service itself sent this error; otherwise prints what keeps the client from reaching it."""
    through = f" (through the proxy of {proxy.variable})" if proxy else ""
    if error.status in (Status.TLS_FAILED, Status.NO_TRUST_STORE):
        doctor.failed("tls", error)
    elif error.status in (Status.BAD_ANSWER, Status.HTTP_ERROR, Status.UNKNOWN_ENDPOINT):
        doctor.failed("service", error, f"check the host; a proxy or a login page may respond in its place{through}")
    elif error.status is Status.TIMED_OUT:
        doctor.failed("connection", error, f"something accepts connections there, but is silent: check the host, its port and the firewall{through}")
    elif 400 <= error.status < 500:
        doctor.failed("dns" if error.status is Status.UNKNOWN_HOST else "connection", error)
    else:
        return True
    return False


def clock(doctor: Doctor, url: str, proxy: Proxy | None) -> bool:
    """Compares this machine's clock with the service's. Returns whether they agree, as far as that is known."""
    # Slow to import, and used only here.
    import http.client
    import ssl
    import urllib.error
    import urllib.request
    from email.utils import parsedate_to_datetime

    context = ssl.create_default_context()
    # This request contains no secret, and the library has just verified the certificate.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if proxy is not None and proxy.url.startswith("socks"):
        doctor.ok("clock", "not compared: this check does not support a SOCKS proxy")
        return True
    handlers = [urllib.request.ProxyHandler({"http": proxy.url, "https": proxy.url} if proxy else {}),
                urllib.request.HTTPSHandler(context=context)]
    try:
        try:
            headers = urllib.request.build_opener(*handlers).open(urllib.request.Request(url, method="HEAD"), timeout=PATIENCE).headers
        except urllib.error.HTTPError as error:
            headers = error.headers
        ahead = time.time() - parsedate_to_datetime(headers["Date"]).timestamp()
    except (OSError, TypeError, ValueError, http.client.HTTPException):
        doctor.ok("clock", "not compared: the host sent no time")
        return True
    if abs(ahead) <= TOLERATED_SKEW:
        doctor.ok("clock", "agrees with the service's")
        return True
    doctor.problem("clock", f"{abs(ahead):.0f} seconds {'ahead of' if ahead > 0 else 'behind'} the service's",
                   "set this machine's clock; until then the library corrects the time of its requests", EXIT_FAILED)
    return False


def version(doctor: Doctor, client: Client) -> None:
    try:
        word = client.verify_version()
    except Error as error:
        return doctor.failed("version", error)
    if word == "OUTDATED_VERSION":
        doctor.problem("version", "the service no longer accepts this version", "update libsendsafely", EXIT_FAILED)
    else:
        doctor.ok("version", "current" if word == "OK" else word.lower().replace("_", " "))


def transfer(doctor: Doctor, client: Client, lines: list[str], api: str) -> None:
    try:
        package = client.create_package()
    except Error as error:
        return doctor.failed("permission", error, "ask the administrator of the organization to allow this account to send")
    with package:
        try:
            doctor.ok("permission", "the account may create packages")
            storage(doctor, package, lines, api)
        finally:
            doctor.out.within(PATIENCE)
            try:
                package.delete()
            except Error as error:
                doctor.failed("cleanup", error, f"delete the package {package.id} yourself")


def storage(doctor: Doctor, package: Package, lines: list[str], api: str) -> None:
    data, begun = os.urandom(1024), len(lines)
    try:
        file = package.upload_memory(data, "libsendsafely-doctor.bin")
        same = package.download_memory(file) == data
    except Error as error:
        return doctor.failed("storage", error, None if exit_code(error.status) != EXIT_NETWORK else
                             "both the direct way and the way through the API host fail: check firewall and proxy")
    # Log lines without the API host are about the storage.
    trouble = [line for line in lines[begun:] if api not in line]
    if trouble:
        doctor.problem("storage", f"the direct way fails, so transfers use the slower way through {api}: {trouble[-1].rpartition(';')[0]}",
                       "allow https to the storage in the firewall or proxy", EXIT_NETWORK)
    elif same:
        doctor.ok("storage", "uploaded and downloaded on the direct way")
    else:
        doctor.problem("storage", "the downloaded bytes differ from the uploaded ones", "please report this as a bug", EXIT_FAILED)
