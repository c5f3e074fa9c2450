# Sends files and a message to several people, one of whom gets a code by SMS; prints the link last.
import json
import os
import sys

from sendsafely import Package, SendSafely


class Bar:
    def __init__(self):
        self.steps = []

    def update_progress(self, file_id, progress):
        self.steps.append((file_id, progress))


def show(what, value):
    print(what, json.dumps(value, sort_keys=True))


sendsafely = SendSafely(os.environ["SENDSAFELY_URL"], os.environ["SENDSAFELY_KEY"], os.environ["SENDSAFELY_SECRET"])
show("user", sendsafely.get_user_information())
package = Package(sendsafely)
show("attributes", [type(value).__name__ for value in (package.package_id, package.package_code, package.server_secret, package.client_secret)])
show("keycode known", package.initialized_via_keycode)
recipient = package.add_recipient("second@acme.test")
show("recipient", recipient)
show("recipients", package.add_recipients(["third@acme.test", "nobody", "second@acme.test"]))
show("phone", package.update_recipient_phone_number(recipient["recipientId"], "(415) 555-0100"))
show("phone", package.update_recipient_phone_number(recipient["recipientId"], "20 7946 0018", country_code="GB"))
show("message", package.encrypt_and_upload_message("Grüße,\r\nzweite Zeile — 机密文件\n"))
for path in sys.argv[1:]:
    bar = Bar()
    sent = package.encrypt_and_upload_file(path, progress_instance=bar)
    show("file", sent)
    percents = [float(progress) for _, progress in bar.steps]
    show("progress", [{file_id for file_id, _ in bar.steps} == {sent["fileId"]}, bar.steps[-1][1], percents == sorted(percents)])
    show("information", package.get_file_information(sent["fileId"]))
show("deleted", package.delete_file_from_package(sent["fileId"]))
show("package", package.get_info())
show("keys", package.get_public_keys())
show("keys", package.get_public_keys(recipient["recipientId"]))
show("message", package.get_package_message())
finalized = package.finalize()
show("finalized", {name: value for name, value in finalized.items() if name != "message"})
print("link", finalized["message"])
