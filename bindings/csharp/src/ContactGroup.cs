using System;
using System.Collections.Generic;
using System.Threading;

// The requests: docs/protocol.md 6.5.
namespace LibSendSafely
{
    public partial class Client
    {
        /// <summary>Creates an empty contact group: recipients under one name.</summary>
        /// <remarks>With <paramref name="isOrganizationGroup"/> it belongs to the organization; only administrators
        /// create such groups. <see cref="Status.InvalidArgument"/>: the name is empty. <see cref="Status.Denied"/>:
        /// the user is no administrator. <see cref="Status.OutcomeUnknown"/>: the response was lost; list the groups
        /// before you create it again.</remarks>
        public ContactGroup CreateContactGroup(string name, bool isOrganizationGroup = false,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_create_contact_group(
                    Handle, Texts.Required(name, nameof(name)), isOrganizationGroup ? 1 : 0, out it, out error),
                it => new ContactGroup(it), Native.sendsafely_contact_group_free);

        /// <summary>Returns a contact group with its members.</summary>
        /// <remarks><see cref="Status.Refused"/>: the group does not exist, or belongs to another user.</remarks>
        public ContactGroup GetContactGroup(string contactGroupId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_contact_group(
                    Handle, Texts.Required(contactGroupId, nameof(contactGroupId)), out it, out error),
                it => new ContactGroup(it), Native.sendsafely_contact_group_free);

        /// <summary>Returns the contact groups of the user with their members, or those of the organization.</summary>
        public IReadOnlyList<ContactGroup> GetContactGroups(bool wholeOrganization = false,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_get_contact_groups(
                    Handle, wholeOrganization ? 1 : 0, out it, out error),
                list => Read.List(list, item => new ContactGroup(item)), Native.sendsafely_contact_group_list_free);

        /// <summary>Deletes a contact group, also from the packages that have it.</summary>
        /// <remarks><see cref="Status.Refused"/>, <see cref="Status.Denied"/>: the group does not exist, or the user
        /// may not change it.</remarks>
        public void DeleteContactGroup(string contactGroupId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_client_delete_contact_group(
                    Handle, Texts.Required(contactGroupId, nameof(contactGroupId)), out error));

        /// <summary>Adds a member to a contact group by e-mail address.</summary>
        /// <remarks><see cref="Status.MalformedEmail"/>, <see cref="Status.InvalidEmail"/>: correct the address.
        /// <see cref="Status.DuplicateEmail"/>: the group has it already. <see cref="Status.Refused"/>,
        /// <see cref="Status.Denied"/>: the group does not exist, or the user may not change it.</remarks>
        public ContactGroupMember AddContactGroupMember(string contactGroupId, string email,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Record(
                (out IntPtr it, out ErrorHandle error) => Native.sendsafely_client_add_contact_group_member(
                    Handle, Texts.Required(contactGroupId, nameof(contactGroupId)), Texts.Required(email,
                    nameof(email)), out it, out error),
                it => new ContactGroupMember(it), Native.sendsafely_contact_group_member_free);

        /// <summary>Removes a member from a contact group by <see cref="ContactGroupMember.UserId"/>.</summary>
        /// <remarks><see cref="Status.UserNotFound"/>, <see cref="Status.Refused"/>: the group has no member with this
        /// id. <see cref="Status.Denied"/>: the user may not change the group.</remarks>
        public void RemoveContactGroupMember(string contactGroupId, string userId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_client_remove_contact_group_member(
                    Handle, Texts.Required(contactGroupId, nameof(contactGroupId)), Texts.Required(userId,
                    nameof(userId)), out error));
    }

    public partial class Package
    {
        /// <summary>Adds a contact group to a package, before or after finalize. All its members can open the package;
        /// for finalize the group counts as a recipient.</summary>
        /// <remarks><see cref="Status.Refused"/>: the group does not exist, or belongs to another user. In a Workspace
        /// or a finalized package also <see cref="Status.WrongKeycode"/> and <see cref="Status.KeycodeNotProved"/>, as
        /// for <see cref="UploadKeycodes"/>; then the group was not added.</remarks>
        public void AddContactGroup(string contactGroupId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_add_contact_group(
                    Handle, Texts.Required(contactGroupId, nameof(contactGroupId)), out error));

        /// <summary>Removes a contact group from a package, before or after finalize.</summary>
        /// <remarks><see cref="Status.Refused"/>: the package does not have it.</remarks>
        public void RemoveContactGroup(string contactGroupId,
            IProgress<TransferProgress> progress = null, CancellationToken cancellationToken = default) =>
            On(progress, cancellationToken).Run(
                (out ErrorHandle error) => Native.sendsafely_package_remove_contact_group(
                    Handle, Texts.Required(contactGroupId, nameof(contactGroupId)), out error));
    }
}
