"""The C examples with the official Python client: `send FILE` prints the link, `receive LINK DIRECTORY`."""

import os
import sys

from sendsafely.Package import Package
from sendsafely.SendSafely import SendSafely

client = SendSafely(os.environ["SENDSAFELY_HOST"], os.environ["SENDSAFELY_API_KEY"], os.environ["SENDSAFELY_API_SECRET"])
if sys.argv[1] == "send":
    package = Package(client)
    package.add_recipient("ann@example.com")
    package.encrypt_and_upload_file(sys.argv[2])
    print(package.finalize()["message"])
else:
    package = client.load_package_from_link(sys.argv[2])
    for file in package.get_info()["files"]:
        package.download_and_decrypt_file(file["fileId"], download_directory=sys.argv[3])
