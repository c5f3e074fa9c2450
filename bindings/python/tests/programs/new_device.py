# Registers a trusted device and keeps its key pair.
import os
import sys

from sendsafely import SendSafely, utilities

account = SendSafely(os.environ["SENDSAFELY_URL"], os.environ["SENDSAFELY_KEY"], os.environ["SENDSAFELY_SECRET"])
account.generate_trusted_device_key_pair("kept")
utilities.save_key_pair(account.KEY_ID, account.KEY_PAIR, sys.argv[1])
