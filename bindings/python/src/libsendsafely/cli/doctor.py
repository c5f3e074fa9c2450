"""doctor: which of clock, name server, proxy, TLS, account and storage is the problem."""

from __future__ import annotations

import os
import socket
import threading
import time
from argparse import ArgumentParser, Namespace
from typing import Any, Callable
from urllib.parse import urlsplit

from .. import Client, Error, Status
from . import credentials
from .output import EXIT_FAILED, EXIT_NETWORK, EXIT_USAGE, REMEDIES, Output, exit_code, printable
from .proxies import Proxy, Unusable, proxy_for

PATIENCE = 5  # Seconds for each question.
TOLERATED_SKEW = 60  # Seconds.


def add(commands: Any, common: ArgumentParser) -> None:
    parser = commands.add_parser(
        "doctor", parents=[common], help="find out what is wrong: credentials, network, clock, account, storage",
        description="Checks one thing after another, a line for each, and tells what to do about a problem. The exit code is 0, or that of the "
                    "first problem.")
    parser.add_argument("--transfer", action="store_true",
                        help="also create a package, transfer some bytes to and from the storage, and delete the package")
    parser.set_defaults(run=run)


class Doctor:
    """The checks, and the exit code that they lead to."""

    def __init__(self, out: Output) -> None:
        self.out, self.code = out, 0

    def ok(self, check: str, text: str) -> None:
        self._tell(check, True, text, None)

    def problem(self, check: str, text: str, remedy: str | None, code: int) -> None:
        self.code = self.code or code
        self._tell(check, False, text, remedy)

    def failed(self, check: str, error: Error, remedy: str | None = None) -> None:
        self.problem(check, error.message, remedy or REMEDIES.get(error.status, error.remedy), exit_code(error.status))

    def _tell(self, check: str, ok: bool, text: str, remedy: str | None) -> None:
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
        doctor.ok("credentials", f"for {found.host}, from {found.origin}")
    except Error as error:
        return doctor.failed("credentials", error)

    def log(line: str) -> None:
        lines.append(line)
        doctor.out.log(line)

    url = urlsplit(found.host if "://" in found.host else f"https://{found.host}")
    try:
        proxy = proxy_for(url)
    except Unusable as error:
        return doctor.problem("proxy", str(error), f"correct {error.variable}, or unset it", EXIT_USAGE)
    try:
        client = Client(found.host, found.api_key, found.api_secret, ca_bundle=found.ca_bundle, progress=doctor.out.tell, log=log,
                        retry_window_ms=int(1000 * getattr(arguments, "retry_window", PATIENCE)))
    except Error as error:
        check, remedy = ("tls", None) if error.status is Status.NO_TRUST_STORE else ("host", f"correct it in {found.origin}")
        return doctor.failed(check, error, remedy)
    with client:
        if not reached(doctor, url, proxy):
            return
        email = refusal = None
        try:
            email = client.verify_credentials()
        except Error as error:
            refusal = error
        if refusal is not None and not answered(doctor, refusal, proxy):
            return
        doctor.ok("tls", "the certificate is trusted" if url.scheme == "https" else "none, plain http")
        in_time = clock(doctor, url.geturl(), proxy)
        if refusal is not None:
            remedy = None if in_time else "set the clock first"
            return doctor.failed("account", refusal, remedy)
        doctor.ok("account", f"the service takes key and secret of {email}")
        version(doctor, client)
        if arguments.transfer:
            transfer(doctor, client, lines, url.netloc)


def reached(doctor: Doctor, url: Any, proxy: Proxy | None) -> bool:
    """Name server and connection: to the proxy if there is one, which then looks for the host."""
    if proxy is None:
        doctor.ok("proxy", "none for this host")
        host, port, check = url.hostname, url.port or (443 if url.scheme == "https" else 80), "connection"
        what = remedy_name = "the spelling of the host"
    else:
        host, port = proxy.place
        check, what, remedy_name = "proxy", f"the proxy of {proxy.variable}", f"the variable {proxy.variable}"
    try:
        addresses = bounded(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        if proxy is None:
            doctor.ok("dns", f"{host} is {addresses[0][4][0]}")
    except OSError as error:
        missing = "no answer from the name server" if isinstance(error, socket.timeout) else f"no such name: {error.strerror}"
        doctor.problem("dns" if proxy is None else check, f"{host}: {missing}", f"check {remedy_name}, and the name server of this machine", EXIT_NETWORK)
        return False
    try:
        connect(addresses)
    except OSError as error:
        advice = "a firewall may be in the way, or a proxy is needed: set HTTPS_PROXY" if proxy is None else f"correct {proxy.variable}, or unset it"
        doctor.problem(check, f"{host} port {port}: {error.strerror or error}", advice, EXIT_NETWORK)
        return False
    doctor.ok(check, f"{host} port {port} answers" + ("" if proxy is None else f", {what}"))
    return True


def connect(addresses: list[Any]) -> None:
    """Any of the addresses will do, as for the library."""
    for position, (family, kind, protocol, _, address) in enumerate(addresses, 1):
        with socket.socket(family, kind, protocol) as plug:
            plug.settimeout(PATIENCE)
            try:
                return plug.connect(address)
            except OSError:
                if position == len(addresses):
                    raise


def bounded(ask: Callable[[], Any]) -> Any:
    """For the resolver, which knows no time limit."""
    results: list[Any] = []

    def asking() -> None:
        try:
            results.append(ask())
        except OSError as error:
            results.append(error)

    thread = threading.Thread(target=asking, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if not results:
        raise socket.timeout()
    if isinstance(results[0], OSError):
        raise results[0]
    return results[0]


def answered(doctor: Doctor, error: Error, proxy: Proxy | None) -> bool:
    """Whether a failure is the service's word; else tells what is in the way to it."""
    through = f" (through the proxy of {proxy.variable})" if proxy else ""
    if error.status in (Status.TLS_FAILED, Status.NO_TRUST_STORE):
        doctor.failed("tls", error)
    elif error.status in (Status.BAD_ANSWER, Status.HTTP_ERROR, Status.UNKNOWN_ENDPOINT):
        doctor.failed("service", error, f"is the host right? Something else may answer for it, such as a proxy or a login page{through}")
    elif 400 <= error.status < 500:
        doctor.failed("dns" if error.status is Status.UNKNOWN_HOST else "connection", error)
    else:
        return True
    return False


def clock(doctor: Doctor, url: str, proxy: Proxy | None) -> bool:
    """Compares this machine's clock with the service's."""
    # Slow to import, and nobody else needs them.
    import ssl
    import urllib.error
    import urllib.request
    from email.utils import parsedate_to_datetime

    context = ssl.create_default_context()
    # No secret is sent here, and the library has looked at the certificate just before.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if proxy is not None and proxy.url.startswith("socks"):
        doctor.ok("clock", "not compared: the proxy speaks SOCKS")
        return True
    handlers = [urllib.request.ProxyHandler({"http": proxy.url, "https": proxy.url} if proxy else {}),
                urllib.request.HTTPSHandler(context=context)]
    try:
        try:
            headers = urllib.request.build_opener(*handlers).open(urllib.request.Request(url, method="HEAD"), timeout=PATIENCE).headers
        except urllib.error.HTTPError as answer:
            headers = answer.headers
        ahead = time.time() - parsedate_to_datetime(headers["Date"]).timestamp()
    except (OSError, TypeError, ValueError):
        doctor.ok("clock", "not compared: the host tells no time")
        return True
    if abs(ahead) <= TOLERATED_SKEW:
        doctor.ok("clock", "like the service's")
        return True
    doctor.problem("clock", f"{abs(ahead):.0f} seconds {'ahead of' if ahead > 0 else 'behind'} the service's",
                   "set this machine's clock; until then the library corrects it for its own calls", EXIT_FAILED)
    return False


def version(doctor: Doctor, client: Client) -> None:
    try:
        word = client.verify_version()
    except Error as error:
        return doctor.failed("version", error)
    if word == "OUTDATED_VERSION":
        doctor.problem("version", "the service does not take this version any longer", "update libsendsafely", EXIT_FAILED)
    else:
        doctor.ok("version", "current" if word == "OK" else word.lower().replace("_", " "))


def transfer(doctor: Doctor, client: Client, lines: list[str], api: str) -> None:
    try:
        package = client.create_package()
    except Error as error:
        return doctor.failed("permission", error, "the account may not send: ask the administrator of the organization")
    with package:
        doctor.ok("permission", "the account may create packages")
        data = os.urandom(1024)
        try:
            begun = len(lines)
            file = package.upload_memory(data, "libsendsafely-doctor.bin")
            same = package.download_memory(file) == data
            # Lines that do not speak of the API host tell of the storage.
            trouble = [line for line in lines[begun:] if api not in line]
            if trouble:
                doctor.problem("storage", f"the direct way does not work, transfers take the slower one by {api}: {trouble[-1].rpartition(';')[0]}",
                               "let a firewall or proxy allow https to the storage", EXIT_NETWORK)
            elif same:
                doctor.ok("storage", "bytes went there and back on the direct way")
            else:
                doctor.problem("storage", "what came back is not what was sent", "please report this", EXIT_FAILED)
        except Error as error:
            doctor.failed("storage", error, None if exit_code(error.status) != EXIT_NETWORK else
                          "neither the direct way nor the one by the API host works: look at firewall and proxy")
        finally:
            doctor.out.within(PATIENCE)
            try:
                package.delete()
            except Error as error:
                doctor.failed("cleanup", error, f"delete the package {package.id} by hand")
