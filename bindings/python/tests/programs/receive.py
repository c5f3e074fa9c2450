# Receives a package by its link, twice over the same files.
import hashlib
import json
import os
import sys

import sendsafely


class Steps(sendsafely.Progress):
    def __init__(self):
        super().__init__()
        self.last = {}

    def update_progress(self, file_id, progress):
        self.last[file_id] = progress


link, directory = sys.argv[1:]
account = sendsafely.SendSafely(os.environ["SENDSAFELY_URL"], os.environ["SENDSAFELY_KEY"], os.environ["SENDSAFELY_SECRET"])
print("information", json.dumps(account.get_package_information_from_link(link), sort_keys=True))
package = account.load_package_from_link(link)
print("attributes", package.package_id in link, package.package_code in link, package.client_secret in link, package.initialized_via_keycode)
print("message", repr(package.get_package_message()))
steps = Steps()
for file in package.get_info()["files"]:
    print("download", package.download_and_decrypt_file(file["fileId"], download_directory=directory, progress_instance=steps))
    package.download_and_decrypt_file(file["fileId"], None, directory, progress_instance=steps)
    package.download_and_decrypt_file(file["fileId"], None, directory, "copy: of/" + file["fileName"], steps)
    print("progress", steps.last[file["fileId"]])
for name in sorted(os.listdir(directory)):
    with open(os.path.join(directory, name), "rb") as received:
        print("received", name, hashlib.sha256(received.read()).hexdigest())
