"""The exceptions of the official client: one for each kind of call, whatever the reason of its failure.

`message` names the call that failed, and `details` the reason: the service's message, if there is one. `__cause__` is
the exception of libsendsafely, with its status and remedy.
"""

from __future__ import annotations


class _Failed(Exception):
    """A call failed. The class names the kind of call."""

    _message: str = ""

    def __init__(self, details: object = None) -> None:
        super().__init__(self._message if details is None else details)
        self.message: str = self._message
        self.details: object = details


class CreatePackageFailedException(_Failed):
    """Package() failed."""

    _message = "the package could not be created"


class InvalidCredentialsException(_Failed):
    """Defined for programs that raise it. With wrong credentials, a call raises the exception of its kind."""

    _message = "the API key or its secret is wrong"


class UpdatePackageException(_Failed):
    """Package.update_workspace_name failed."""

    _message = "the package could not be changed"


class DeletePackageException(_Failed):
    """delete_package failed."""

    _message = "the package could not be deleted"


class DeleteFileException(_Failed):
    """Package.delete_file_from_package failed."""

    _message = "the file could not be deleted"


class DeleteDirectoryException(_Failed):
    """Package.delete_directory failed."""

    _message = "the directory could not be deleted"


class RenameDirectoryException(_Failed):
    """Package.rename_directory failed."""

    _message = "the directory could not be renamed"


class FinalizePackageFailedException(_Failed):
    """Package.finalize failed; `details` is the text of the service's whole response, with its list of errors."""

    _message = "the package could not be finalized"


class DownloadFileException(_Failed):
    """Package.download_and_decrypt_file failed."""

    _message = "the file could not be downloaded"


class AddRecipientFailedException(_Failed):
    """Package.add_recipient or add_recipients failed."""

    _message = "the recipient could not be added"


class AddFileFailedException(_Failed):
    """Package.encrypt_and_upload_file failed before anything was sent."""

    _message = "the file could not be added to the package"


class GetKeycodeFailedException(_Failed):
    """SendSafely.get_package_keycode failed."""

    _message = "there is no keycode for this device"


class UpdateRecipientFailedException(_Failed):
    """Package.update_recipient_phone_number failed."""

    _message = "the recipient could not be changed"


class UploadMessageException(_Failed):
    """Package.encrypt_and_upload_message failed."""

    _message = "the message could not be set"


class GetPublicKeysFailedException(_Failed):
    """Package.get_public_keys failed."""

    _message = "there are no public keys to be had"


class UploadFileException(_Failed):
    """Package.encrypt_and_upload_file failed while the file was sent."""

    _message = "the file could not be uploaded"


class GetFileInformationException(_Failed):
    """Package.get_file_information failed, or the file to download does not exist."""

    _message = "nothing is known of the file"


class GetUserInformationException(_Failed):
    """SendSafely.get_user_information failed."""

    _message = "nothing is known of the user"


class TrustedDeviceException(_Failed):
    """SendSafely.generate_trusted_device_key_pair or revoke_trusted_device_key failed."""

    _message = "the trusted device could not be registered or revoked"


class GetPackagesException(_Failed):
    """SendSafely.get_sent_packages or get_received_packages failed."""

    _message = "the packages could not be listed"


class GetPackageMessageException(_Failed):
    """Package.get_package_message failed; also for a package without a message."""

    _message = "the message could not be read"


class LimitExceededException(_Failed):
    """Defined for programs that raise it. Beyond a limit, a call raises the exception of its kind."""

    _message = "a limit is exceeded"


class GetPackageInformationFailedException(_Failed):
    """The package could not be loaded, or its data not fetched."""

    _message = "nothing is known of the package"


class UploadKeycodeException(_Failed):
    """The keycode could not be encrypted to the public keys of trusted devices and uploaded."""

    _message = "the keycode could not be uploaded"


class KeycodeRequiredException(_Failed):
    """The call needs the keycode, and the package was loaded without it."""

    _message = "this needs the package's keycode, without which it was loaded"


class MoveFileException(_Failed):
    """Package.move_file failed."""

    _message = "the file could not be moved"


class MoveDirectoryException(_Failed):
    """Package.move_directory failed."""

    _message = "the directory could not be moved"


class CreateDirectoryException(_Failed):
    """Package.create_directory failed."""

    _message = "the directory could not be created"


class GetDirectoryException(_Failed):
    """Package.get_directory_information failed."""

    _message = "nothing is known of the directory"
