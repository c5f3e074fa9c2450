using System;
using System.Collections.Generic;
using System.Threading;

namespace Sendsafely
{
    public partial class Client
    {
        /// <summary>Creates an empty contact group: recipients under one name.</summary>
        /// <remarks><paramref name="isOrganizationGroup"/>: a group of the organization, which only its administrators
        /// create. <see cref="Status.InvalidArgument"/>: the name is empty. <see cref="Status.Denied"/>: the user is no
        /// administrator. <see cref="Status.OutcomeUnknown"/>: the answer was lost; list the groups before you create
        /// it again. SendSafely Client API: contact groups (protocol 6.5).</remarks>
        public ContactGroup CreateContactGroup(string name, bool isOrganizationGroup = false,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_create_contact_group(
                    Handle, Texts.Required(name, nameof(name)), isOrganizationGroup ? 1 : 0, out it, out error),
                it => new ContactGroup(it), Native.sendsafely_contact_group_free);

        /// <summary>Gives a contact group with its members.</summary>
        /// <remarks><see cref="Status.Refused"/>: there is no such group, or it is somebody else's. SendSafely Client
        /// API: contact groups (protocol 6.5).</remarks>
        public ContactGroup GetContactGroup(string contactGroupId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_contact_group(
                    Handle, Texts.Required(contactGroupId, nameof(contactGroupId)), out it, out error),
                it => new ContactGroup(it), Native.sendsafely_contact_group_free);

        /// <summary>Gives the contact groups of the user with their members, or those of the organization.</summary>
        /// <remarks>SendSafely Client API: contact groups (protocol 6.5).</remarks>
        public IReadOnlyList<ContactGroup> GetContactGroups(bool wholeOrganization = false,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_contact_groups(
                    Handle, wholeOrganization ? 1 : 0, out it, out error),
                list => Read.List(list, item => new ContactGroup(item)), Native.sendsafely_contact_group_list_free);

        /// <summary>Deletes a contact group; it disappears from the packages that it is on.</summary>
        /// <remarks><see cref="Status.Refused"/>, <see cref="Status.Denied"/>: there is no such group, or it is not the
        /// user's to change. SendSafely Client API: contact groups (protocol 6.5).</remarks>
        public void DeleteContactGroup(string contactGroupId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_client_delete_contact_group(
                    Handle, Texts.Required(contactGroupId, nameof(contactGroupId)), out error));

        /// <summary>Adds somebody to a contact group.</summary>
        /// <remarks><see cref="Status.MalformedEmail"/>, <see cref="Status.InvalidEmail"/>: correct the address. <see
        /// cref="Status.DuplicateEmail"/>: it is in the group already. <see cref="Status.Refused"/>, <see
        /// cref="Status.Denied"/>: there is no such group, or it is not the user's to change. SendSafely Client API:
        /// contact groups (protocol 6.5).</remarks>
        public ContactGroupMember AddContactGroupMember(string contactGroupId, string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_add_contact_group_member(
                    Handle, Texts.Required(contactGroupId, nameof(contactGroupId)), Texts.Required(email,
                    nameof(email)), out it, out error),
                it => new ContactGroupMember(it), Native.sendsafely_contact_group_member_free);

        /// <summary>Removes somebody from a contact group, by the UserId that the group's members have.</summary>
        /// <remarks><see cref="Status.UserNotFound"/>, <see cref="Status.Refused"/>: nobody of this id is in the group.
        /// <see cref="Status.Denied"/>: the group is not the user's to change. SendSafely Client API: contact groups
        /// (protocol 6.5).</remarks>
        public void RemoveContactGroupMember(string contactGroupId, string userId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_client_remove_contact_group_member(
                    Handle, Texts.Required(contactGroupId, nameof(contactGroupId)), Texts.Required(userId,
                    nameof(userId)), out error));
    }

    public partial class Package
    {
        /// <summary>Puts a contact group on a package: all its members can open it. It counts as a recipient when the
        /// package is finalized.</summary>
        /// <remarks>Before or after finalize. <see cref="Status.Refused"/>: there is no such group, or it is somebody
        /// else's. SendSafely Client API: contact groups (protocol 6.5).</remarks>
        public void AddContactGroup(string contactGroupId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_add_contact_group(
                    Handle, Texts.Required(contactGroupId, nameof(contactGroupId)), out error));

        /// <summary>Takes a contact group off a package. Before or after finalize.</summary>
        /// <remarks><see cref="Status.Refused"/>: it is not on the package. SendSafely Client API: contact groups
        /// (protocol 6.5).</remarks>
        public void RemoveContactGroup(string contactGroupId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_remove_contact_group(
                    Handle, Texts.Required(contactGroupId, nameof(contactGroupId)), out error));
    }
}
