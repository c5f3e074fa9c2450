# Lists and deletes packages, and calls the service directly.
import json
import os
import urllib.request

from sendsafely import Package, SendSafely, make_headers
from sendsafely.utilities import delete_request, get_request, patch_request, post_request, put_request


def show(what, value):
    print(what, json.dumps(value, sort_keys=True))


url, key, secret = os.environ["SENDSAFELY_URL"], os.environ["SENDSAFELY_KEY"], os.environ["SENDSAFELY_SECRET"]
sendsafely = SendSafely(url, key, secret)
show("class", [SendSafely.API_URL, SendSafely.BASE_URL, SendSafely.API_KEY, SendSafely.API_SECRET, SendSafely.KEY_PAIR, SendSafely.KEY_ID])
show("object", [url + "/api/v2.0" == sendsafely.BASE_URL, key == sendsafely.API_KEY, secret == sendsafely.API_SECRET])
for number in range(3):
    package = Package(sendsafely)
    package.add_recipient("admin@acme.test")
    package.encrypt_and_upload_message(f"number {number}")
    package.finalize()
show("sent", sendsafely.get_sent_packages())
show("sent", sendsafely.get_sent_packages(1))
show("sent", sendsafely.get_sent_packages(row_index=0, page_size=2))
show("received", sendsafely.get_received_packages(2, 1))
show("information", sendsafely.get_package_information(package.package_id))
show("by code", sendsafely.get_package_information(package.package_code)["packageId"] == package.package_id)
show("known already", vars(Package(sendsafely, {
    "packageId": "ABCD-EFGH", "packageCode": "code", "serverSecret": "server", "clientSecret": "keycode"}))["client_secret"])
show("deleted", sendsafely.delete_package(package.package_id))
show("deleted", Package(sendsafely).delete_package())

show("get", get_request(sendsafely, "/user"))
show("put", sorted(put_request(sendsafely, "/package", {"vdr": False})))
show("post", post_request(sendsafely, "/package/ABCD-EFGH", {"life": 3}))
show("patch", patch_request(sendsafely, "/package/ABCD-EFGH/file/1", {"name": "new"}))
show("delete", delete_request(sendsafely, "/package/ABCD-EFGH"))

body = json.dumps({"vdr": True})
headers = make_headers(secret, key, "/package/", request_body=body)
show("headers", {name: value if name == "ss-request-api" else len(value) for name, value in headers.items()})
request = urllib.request.Request(sendsafely.BASE_URL + "/package/", data=body.encode(), method="PUT",
                                 headers={**headers, "Content-Type": "application/json"})
with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as response:
    show("signed by hand", sorted(json.load(response)))
