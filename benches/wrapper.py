"""The C examples with the Python wrapper: `send PATH` prints the link, `receive LINK DIRECTORY`; PATH may be a directory. `calls`
prints the nanoseconds of a call that does little."""

import os
import sys
import timeit

from libsendsafely import Client

with Client(os.environ["SENDSAFELY_HOST"], os.environ["SENDSAFELY_API_KEY"], os.environ["SENDSAFELY_API_SECRET"],
            ca_bundle=os.environ.get("SENDSAFELY_CA_BUNDLE")) as client:
    if sys.argv[1] == "send":
        with client.create_package() as package:
            package.add_recipient("ann@example.com")
            upload = package.upload_all if os.path.isdir(sys.argv[2]) else package.upload_file
            upload(sys.argv[2])
            print(package.finalize().link)
    elif sys.argv[1] == "receive":
        with client.open_link(sys.argv[2]) as package:
            package.download_all(sys.argv[3])
    else:
        with client.create_package() as package:
            # Short repeats: other programs on the machine interrupt the best one least.
            print(round(min(timeit.repeat(lambda: package.running_uploads, number=100, repeat=1000)) / 100 * 1e9))
