# Opens a package with a saved key pair, perhaps of another client.
import os
import sys

from sendsafely import SendSafely, utilities

pair_file, package_id = sys.argv[1:]
account = SendSafely(os.environ["SENDSAFELY_URL"], os.environ["SENDSAFELY_KEY"], os.environ["SENDSAFELY_SECRET"])
pair = utilities.read_key_pair(pair_file)
keycode = account.get_package_keycode(package_id, public_key_id=pair["publicKeyId"], private_key=pair["privateKey"])["keyCode"]
print(account.load_package(package_id, keycode).get_package_message())
