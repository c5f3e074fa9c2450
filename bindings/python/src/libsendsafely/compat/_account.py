"""The part of SendSafely that packages and utilities use: host, API key, and requests."""

from __future__ import annotations

import json
import os
from typing import Any, ClassVar, Optional

from ..client import Client
from ._calls import Failure, Json, Kept, failing_as, route


class Account:
    """A host with the API key and secret of an account."""

    API_URL: ClassVar[str] = "/api/v2.0"
    #: Failed requests are repeated for half a minute, about as long as the official client repeats a part of a file.
    CLIENT_OPTIONS: dict[str, Any] = {"retry_window_ms": 30_000}
    BASE_URL: Optional[str] = None
    API_KEY: Optional[str] = None
    API_SECRET: Optional[str] = None

    def __init__(self, url: str, api_key: str, api_secret: str) -> None:
        self.BASE_URL = url.rstrip("/") + self.API_URL
        self.API_KEY, self.API_SECRET = api_key, api_secret
        self._client: Kept[Client] = Kept()

    def __repr__(self) -> str:
        return f"<SendSafely {self.BASE_URL}>"

    def client(self) -> Client:
        """Returns the Client of libsendsafely, for calls that only it has."""
        host = (self.BASE_URL or "")[:-len(self.API_URL)]
        # Programs of the official client name their certificate authorities in the variables of requests.
        ca_bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        options = {"ca_bundle": ca_bundle, **self.CLIENT_OPTIONS}
        return self._client.get(lambda: Client(host, self.API_KEY or "", self.API_SECRET or "", **options),
                                host, self.API_KEY, self.API_SECRET, options)

    def _request(self, method: str, path: str, body: Any = None) -> Json:
        """Returns the service's response, even if it is an error."""
        response: Json = json.loads(self.client().request(method, path, None if body is None else json.dumps(body)))
        return response

    def _ask(self, failure: Failure, method: str, template: str, *ids: object, body: Any = None) -> Json:
        with failing_as(failure):
            response = self._request(method, route(template, *ids), body)
        if response.get("response") != "SUCCESS":
            raise failure(response.get("message") or response.get("response"))
        return response
