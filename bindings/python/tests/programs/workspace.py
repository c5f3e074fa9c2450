# Moves a file through the directories of a Workspace.
import hashlib
import json
import os
import sys

from sendsafely.exceptions import DeleteDirectoryException, GetDirectoryException
from sendsafely.Package import Package
from sendsafely.SendSafely import SendSafely


class Silent:
    def update_progress(self, file_id, progress):
        pass


def show(what, value):
    print(what, json.dumps(value, sort_keys=True))


path, directory = sys.argv[1:]
sendsafely = SendSafely(os.environ["SENDSAFELY_URL"], os.environ["SENDSAFELY_KEY"], os.environ["SENDSAFELY_SECRET"])
workspace = Package(sendsafely, workspace=True)
root = workspace.get_info()["rootDirectoryId"]
show("named", workspace.update_workspace_name("Projekt Ü"))
show("collaborator", workspace.add_recipient("second@acme.test"))
drafts = workspace.create_directory("Drafts")
show("created", drafts)
old = workspace.create_directory("Old", drafts["directoryId"])
show("created", old)
first = workspace.encrypt_and_upload_file(path, progress_instance=Silent())
second = workspace.encrypt_and_upload_file(path, directory_id=drafts["directoryId"], progress_instance=Silent())
show("uploaded", [first, second])
newer = workspace.encrypt_and_upload_file(path, drafts["directoryId"], Silent())
show("versions", workspace.get_file_information(newer["fileId"], drafts["directoryId"]))
show("moved", workspace.move_file(newer["fileId"], old["directoryId"]))
show("moved", workspace.move_directory(old["directoryId"], root))
show("renamed", workspace.rename_directory(old["directoryId"], "Older"))
show("root", workspace.get_directory_information(root))
show("older", workspace.get_directory_information(old["directoryId"]))
workspace.download_and_decrypt_file(newer["fileId"], old["directoryId"], directory, "newer", Silent())
workspace.download_and_decrypt_file(newer["fileId"], None, directory, "without directory", Silent())
workspace.download_and_decrypt_file(first["fileId"], root, directory, "first", Silent())
for name in sorted(os.listdir(directory)):
    with open(os.path.join(directory, name), "rb") as received:
        print("received", name, hashlib.sha256(received.read()).hexdigest())
show("message", workspace.encrypt_and_upload_message("for all"))
again = sendsafely.load_package(workspace.package_id, workspace.client_secret)
show("message", again.get_package_message())
show("deleted", workspace.delete_file_from_package(newer["fileId"], old["directoryId"]))
show("deleted", workspace.delete_directory(old["directoryId"]))
for call, expected in ((workspace.delete_directory, DeleteDirectoryException), (workspace.get_directory_information, GetDirectoryException)):
    try:
        call(old["directoryId"])
    except expected as error:
        print(type(error).__name__, error, error.details)
show("package", workspace.get_info())
