# Every error that a program may expect.
import os
import sys

from sendsafely import Package, SendSafely, exceptions

path, directory = sys.argv[1:]
url, key, secret = os.environ["SENDSAFELY_URL"], os.environ["SENDSAFELY_KEY"], os.environ["SENDSAFELY_SECRET"]
sendsafely = SendSafely(url, key, secret)
stranger = SendSafely(url, "no-key", "no-secret")


class Broken:
    def update_progress(self, file_id, progress):
        raise RuntimeError("broken " + progress)


class Silent:
    def update_progress(self, file_id, progress):
        pass


def refused(call, *arguments, **named):
    try:
        print(call.__name__, "->", call(*arguments, **named))
    except Exception as error:
        ours = isinstance(error, tuple(kind for kind in vars(exceptions).values() if isinstance(kind, type)))
        print(call.__name__, type(error).__name__, error.details if ours else "")


def create():
    Package(stranger)


refused(create)
refused(stranger.get_user_information)
refused(stranger.load_package, "ABCD-EFGH")
refused(stranger.delete_package, "ABCD-EFGH")
refused(stranger.revoke_trusted_device_key, "nothing")
refused(sendsafely.load_package, "ABCD-EFGH")
refused(sendsafely.get_package_information, "ABCD-EFGH")
refused(sendsafely.delete_package, "ABCD-EFGH")
refused(sendsafely.revoke_trusted_device_key, "nothing")
refused(sendsafely.get_package_keycode, "ABCD-EFGH", "nothing", "no key")

package = Package(sendsafely)
refused(package.add_recipient, "nobody")
refused(package.add_recipients, "x@example.com")
refused(package.update_recipient_phone_number, "nothing", "(415) 555-0100")
refused(package.get_public_keys, "nothing")
refused(package.get_file_information, "nothing")
refused(package.delete_file_from_package, "nothing")
refused(package.download_and_decrypt_file, "nothing")
refused(package.finalize)
refused(package.get_directory_information, "nothing")
refused(package.delete_directory, "nothing")
refused(package.rename_directory, "nothing", "new")
refused(package.move_file, "nothing", "nothing")
refused(package.move_directory, "nothing", "nothing")
refused(package.encrypt_and_upload_file, os.path.join(directory, "missing"))
refused(package.encrypt_and_upload_file, directory)
refused(package.encrypt_and_upload_file, path, None, Broken())
for file in package.get_info()["files"]:
    package.delete_file_from_package(file["fileId"])
package.encrypt_and_upload_file(path, None, Silent())
refused(package.encrypt_and_upload_file, path)

unread = sendsafely.load_package(package.package_id)
print(unread.initialized_via_keycode, unread.client_secret)
file_id = unread.get_info()["files"][0]["fileId"]
for call, arguments in ((unread.get_package_message, ()), (unread.encrypt_and_upload_message, ("text",)), (unread.encrypt_and_upload_file, (path,)),
                        (unread.download_and_decrypt_file, (file_id,))):
    refused(call, *arguments)
# The package can still be managed.
print(unread.add_recipient("second@acme.test")["email"])
print(unread.get_file_information(file_id)["fileName"])

for kind in sorted(name for name, value in vars(exceptions).items() if isinstance(value, type) and name[0] != "_"):
    bare, detailed = getattr(exceptions, kind)(), getattr(exceptions, kind)("details")
    print(kind, bare.details, bool(bare.message), str(bare) == bare.message, detailed.details, str(detailed), detailed.args, detailed.message == bare.message,
          type(bare).__mro__[-3:])
