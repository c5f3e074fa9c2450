// Made from the synchronous methods by tools/csharp_async.py, not by hand.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace LibSendSafely
{
    partial class Client
    {
        /// <inheritdoc cref="GenerateApiKey"/>
        public Task<Login> GenerateApiKeyAsync(string email, string password, string description,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GenerateApiKey(email, password, description, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="GenerateApiKeySecondFactor"/>
        public Task<Login> GenerateApiKeySecondFactorAsync(string validationToken, string code, string description,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GenerateApiKeySecondFactor(validationToken, code, description, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="GenerateApiKeyOAuth"/>
        public Task<Login> GenerateApiKeyOAuthAsync(string oauthToken, string description,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GenerateApiKeyOAuth(oauthToken, description, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="GetAuditLog"/>
        public Task<string> GetAuditLogAsync(AuditLogOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            options = options?.Copy();
            return Async(() => GetAuditLog(options, progress, cancellationToken), cancellationToken);
        }

        /// <inheritdoc cref="Request"/>
        public Task<string> RequestAsync(string method, string path, string jsonBody = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => Request(method, path, jsonBody, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="VerifyCredentials"/>
        public Task<string> VerifyCredentialsAsync(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => VerifyCredentials(progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="VerifyVersion"/>
        public Task<string> VerifyVersionAsync(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => VerifyVersion(progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="CreateContactGroup"/>
        public Task<ContactGroup> CreateContactGroupAsync(string name, bool isOrganizationGroup = false,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => CreateContactGroup(name, isOrganizationGroup, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="GetContactGroup"/>
        public Task<ContactGroup> GetContactGroupAsync(string contactGroupId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GetContactGroup(contactGroupId, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="GetContactGroups"/>
        public Task<IReadOnlyList<ContactGroup>> GetContactGroupsAsync(bool wholeOrganization = false,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GetContactGroups(wholeOrganization, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="DeleteContactGroup"/>
        public Task DeleteContactGroupAsync(string contactGroupId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => DeleteContactGroup(contactGroupId, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="AddContactGroupMember"/>
        public Task<ContactGroupMember> AddContactGroupMemberAsync(string contactGroupId, string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => AddContactGroupMember(contactGroupId, email, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="RemoveContactGroupMember"/>
        public Task RemoveContactGroupMemberAsync(string contactGroupId, string userId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => RemoveContactGroupMember(contactGroupId, userId, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="GetDropzoneRecipients"/>
        public Task<IReadOnlyList<string>> GetDropzoneRecipientsAsync(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GetDropzoneRecipients(progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="AddDropzoneRecipient"/>
        public Task AddDropzoneRecipientAsync(string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => AddDropzoneRecipient(email, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="RemoveDropzoneRecipient"/>
        public Task RemoveDropzoneRecipientAsync(string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => RemoveDropzoneRecipient(email, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="GetEnterprise"/>
        public Task<Enterprise> GetEnterpriseAsync(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GetEnterprise(progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="GetPackageInformation"/>
        public Task<PackageInformation> GetPackageInformationAsync(string packageId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GetPackageInformation(packageId, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="GenerateKeyPair"/>
        public Task<KeyPair> GenerateKeyPairAsync(string description,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GenerateKeyPair(description, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="GetKeycodes"/>
        public Task<IReadOnlyList<PackageKeycode>> GetKeycodesAsync(string publicKeyId, string privateKey, IEnumerable<string> packageIds,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            packageIds = packageIds?.ToArray();
            return Async(() => GetKeycodes(publicKeyId, privateKey, packageIds, progress, cancellationToken), cancellationToken);
        }

        /// <inheritdoc cref="SyncKeycodes"/>
        public Task<SyncResult> SyncKeycodesAsync(string publicKeyId, string privateKey,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => SyncKeycodes(publicKeyId, privateKey, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="OpenLink"/>
        public Task<Package> OpenLinkAsync(string link,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => OpenLink(link, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="CreatePackage"/>
        public Task<Package> CreatePackageAsync(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => CreatePackage(progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="CreatePackageForUser"/>
        public Task<Package> CreatePackageForUserAsync(string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => CreatePackageForUser(email, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="CreateWorkspace"/>
        public Task<Workspace> CreateWorkspaceAsync(string name = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => CreateWorkspace(name, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="OpenPackage"/>
        public Task<Package> OpenPackageAsync(string packageId, string keycode,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => OpenPackage(packageId, keycode, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="OpenWithPrivateKey"/>
        public Task<Package> OpenWithPrivateKeyAsync(string packageId, string publicKeyId, string privateKey,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => OpenWithPrivateKey(packageId, publicKeyId, privateKey, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="OpenWorkspace"/>
        public Task<Workspace> OpenWorkspaceAsync(string packageId, string keycode,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => OpenWorkspace(packageId, keycode, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="RegisterPublicKey"/>
        public Task<string> RegisterPublicKeyAsync(string publicKey, string description,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => RegisterPublicKey(publicKey, description, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="GetPublicKey"/>
        public Task<string> GetPublicKeyAsync(string publicKeyId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GetPublicKey(publicKeyId, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="RevokePublicKey"/>
        public Task RevokePublicKeyAsync(string publicKeyId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => RevokePublicKey(publicKeyId, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="GetRecipientHistory"/>
        public Task<IReadOnlyList<PackageSummary>> GetRecipientHistoryAsync(string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GetRecipientHistory(email, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="StartRegistration"/>
        public Task StartRegistrationAsync(string email, bool sendPin = false,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => StartRegistration(email, sendPin, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="FinishRegistration"/>
        public Task<string> FinishRegistrationAsync(RegistrationOptions options,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            options = options?.Copy();
            return Async(() => FinishRegistration(options, progress, cancellationToken), cancellationToken);
        }

        /// <inheritdoc cref="GetUser"/>
        public Task<User> GetUserAsync(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GetUser(progress, cancellationToken), cancellationToken);
    }

    partial class Package
    {
        /// <inheritdoc cref="AddContactGroup"/>
        public Task AddContactGroupAsync(string contactGroupId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => AddContactGroup(contactGroupId, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="RemoveContactGroup"/>
        public Task RemoveContactGroupAsync(string contactGroupId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => RemoveContactGroup(contactGroupId, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="DownloadFile"/>
        public Task<DownloadedFile> DownloadFileAsync(string fileId, string path, DownloadOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            options = options?.Copy();
            return Async(() => DownloadFile(fileId, path, options, progress, cancellationToken), cancellationToken);
        }

        /// <inheritdoc cref="DownloadMemory"/>
        public Task<byte[]> DownloadMemoryAsync(string fileId, DownloadOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            options = options?.Copy();
            return Async(() => DownloadMemory(fileId, options, progress, cancellationToken), cancellationToken);
        }

        /// <inheritdoc cref="DownloadStream"/>
        public Task<DownloadedFile> DownloadStreamAsync(string fileId, Stream target, DownloadOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            options = options?.Copy();
            return Async(() => DownloadStream(fileId, target, options, progress, cancellationToken), cancellationToken);
        }

        /// <inheritdoc cref="DownloadAll"/>
        public Task<IReadOnlyList<ReportItem>> DownloadAllAsync(string directory, DownloadOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            options = options?.Copy();
            return Async(() => DownloadAll(directory, options, progress, cancellationToken), cancellationToken);
        }

        /// <inheritdoc cref="SubmitHostedDropzone"/>
        public Task SubmitHostedDropzoneAsync(string name, string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => SubmitHostedDropzone(name, email, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="GetFileInformation"/>
        public Task<PackageFileInformation> GetFileInformationAsync(string fileId, string directoryId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GetFileInformation(fileId, directoryId, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="DeleteFile"/>
        public Task DeleteFileAsync(string fileId, string directoryId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => DeleteFile(fileId, directoryId, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="RenameFile"/>
        public Task RenameFileAsync(string fileId, string newName,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => RenameFile(fileId, newName, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="CopyFile"/>
        public Task<string> CopyFileAsync(string fileId, Workspace targetPackage, string targetDirectoryId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => CopyFile(fileId, targetPackage, targetDirectoryId, progress, cancellationToken), cancellationToken, targetPackage);

        /// <inheritdoc cref="Finalize"/>
        public Task<Finalized> FinalizeAsync(FinalizeOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            options = options?.Copy();
            return Async(() => Finalize(options, progress, cancellationToken), cancellationToken);
        }

        /// <inheritdoc cref="GetInformation"/>
        public Task<PackageInformation> GetInformationAsync(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GetInformation(progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="SetMessage"/>
        public Task SetMessageAsync(string text,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => SetMessage(text, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="GetMessage"/>
        public Task<string> GetMessageAsync(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GetMessage(progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="SetLife"/>
        public Task SetLifeAsync(int days,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => SetLife(days, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="SetLabel"/>
        public Task SetLabelAsync(string label,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => SetLabel(label, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="Update"/>
        public Task UpdateAsync(string jsonObject,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => Update(jsonObject, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="Notify"/>
        public Task NotifyAsync(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => Notify(progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="Delete"/>
        public Task DeleteAsync(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => Delete(progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="DeleteUnfinished"/>
        public Task DeleteUnfinishedAsync(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => DeleteUnfinished(progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="GetPermissions"/>
        public Task<string> GetPermissionsAsync(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GetPermissions(progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="GetPublicKeys"/>
        public Task<IReadOnlyList<DevicePublicKey>> GetPublicKeysAsync(string recipientId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GetPublicKeys(recipientId, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="AddRecipient"/>
        public Task<Recipient> AddRecipientAsync(string email, RecipientOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            options = options?.Copy();
            return Async(() => AddRecipient(email, options, progress, cancellationToken), cancellationToken);
        }

        /// <inheritdoc cref="AddRecipients"/>
        public Task<IReadOnlyList<RecipientResult>> AddRecipientsAsync(IEnumerable<string> emails, RecipientOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            emails = emails?.ToArray();
            options = options?.Copy();
            return Async(() => AddRecipients(emails, options, progress, cancellationToken), cancellationToken);
        }

        /// <inheritdoc cref="GetRecipient"/>
        public Task<Recipient> GetRecipientAsync(string recipientId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GetRecipient(recipientId, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="SetRecipientPhone"/>
        public Task SetRecipientPhoneAsync(string recipientId, string phoneNumber, string countryCode = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => SetRecipientPhone(recipientId, phoneNumber, countryCode, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="RemoveRecipient"/>
        public Task RemoveRecipientAsync(string recipientId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => RemoveRecipient(recipientId, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="RemoveAllRecipients"/>
        public Task RemoveAllRecipientsAsync(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => RemoveAllRecipients(progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="UploadKeycodes"/>
        public Task UploadKeycodesAsync(string recipientId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => UploadKeycodes(recipientId, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="UploadFile"/>
        public Task<PackageFile> UploadFileAsync(string path, UploadOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            options = options?.Copy();
            return Async(() => UploadFile(path, options, progress, cancellationToken), cancellationToken);
        }

        /// <inheritdoc cref="UploadMemory"/>
        public Task<PackageFile> UploadMemoryAsync(string fileName, byte[] data, UploadOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            options = options?.Copy();
            return Async(() => UploadMemory(fileName, data, options, progress, cancellationToken), cancellationToken);
        }

        /// <inheritdoc cref="UploadStream"/>
        public Task<PackageFile> UploadStreamAsync(string fileName, Stream source, long? size = null, UploadOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            options = options?.Copy();
            return Async(() => UploadStream(fileName, source, size, options, progress, cancellationToken), cancellationToken);
        }

        /// <inheritdoc cref="UploadAll"/>
        public Task<IReadOnlyList<ReportItem>> UploadAllAsync(string directory, UploadAllOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            options = options?.Copy();
            return Async(() => UploadAll(directory, options, progress, cancellationToken), cancellationToken);
        }
    }

    partial class Workspace
    {
        /// <inheritdoc cref="GetDirectory"/>
        public Task<WorkspaceDirectory> GetDirectoryAsync(string directoryId = null, DirectoryOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            options = options?.Copy();
            return Async(() => GetDirectory(directoryId, options, progress, cancellationToken), cancellationToken);
        }

        /// <inheritdoc cref="CreateDirectory"/>
        public Task<string> CreateDirectoryAsync(string name, string parentId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => CreateDirectory(name, parentId, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="RenameDirectory"/>
        public Task RenameDirectoryAsync(string directoryId, string newName,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => RenameDirectory(directoryId, newName, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="MoveDirectory"/>
        public Task MoveDirectoryAsync(string directoryId, string targetDirectoryId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => MoveDirectory(directoryId, targetDirectoryId, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="DeleteDirectory"/>
        public Task DeleteDirectoryAsync(string directoryId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => DeleteDirectory(directoryId, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="MoveFile"/>
        public Task MoveFileAsync(string fileId, string targetDirectoryId = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => MoveFile(fileId, targetDirectoryId, progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="GetCollaborators"/>
        public Task<string> GetCollaboratorsAsync(
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => GetCollaborators(progress, cancellationToken), cancellationToken);

        /// <inheritdoc cref="Sync"/>
        public Task<IReadOnlyList<ReportItem>> SyncAsync(string directory, SyncOptions options = null,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default)
        {
            options = options?.Copy();
            return Async(() => Sync(directory, options, progress, cancellationToken), cancellationToken);
        }

        /// <inheritdoc cref="SetRecipientRole"/>
        public Task SetRecipientRoleAsync(string recipientId, string role,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            Async(() => SetRecipientRole(recipientId, role, progress, cancellationToken), cancellationToken);
    }
}
