"""The C examples with the official Python client: `send PATH` prints the link, `receive LINK DIRECTORY`. PATH may be a directory,
whose files all go into one package."""

import os
import sys

from sendsafely.Package import Package
from sendsafely.SendSafely import SendSafely

client = SendSafely(os.environ["SENDSAFELY_HOST"], os.environ["SENDSAFELY_API_KEY"], os.environ["SENDSAFELY_API_SECRET"])
if sys.argv[1] == "send":
    path = sys.argv[2]
    package = Package(client)
    package.add_recipient("ann@example.com")
    for file in [os.path.join(path, name) for name in os.listdir(path)] if os.path.isdir(path) else [path]:
        package.encrypt_and_upload_file(file)
    print(package.finalize()["message"])
else:
    package = client.load_package_from_link(sys.argv[2])
    for file in package.get_info()["files"]:
        package.download_and_decrypt_file(file["fileId"], download_directory=sys.argv[3])
