using System.Linq;
using Xunit;

namespace LibSendSafely.Tests
{
    public class RecipientTests : Flow
    {
        [Fact]
        public void AddsAndRemovesRecipients()
        {
            Package package = Use(Client.CreatePackage());
            Recipient ann = package.AddRecipient("ann@example.com", new RecipientOptions { PhoneNumber = "(415) 555-0100" });
            Assert.Equal("ann@example.com", ann.Email);
            Assert.True(package.GetRecipient(ann.RecipientId).SmsAuth);
            Assert.Contains("4155550100", Emulator.State(package));
            Recipient bob = package.AddRecipient("bob@example.com");
            package.SetRecipientPhone(bob.RecipientId, "030 123456", "DE");
            Assert.Contains("30123456", Emulator.State(package));
            package.RemoveRecipient(ann.RecipientId);
            Assert.Equal("bob@example.com", Assert.Single(package.GetInformation().Recipients.Where(one => !one.IsPackageOwner)).Email);
            package.RemoveAllRecipients();
            Assert.Empty(package.GetInformation().Recipients.Where(one => !one.IsPackageOwner));
        }

        [Fact]
        public void AddsSeveralRecipients()
        {
            Package package = Use(Client.CreatePackage());
            var results = package.AddRecipients(new[] { "ann@example.com", "ann@example.com", "bob@example.com" });
            Assert.Equal(new[] { Status.Ok, Status.DuplicateEmail, Status.Ok }, results.Select(one => one.Status));
            Assert.Null(results[1].Recipient);
            Assert.Equal("bob@example.com", results[2].Recipient.Email);
            Assert.Empty(package.AddRecipients(new string[0]));
        }

        [Fact]
        public void ContactGroupsHaveMembersAndPackages()
        {
            ContactGroup group = Client.CreateContactGroup("Board");
            Assert.Equal("Board", group.Name);
            Assert.False(group.IsOrganizationGroup);
            Assert.True(Client.CreateContactGroup("All", true).IsOrganizationGroup);
            ContactGroupMember member = Client.AddContactGroupMember(group.ContactGroupId, "ann@example.com");
            Assert.Equal("ann@example.com", Assert.Single(Client.GetContactGroup(group.ContactGroupId).Members).Email);
            Package package = Use(Client.CreatePackage());
            package.AddContactGroup(group.ContactGroupId);
            Assert.Equal("Board", Assert.Single(package.GetInformation().ContactGroups).Name);
            package.RemoveContactGroup(group.ContactGroupId);
            Assert.Empty(package.GetInformation().ContactGroups);
            Client.RemoveContactGroupMember(group.ContactGroupId, member.UserId);
            Assert.Empty(Client.GetContactGroup(group.ContactGroupId).Members);
            Assert.Contains("All", string.Join(" ", Client.GetContactGroups(true).Select(one => one.Name)));
            Client.DeleteContactGroup(group.ContactGroupId);
            Assert.Empty(Client.GetContactGroups().Where(one => one.ContactGroupId == group.ContactGroupId));
        }

        [Fact]
        public void CountriesHaveTheirDiallingCode()
        {
            Assert.Equal(1, Country.All.Single(country => country.CountryCode == "US").DiallingCode);
            Assert.Equal(49, Country.All.Single(country => country.CountryCode == "DE").DiallingCode);
        }
    }
}
