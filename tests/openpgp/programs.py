"""Other programs that write and read OpenPGP, with one interface.

`VARIANTS` says what a program can be asked to write, beside its compressions; the words are those of `encrypt`. `missing` is None,
or how it is had.
"""

import base64
import ctypes
import fcntl
import os
import pty
import re
import select
import shutil
import subprocess
import tempfile
import termios
import threading
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
USER = "no-reply@sendsafely.com"
SECONDS = 60
# Count octets: 1,024 bytes hashed, 65,536 as three official clients write, and the most.
COUNTS = [{"count": count} for count in (0, 96, 255)]


class Key(NamedTuple):
    """A pair of armored keys."""

    public: str
    private: str


class Failed(Exception):
    """The program has failed."""


def run(*command, data=b"", **options):
    try:
        done = subprocess.run([str(word) for word in command], input=data, capture_output=True, timeout=SECONDS, check=False, **options)
    except FileNotFoundError as error:
        raise Failed(f"{command[0]} is not there") from error
    if done.returncode != 0:
        raise Failed(done.stderr.decode(errors="replace"))
    return done.stdout


class Program:
    """The interface of all programs."""

    name = "?"
    version = "?"
    missing = None
    COMPRESSIONS = ("none", "zip", "zlib", "bzip2")
    VARIANTS = [{}]
    # Variants that the library refuses, each with a text of its message.
    REFUSED = []
    # Kinds of key pairs that it can make, and its variants of a keycode.
    KEYS = ("rsa", "default")
    UNUSABLE_KEYS = ()
    KEYCODES = [{}]
    # A slow program does not run all cases.
    SLOW = False

    def encrypt(self, content, passwords=(), key=None, compression="none", **options):
        """Encrypts a message to passwords, or to the public key of a pair."""
        raise NotImplementedError

    def decrypt(self, message, password=None, key=None):
        """Decrypts a message with a password, or with the private key of a pair."""
        raise NotImplementedError

    def make_key(self, kind):
        """Makes a pair of one of `KEYS`."""
        raise NotImplementedError

    def stop(self):
        """Ends all processes, and removes all files."""


class Files(Program):
    """A command-line program with its own home directory, whose path is short, because sockets are there."""

    def __init__(self):
        self.home = Path(tempfile.mkdtemp(prefix="ss-pgp-"))

    def file(self, name, content=None):
        path = self.home / name
        if content is not None:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def stop(self):
        shutil.rmtree(self.home, ignore_errors=True)


class GnuPG(Files):
    name = "gnupg"
    CIPHERS = ("AES", "AES192", "AES256", "3DES", "CAST5", "BLOWFISH", "TWOFISH", "CAMELLIA128", "CAMELLIA192", "CAMELLIA256", "IDEA")
    HASHES = ("SHA1", "RIPEMD160", "SHA224", "SHA256", "SHA384", "SHA512")
    KEYS = ("rsa", "default", "nistp256")
    UNUSABLE_KEYS = ("brainpoolP256r1", "secp256k1")
    KEYCODES = [{}, {"hidden": True}, {"beside": True}, {"beside": True, "hidden": True}]
    VARIANTS = [
        {}, {"armor": True}, {"lengths": "definite"}, {"session_key": True}, {"mode": 0}, {"mode": 1}, {"mode": 1, "hash": "SHA512"},
        *COUNTS, *({"cipher": cipher} for cipher in CIPHERS), *({"hash": hash_name} for hash_name in HASHES),
    ]

    def __init__(self):
        super().__init__()
        self.environment = {**os.environ, "GNUPGHOME": str(self.home), "LC_ALL": "C"}
        try:
            self.version = self.gpg("--version").decode().split()[2]
        except Failed:
            self.missing = "apt-get install gnupg"
        self.other_key = None

    def gpg(self, *arguments, data=b"", password=None):
        passphrase = [] if password is None else [f"--passphrase={password}"]
        always = ("--batch", "--no-tty", "--quiet", "--yes", "--trust-model", "always", "--pinentry-mode", "loopback")
        return run("gpg", *always, *passphrase, *arguments, data=data, env=self.environment)

    def encrypt(self, content, passwords=(), key=None, compression="none", **options):
        words = ["--compress-algo", compression, "--s2k-mode", options.get("mode", 3), "--s2k-digest-algo", options.get("hash", "SHA256"),
                 "--cipher-algo", options.get("cipher", "AES256")]
        count = options.get("count", 96)
        words += ["--s2k-count", (16 + (count & 15)) << ((count >> 4) + 6)]
        words += ["--armor"] if options.get("armor") else []
        recipients = [("recipient.asc", key)] if key else []
        if options.get("session_key") or options.get("beside"):
            # A recipient beside the password: otherwise the session key is derived from the password.
            self.other_key = self.other_key or self.make_key("rsa")
            recipients.insert(0, ("other.asc", self.other_key))
        for name, recipient in recipients:
            # A hidden recipient has the key id 0.
            words += ["--encrypt", "--hidden-recipient-file" if options.get("hidden") else "--recipient-file", self.file(name, recipient.public)]
        if passwords:
            password, = passwords
            words += ["--symmetric"]
        else:
            password = None
        # From standard input GnuPG does not know the size: partial lengths. From a file: definite ones.
        if options.get("lengths") == "definite":
            return self.gpg("--output", "-", *words, self.file("content", content), password=password)
        return self.gpg(*words, data=content, password=password)

    def decrypt(self, message, password=None, key=None):
        if key:
            self.gpg("--import", data=key.private.encode())
        return self.gpg("--decrypt", data=message, password=password)

    def make_key(self, kind):
        # By default as GnuPG 2.4 makes it.
        primary, encryption, expiry = {
            "rsa": ("RSA\nKey-Length: 2048", "RSA\nSubkey-Length: 2048", "0"),
            "default": ("EDDSA\nKey-Curve: ed25519", "ECDH\nSubkey-Curve: cv25519", "3y"),
        }.get(kind, (f"ECDSA\nKey-Curve: {kind}", f"ECDH\nSubkey-Curve: {kind}", "0"))
        text = (f"%no-protection\nKey-Type: {primary}\nKey-Usage: sign\nSubkey-Type: {encryption}\nSubkey-Usage: encrypt\n"
                f"Name-Email: {USER}\nExpire-Date: {expiry}\n%commit\n")
        status = self.gpg("--status-fd", "1", "--gen-key", data=text.encode()).decode()
        fingerprint = re.search(r"KEY_CREATED \w ([0-9A-F]+)", status)[1]
        return Key(*(self.gpg("--armor", word, fingerprint).decode() for word in ("--export", "--export-secret-keys")))

    def stop(self):
        subprocess.run(["gpgconf", "--kill", "all"], env=self.environment, timeout=20, check=False)
        super().stop()


class Sequoia(Files):
    """sq, whose options change from release to release: the first of several that its help has is used."""

    name = "sequoia"
    SLOW = True
    KEYS = ("default", "rsa3k")
    VARIANTS = [{}, {"armor": True}, {"others": 1}, {"padded": True}]

    def __init__(self):
        super().__init__()
        self.helps = {}
        try:
            # A command in some releases, an option in others.
            said = run("sh", "-c", "sq --version 2>/dev/null || sq version 2>&1").decode()
            self.version = re.search(r"\d[.\d]*", said)[0]
        except Failed:
            self.missing = "apt-get install sq"

    def help(self, *command):
        if command not in self.helps:
            self.helps[command] = run("sq", *command, "--help").decode()
        return self.helps[command]

    def word(self, command, *words):
        """The first of the options that this release has, as a list; an empty list if it has none."""
        return [word for word in words if re.search(rf"{word}\b", self.help(*command))][:1]

    def sq(self, command, *arguments, passwords=()):
        """Runs sq on a terminal, because it reads passwords from nowhere else."""
        terminal, end = pty.openpty()
        output = self.file("output")
        output.unlink(missing_ok=True)
        process = subprocess.Popen(["sq", *command, "--output", str(output), *map(str, arguments)],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   start_new_session=True, pass_fds=[end], preexec_fn=lambda: fcntl.ioctl(end, termios.TIOCSCTTY, 0))
        os.close(end)
        try:
            self.converse(terminal, iter(passwords))
            said, _ = process.communicate(timeout=SECONDS)
        finally:
            process.kill()
            process.wait()
            os.close(terminal)
        if process.returncode != 0:
            raise Failed(said.decode(errors="replace"))
        return output.read_bytes()

    @staticmethod
    def converse(terminal, passwords):
        """Types the next password at each prompt, and the same one at a repeated prompt, until the terminal is closed."""
        question, answer, end = "", "", time.monotonic() + SECONDS
        while select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
            try:
                question += os.read(terminal, 1024).decode(errors="replace")
            except OSError:
                return
            if question.rstrip().endswith(":"):
                if not re.search("repeat|again|confirm", question, re.IGNORECASE):
                    answer = next(passwords, "")
                os.write(terminal, f"{answer}\n".encode())
                question = ""

    def encrypt(self, content, passwords=(), key=None, compression="none", **options):
        command = ["encrypt"]
        words = ["--compression", "pad" if options.get("padded") else compression, *self.word(command, "--without-signature")]
        words += [] if options.get("armor") else self.word(command, "--binary")
        for _ in passwords:
            words += self.word(command, "--with-password", "--symmetric")
        if key:
            words += [*self.word(command, "--for-file", "--recipient-file", "--recipient-cert"), self.file("recipient.asc", key.public)]
        return self.sq(command, *words, self.file("content", content), passwords=passwords)

    def decrypt(self, message, password=None, key=None):
        command = ["decrypt"]
        words = [*self.word(command, "--recipient-file", "--recipient-key"), self.file("private.asc", key.private)] if key else []
        return self.sq(command, *words, self.file("message", message), passwords=[password] if password else [])

    def make_key(self, kind):
        command = ["key", "generate"]
        words = [*self.word(command, "--own-key"), *self.word(command, "--without-password"), "--userid", USER]
        if kind != "default":
            words += ["--cipher-suite", kind]
        private, revocation = self.file("made.asc"), self.file("revocation.asc")
        for file in (private, revocation):
            file.unlink(missing_ok=True)
        run("sq", *command, *words, "--rev-cert", revocation, *self.word(command, "--export", "--output"), private)
        extract = ("extract-cert", private) if "extract-cert" in self.help("key") else ("delete", "--cert-file", private, "--output", "-")
        public = run("sq", "key", *extract)
        return Key(public.decode(), private.read_text())


class Rnp(Program):
    """RNP's library, which unlike the program has options for key derivation."""

    name = "rnp"
    CIPHERS = ("AES128", "AES192", "AES256", "TRIPLEDES", "CAST5", "BLOWFISH", "TWOFISH", "CAMELLIA128", "CAMELLIA192", "CAMELLIA256", "IDEA")
    HASHES = ("SHA1", "RIPEMD160", "SHA224", "SHA256", "SHA384", "SHA512")
    VARIANTS = [
        {}, {"armor": True}, {"others": 1}, {"others": 3}, {"others": 1, "key_cipher": "AES128"}, {"others": 1, "key_cipher": "CAMELLIA192"},
        *COUNTS, *({"cipher": cipher} for cipher in CIPHERS), *({"hash": hash_name} for hash_name in HASHES),
    ]
    REFUSED = [({"aead": "OCB"}, "authenticated mode"), ({"aead": "EAX"}, "authenticated mode")]
    PASSWORD = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p,
                                ctypes.POINTER(ctypes.c_char), ctypes.c_size_t)

    def __init__(self):
        try:
            self.library = ctypes.CDLL("librnp.so.0")
        except OSError:
            self.missing = "apt-get install rnp"
            return
        self.library.rnp_version_string.restype = ctypes.c_char_p
        self.version = self.library.rnp_version_string().decode().split("-")[0]

    def call(self, name, *arguments):
        result = getattr(self.library, "rnp_" + name)(*arguments)
        if result != 0:
            raise Failed(f"rnp_{name}: {result:#x}")

    def made(self, name, *arguments):
        """Calls a function that returns a value by its first argument."""
        handle = ctypes.c_void_p()
        self.call(name, ctypes.byref(handle), *arguments)
        return handle

    def input(self, content):
        # It refuses empty memory.
        if not content:
            return self.made("input_from_path", b"/dev/null")
        return self.made("input_from_memory", content, ctypes.c_size_t(len(content)), True)

    def output(self, handle):
        buffer, length = ctypes.c_void_p(), ctypes.c_size_t()
        # It fails if nothing was written.
        self.library.rnp_output_memory_get_buf(handle, ctypes.byref(buffer), ctypes.byref(length), False)
        written = ctypes.string_at(buffer, length.value) if buffer else b""
        self.call("output_destroy", handle)
        return written

    def ring(self, *keys):
        ffi = self.made("ffi_create", b"GPG", b"GPG")
        for key in keys:
            source = self.input(key.encode())
            self.call("load_keys", ffi, b"GPG", source, 3)
            self.call("input_destroy", source)
        return ffi

    def first_key(self, ffi):
        """The first key of a ring, by its fingerprint."""
        iterator = self.made_for("identifier_iterator_create", ffi, b"fingerprint")
        fingerprint, key = ctypes.c_char_p(), ctypes.c_void_p()
        self.call("identifier_iterator_next", iterator, ctypes.byref(fingerprint))
        self.call("locate_key", ffi, b"fingerprint", fingerprint, ctypes.byref(key))
        self.call("identifier_iterator_destroy", iterator)
        return key

    def made_for(self, name, owner, *arguments):
        """Calls a function that returns a value by its second argument."""
        handle = ctypes.c_void_p()
        self.call(name, owner, ctypes.byref(handle), *arguments)
        return handle

    def encrypt(self, content, passwords=(), key=None, compression="none", **options):
        ffi = self.ring(*([key.public] if key else []))
        source, target = self.input(content), self.made("output_to_memory", ctypes.c_size_t(0))
        operation = self.made("op_encrypt_create", ffi, source, target)
        try:
            self.call("op_encrypt_set_cipher", operation, options.get("cipher", "AES256").encode())
            if options.get("armor"):
                self.call("op_encrypt_set_armor", operation, True)
            if compression != "none":
                self.call("op_encrypt_set_compression", operation, {"zip": b"ZIP", "zlib": b"ZLIB", "bzip2": b"BZip2"}[compression], 6)
            if options.get("aead"):
                self.call("op_encrypt_set_aead", operation, options["aead"].encode())
            count = options.get("count", 96)
            for password in passwords:
                self.call("op_encrypt_add_password", operation, password.encode(), options.get("hash", "SHA256").encode(),
                          ctypes.c_size_t((16 + (count & 15)) << ((count >> 4) + 6)), options.get("key_cipher", options.get("cipher", "AES256")).encode())
            if key:
                recipient = self.first_key(ffi)
                self.call("op_encrypt_add_recipient", operation, recipient)
                self.call("key_handle_destroy", recipient)
            self.call("op_encrypt_execute", operation)
        finally:
            self.call("op_encrypt_destroy", operation)
            self.call("input_destroy", source)
            written = self.output(target)
            self.call("ffi_destroy", ffi)
        return written

    def decrypt(self, message, password=None, key=None):
        ffi = self.ring(*([key.private] if key else []))

        @self.PASSWORD
        def give(_ffi, _context, _key, _purpose, buffer, size):
            text = (password or "").encode() + b"\0"
            ctypes.memmove(buffer, text, min(size, len(text)))
            return True

        self.call("ffi_set_pass_provider", ffi, give, None)
        source, target = self.input(message), self.made("output_to_memory", ctypes.c_size_t(0))
        try:
            self.call("decrypt", ffi, source, target)
        finally:
            self.call("input_destroy", source)
            content = self.output(target)
            self.call("ffi_destroy", ffi)
        return content

    def make_key(self, kind):
        ffi, key = self.ring(), ctypes.c_void_p()
        kind, bits = ("rsa", (2048, 2048)) if kind == "rsa" else ("25519", ())
        self.call(f"generate_key_{kind}", ffi, *bits, USER.encode(), None, ctypes.byref(key))
        pair = []
        for part in (2, 4):  # public, secret; armored, with subkeys
            target = self.made("output_to_memory", ctypes.c_size_t(0))
            self.call("key_export", key, target, part | 1 | 8)
            pair.append(self.output(target).decode())
        self.call("key_handle_destroy", key)
        self.call("ffi_destroy", ffi)
        return Key(*pair)


class PGPy(Program):
    """The PGPy that the official Python client bundles."""

    name = "pgpy"
    SLOW = True
    KEYS = ("rsa",)
    CIPHERS = ("AES128", "AES192", "AES256", "TripleDES", "CAST5", "Blowfish", "Camellia128", "Camellia192", "Camellia256")
    HASHES = ("SHA1", "SHA224", "SHA256", "SHA384", "SHA512")
    VARIANTS = [{}, {"armor": True}, {"others": 1}, {"others": 2}, *({"cipher": cipher} for cipher in CIPHERS), *({"hash": hash_name} for hash_name in HASHES)]

    def __init__(self):
        from importlib.metadata import version

        from sendsafely import pgpy
        self.pgpy, self.constants = pgpy, pgpy.constants
        self.version = f"of the official Python client {version('sendsafely')}"

    def encrypt(self, content, passwords=(), key=None, compression="none", **options):
        constants = self.constants
        compression = {"none": "Uncompressed", "zip": "ZIP", "zlib": "ZLIB", "bzip2": "BZ2"}[compression]
        message = self.pgpy.PGPMessage.new(content.decode() if options.get("text") else content, compression=constants.CompressionAlgorithm[compression])
        cipher = constants.SymmetricKeyAlgorithm[options.get("cipher", "AES256")]
        if key:
            message = self.pgpy.PGPKey.from_blob(key.public)[0].encrypt(message, cipher=cipher)
        else:
            session_key = cipher.gen_key()
            for password in passwords:
                message = message.encrypt(password, cipher=cipher, sessionkey=session_key, hash=constants.HashAlgorithm[options.get("hash", "SHA256")])
        return str(message).encode() if options.get("armor") else bytes(message)

    def decrypt(self, message, password=None, key=None):
        message = self.pgpy.PGPMessage.from_blob(message)
        content = (message.decrypt(password) if password else self.pgpy.PGPKey.from_blob(key.private)[0].decrypt(message)).message
        return content.encode() if isinstance(content, str) else bytes(content)

    def make_key(self, kind):
        constants = self.constants
        key, encryption = (self.pgpy.PGPKey.new(constants.PubKeyAlgorithm.RSAEncryptOrSign, 2048) for _ in range(2))
        preferences = {"hashes": [constants.HashAlgorithm.SHA256], "ciphers": [constants.SymmetricKeyAlgorithm.AES256],
                       "compression": [constants.CompressionAlgorithm.Uncompressed]}
        key.add_uid(self.pgpy.PGPUID.new("Trusted Browser", email=USER), usage={constants.KeyFlags.Sign, constants.KeyFlags.Certify}, **preferences)
        key.add_subkey(encryption, usage={constants.KeyFlags.EncryptCommunications, constants.KeyFlags.EncryptStorage})
        return Key(str(key.pubkey), str(key))


class Conversation(Program):
    """A small program around a library, which replies to a line of words NAME=VALUE with "ok BASE64..." or "failed TEXT"."""

    def __init__(self, *command):
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, **words):
        """Its response, as a list of byte strings."""
        line = " ".join(f"{name}={self.value(value)}" for name, value in words.items() if value not in (None, False)) + "\n"
        # A program that hangs is killed, which ends the response.
        timer = threading.Timer(SECONDS, self.process.kill)
        timer.start()
        try:
            self.process.stdin.write(line.encode())
            self.process.stdin.flush()
            state, _, answer = self.process.stdout.readline().decode().rstrip("\n").partition(" ")
        except BrokenPipeError:
            state, answer = "failed", "it has ended"
        finally:
            timer.cancel()
        if state != "ok":
            raise Failed(answer or "it has ended")
        return [base64.b64decode(one) for one in answer.split(" ")]

    @staticmethod
    def value(value):
        if isinstance(value, (bytes, list)):
            return ",".join(base64.b64encode(one).decode() for one in (value if isinstance(value, list) else [value]))
        return 1 if value is True else value

    def encrypt(self, content, passwords=(), key=None, compression="none", **options):
        return self.ask(do="encrypt", content=content, passwords=[password.encode() for password in passwords] or None, key=key and key.public.encode(),
                        **self.words(compression=compression, **options))[0]

    def words(self, compression, **options):
        """The program's names of the options of a case."""
        return options if compression == "none" else {"compression": compression, **options}

    def decrypt(self, message, password=None, key=None):
        return self.ask(do="decrypt", content=message, passwords=password and [password.encode()], key=key and key.private.encode())[0]

    def make_key(self, kind):
        return Key(*(half.decode() for half in self.ask(do="key", type=kind)))

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class OpenPgpJs(Conversation):
    """openpgp.js of a major version."""

    COMPRESSIONS = ("none", "zip", "zlib")
    VARIANTS = [{}, {"armor": True}, {"others": 1}, {"others": 2}, {"lengths": "partial"}, {"lengths": "partial", "armor": True}, *COUNTS,
                *({"cipher": cipher} for cipher in ("aes128", "aes192", "aes256"))]
    AUTHENTICATED = [{"aead": "eax"}, {"aead": "ocb"}]

    def __init__(self, major):
        self.name = f"openpgp.js {major}"
        super().__init__(ROOT / "tools/node", HERE / "openpgpjs.cjs", major)
        try:
            self.version = self.ask(do="version")[0].decode()
        except Failed:
            self.missing = "see above"
        if major < 6:
            # The packet of a draft, which GnuPG and RNP have adopted.
            self.REFUSED = [(options, "authenticated mode") for options in self.AUTHENTICATED]
        if major == 4:
            self.VARIANTS = [*self.VARIANTS, *({"cipher": cipher} for cipher in ("tripledes", "cast5", "blowfish", "twofish"))]
        if major == 6:
            self.KEYS = ("rsa", "default", "rsa4096", "curve25519", "authenticated")
            modes = [*self.AUTHENTICATED, {"aead": "gcm"}]
            self.VARIANTS = [
                *self.VARIANTS, *modes, *({**mode, "argon2": True} for mode in modes), {"argon2": True},
                {"aead": "ocb", "others": 2}, {"aead": "gcm", "argon2": True, "others": 1},
                {"aead": "ocb", "armor": True}, {"aead": "ocb", "lengths": "partial"}, {"aead": "gcm", "cipher": "aes128"}, {"aead": "eax", "cipher": "aes192"},
                *({**mode, "chunk": chunk} for mode in modes for chunk in (0, 4, 10, 16)),
            ]


class BouncyCastle(Conversation):
    """The library of the official Java client, and of the .NET client in another language."""

    name = "bouncycastle"
    KEYS = ("rsa",)
    JARS = [path for path in (Path("/usr/share/java") / name for name in ("bcpg.jar", "bcprov.jar", "bcutil.jar")) if path.exists()]
    CIPHERS = ("AES_128", "AES_192", "AES_256", "TRIPLE_DES", "CAST5", "BLOWFISH", "TWOFISH", "CAMELLIA_128", "CAMELLIA_192", "CAMELLIA_256", "IDEA")
    HASHES = ("SHA1", "RIPEMD160", "SHA224", "SHA256", "SHA384", "SHA512")
    VARIANTS = [{}, {"armor": True}, {"others": 1}, {"others": 2}, {"lengths": "partial"}, {"lengths": "old"}, {"lengths": "partial", "armor": True}, *COUNTS,
                *({"cipher": cipher} for cipher in CIPHERS), *({"hash": hash_name} for hash_name in HASHES)]
    REFUSED = [({"without_mdc": True}, "modification detection")]
    # Old clients left the code out, and encrypted to the signing key.
    KEYCODES = [{}, {"without_mdc": True}, {"primary": True}, {"lengths": "partial"}, {"lengths": "old"}]

    def __init__(self):
        if not shutil.which("javac") or len(self.JARS) < 2:
            self.missing = "apt-get install default-jdk-headless libbcpg-java"
            return
        super().__init__("java", "-cp", ":".join(map(str, self.JARS)), HERE / "BouncyCastle.java")
        try:
            self.version = self.ask(do="version")[0].decode()
        except Failed:
            self.missing = "see above"

    def words(self, compression, **options):
        return options if compression == "none" else {"compression": compression.upper(), **options}

    def stop(self):
        if hasattr(self, "process"):
            super().stop()


def every():
    """All programs, also those that are not installed."""
    return [GnuPG(), Rnp(), Sequoia(), OpenPgpJs(4), OpenPgpJs(5), OpenPgpJs(6), BouncyCastle(), PGPy()]
