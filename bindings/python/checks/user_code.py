"""What somebody writes who uses the package: every checker has to accept it, and to know the types that it states. It is not run."""

from __future__ import annotations

from pathlib import Path

from libsendsafely import Client, Error, Existing, Status, Stopped


def send(host: str, api_key: str, api_secret: str, file: Path) -> str:
    with Client(host, api_key, api_secret, retry_window_ms=60_000) as client, client.create_package() as package:
        email: str = package.add_recipient("somebody@example.com", phone_number="4155550100").email
        package.upload_file(file, progress=lambda progress: print(progress.bytes_done / (progress.bytes_total or 1)))
        package.upload_memory(b"bytes", f"for {email}.txt")
        package.set_message("Hello")
        link: str = package.finalize(notify_recipients=True).link
        package_id: str = package.id
        return link + package_id


def receive(client: Client, link: str, directory: str | Path) -> list[str]:
    with client.open_link(link) as package:
        message: str | None = package.get_message()
        print(message or "no message")
        try:
            return [item.path for item in package.download_all(directory, existing=Existing.SKIP)]
        except Stopped:
            return []
        except Error as error:
            known: bool = error.status is Status.DISK_FULL
            answered: int | None = error.http_status
            print(known, answered, error.remedy)
            raise
