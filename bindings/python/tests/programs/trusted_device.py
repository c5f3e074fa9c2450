# Generates a key pair for a recipient's device, saves it in a file, and opens a package without a link.
import json
import os
import sys

from sendsafely import Package, SendSafely, utilities


def show(what, value):
    print(what, json.dumps(value, sort_keys=True))


pair_file, sender_key, sender_secret = sys.argv[1:]
url = os.environ["SENDSAFELY_URL"]
sender = SendSafely(url, sender_key, sender_secret)
recipient = SendSafely(url, os.environ["SENDSAFELY_KEY"], os.environ["SENDSAFELY_SECRET"])
made = recipient.generate_trusted_device_key_pair("laptop")
show("response", made["response"])
show("armored", [made["publicKey"].splitlines()[0], made["privateKey"].splitlines()[0]])
show("attributes", [made["response"]["id"] == recipient.KEY_ID, str(recipient.KEY_PAIR) == made["privateKey"],
                    str(recipient.KEY_PAIR.pubkey) == made["publicKey"]])
utilities.save_key_pair(recipient.KEY_ID, recipient.KEY_PAIR, pair_file)
kept = utilities.read_key_pair(pair_file)
show("kept", [kept["publicKeyId"] == recipient.KEY_ID, kept["privateKey"] == made["privateKey"], sorted(kept)])

package = Package(sender)
show("recipient", package.add_recipient("second@acme.test"))
package.encrypt_and_upload_message("for the device")
show("keys", [key["id"] == kept["publicKeyId"] for key in package.get_public_keys()])
package.finalize()

show("default pair", recipient.get_package_keycode(package.package_id) == {"keyCode": package.client_secret})
later = SendSafely(url, os.environ["SENDSAFELY_KEY"], os.environ["SENDSAFELY_SECRET"])
keycode = later.get_package_keycode(package.package_id, kept["publicKeyId"], kept["privateKey"])
show("kept pair", keycode == {"keyCode": package.client_secret})
print("message", later.load_package(package.package_id, key_code=keycode["keyCode"]).get_package_message())
show("without keycode", later.load_package(package.package_id).client_secret)
show("revoked", later.revoke_trusted_device_key(kept["publicKeyId"]))
