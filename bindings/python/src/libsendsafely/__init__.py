"""SendSafely for Python: files go end-to-end encrypted to people, behind one secure link.

    from libsendsafely import Client

    with Client("https://acme.sendsafely.com", api_key, api_secret) as client, client.create_package() as package:
        package.add_recipient("somebody@example.com")
        package.upload("report.pdf")
        print(package.finalize().link)
"""

from ._native import Existing, PackageState, Phase, Status
from .client import Client
from .errors import Error, Stopped
from .package import Package

__all__ = ["Client", "Error", "Existing", "Package", "PackageState", "Phase", "Status", "Stopped"]
