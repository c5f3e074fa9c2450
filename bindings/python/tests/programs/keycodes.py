# Where a keycode may come from.
import os
import sys

from sendsafely import Package, SendSafely

[directory] = sys.argv[1:]
account = SendSafely(os.environ["SENDSAFELY_URL"], os.environ["SENDSAFELY_KEY"], os.environ["SENDSAFELY_SECRET"])
device = account.generate_trusted_device_key_pair("first device")
package = Package(account)
package.add_recipient("somebody@example.com")
package.encrypt_and_upload_message("hello")
package.finalize()


def loaded(*key_code):
    again = account.load_package(package.package_id, *key_code)
    print(again.client_secret == package.client_secret, again.initialized_via_keycode)


path = os.path.join(directory, "keycode.txt")
with open(path, "w") as file:
    file.write(package.client_secret)
for key_code in ((), ("",), (None,), (package.client_secret,), (path,)):
    loaded(*key_code)
try:
    loaded(os.path.join(directory, "missing"))
except Exception as error:
    print(type(error).__name__)
for arguments in ((), (None, None), ("other",), (None, "other"), (account.KEY_ID, device["privateKey"])):
    print(account.get_package_keycode(package.package_id, *arguments)["keyCode"] == package.client_secret)
