"""Code of a user of the package. Every checker must accept it, and infer the stated types. It is never run."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from libsendsafely import Client, Error, Existing, File, PackageSummary, Progress, Status, Stopped, Workspace
from libsendsafely.aio import AsyncClient, AsyncPackage


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
            http_status: int | None = error.http_status
            print(known, http_status, error.remedy)
            raise


def proceed(progress: Progress) -> bool:
    total: int | None = progress.bytes_total
    return total is None or progress.bytes_done < total


def work(client: Client, stream: BinaryIO) -> list[datetime | None]:
    with client.create_workspace("Project") as workspace:
        made: Workspace = workspace
        directory_id: str = made.create_directory("drafts")
        file: File = made.upload_file(stream, file_name="draft.txt", directory=directory_id, progress=proceed)
        content: bytes = made.download_memory(file, directory=directory_id)
        print(content)
        entries = [entry.time for entry in made.list_activity()]
    summaries: list[PackageSummary] = list(client.list_packages())
    return entries + [summary.updated for summary in summaries]


async def wait(host: str, api_key: str, api_secret: str) -> str:
    async with AsyncClient(host, api_key, api_secret) as client, await client.create_package() as package:
        made: AsyncPackage = package
        await made.add_recipient("somebody@example.com")
        file: File = await made.upload_memory(b"bytes", "a.txt", progress=proceed)
        print(file.size)
        async for summary in client.list_packages():
            label: str | None = summary.label
            print(label)
        return (await made.finalize()).link
