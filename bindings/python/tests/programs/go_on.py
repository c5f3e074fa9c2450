# Continues a package that is not finalized, or creates one: adds a file, and finalizes on request. Prints the arguments
# for the next program.
import os
import sys

import sendsafely
from sendsafely import SendSafely


class Silent(sendsafely.Progress):
    def update_progress(self, file_id, progress):
        pass


path, finalize, *known = sys.argv[1:]
account = SendSafely(os.environ["SENDSAFELY_URL"], os.environ["SENDSAFELY_KEY"], os.environ["SENDSAFELY_SECRET"])
if known:
    package = account.load_package(*known)
else:
    package = sendsafely.Package(account)
    package.add_recipient("second@acme.test")
    package.encrypt_and_upload_message("begun")
package.encrypt_and_upload_file(path, None, Silent())
if finalize == "yes":
    print("link", package.finalize()["message"])
else:
    print(package.package_id, package.client_secret)
