"""Mistakes that a checker must find: the lines marked `wrong`, and no others. It is never run."""

from libsendsafely import Client, Existing
from libsendsafely.aio import AsyncClient


def mistakes(client: Client) -> None:
    Client("https://acme.sendsafely.com", "key")  # wrong
    Client("https://acme.sendsafely.com", "key", "secret", no_such_option=1)  # wrong
    package = client.create_package()
    package.add_recipient(1)  # wrong
    package.upload_file(1.5)  # wrong
    package.upload_file("report.pdf", progress=lambda: None)  # wrong
    package.download_all("here", existing="skip")  # wrong
    package.download_all("here", existing=Existing.SKIP, no_such_option=1)  # wrong
    package.id = "other"  # wrong
    size: str = package.get_information().files[0].size  # wrong
    print(size, package.finalize().no_such_field)  # wrong
    print(package.get_message().upper())  # wrong


async def more(client: AsyncClient) -> None:
    package = await client.create_package()
    await package.add_recipient(1)  # wrong
    finalized = await package.finalize()
    print(finalized.no_such_field)  # wrong
    print(package.upload_memory(b"", "a").size)  # wrong
