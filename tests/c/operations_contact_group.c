/* Contact groups of a user or of the organization. */
#include "support.h"

/* Creates a group; returns its id, to be freed with free(). */
static char *new_group(sendsafely_client *client, const char *name, int32_t is_organization_group) {
  sendsafely_contact_group *group = NULL;
  CHECK_OK(sendsafely_client_create_contact_group(client, name, is_organization_group, &group, NULL));
  char *id = strdup(group ? group->contact_group_id : "");
  sendsafely_contact_group_free(group);
  return id;
}

/* 1 if the service's JSON of a group contains this. */
static int group_has(sendsafely_client *client, const char *id, const char *json) {
  char path[256], *response = NULL;
  snprintf(path, sizeof path, "/group/%s/", id);
  CHECK_OK(sendsafely_client_request(client, "GET", path, NULL, &response, NULL));
  int has = response && strstr(response, json);
  sendsafely_string_free(response);
  return has;
}

TEST(create_contact_group) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_contact_group *group = NULL;
  CHECK_OK(sendsafely_client_create_contact_group(client, "Säles \"north\"", 0, &group, NULL));
  REQUIRE(group);
  CHECK_TEXT("Säles \"north\"", group->name);
  CHECK(group->is_organization_group == 0 && group->members->count == 0);
  CHECK(group_has(client, group->contact_group_id, "\"Säles \\\"north\\\"\""));
  CHECK(group_has(client, group->contact_group_id, "\"contactGroupIsOrganizationGroup\":false"));
  sendsafely_contact_group_free(group);
  forget_requests();
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, sendsafely_client_create_contact_group(client, "", 0, NULL, NULL));
  CHECK(requests_arrived() == 0);
  /* After a lost response the request is not sent again: the group exists once. */
  add_fault("{\"endpoint\":\"create_group\",\"when\":\"after\",\"times\":1,\"action\":{\"close\":true}}");
  CHECK_STATUS(SENDSAFELY_OUTCOME_UNKNOWN, sendsafely_client_create_contact_group(client, "Lost", 0, &group, NULL));
  CHECK(group == NULL && requests_to("create_group") == 1);
  remove_faults();
  sendsafely_client_free(client);
}

TEST(create_organization_contact_group) {
  sendsafely_client *client = new_client(NULL), *second = client_of("second@acme.test");
  sendsafely_contact_group *group = NULL;
  CHECK_OK(sendsafely_client_create_contact_group(client, "Everybody", 1, &group, NULL));
  REQUIRE(group);
  CHECK(group->is_organization_group == 1);
  CHECK(group_has(second, group->contact_group_id, "\"contactGroupIsOrganizationGroup\":true"));
  CHECK_STATUS(SENDSAFELY_DENIED, sendsafely_client_create_contact_group(second, "Mine", 1, NULL, NULL));
  sendsafely_contact_group_free(group);
  sendsafely_client_free(client);
  sendsafely_client_free(second);
}

TEST(delete_contact_group) {
  sendsafely_client *client = new_client(NULL), *second = client_of("second@acme.test");
  sendsafely_package *package = new_package(client);
  char *id = new_group(client, "Short-lived", 1);
  CHECK_OK(sendsafely_package_add_contact_group(package, id, NULL));
  CHECK_STATUS(SENDSAFELY_DENIED, sendsafely_client_delete_contact_group(second, id, NULL));
  CHECK(service_has(package, id));
  CHECK_OK(sendsafely_client_delete_contact_group(client, id, NULL));
  CHECK(group_has(client, id, "\"FAIL\"") && service_lacks(package, id));
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_client_delete_contact_group(client, id, NULL));
  free(id);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  sendsafely_client_free(second);
}

TEST(get_contact_group) {
  sendsafely_client *client = new_client(NULL), *second = client_of("second@acme.test");
  sendsafely_contact_group *group = NULL;
  char *id = new_group(client, "Readers", 0);
  CHECK_OK(sendsafely_client_add_contact_group_member(client, id, "ann@customer.test", NULL, NULL));
  CHECK_OK(sendsafely_client_get_contact_group(client, id, &group, NULL));
  REQUIRE(group && group->members->count == 1);
  CHECK_TEXT(id, group->contact_group_id);
  CHECK_TEXT("Readers", group->name);
  CHECK_TEXT("ann@customer.test", group->members->items[0]->email);
  sendsafely_contact_group_free(group);
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_client_get_contact_group(client, "no-such-group", &group, NULL));
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_client_get_contact_group(second, id, &group, NULL));
  free(id);
  sendsafely_client_free(client);
  sendsafely_client_free(second);
}

TEST(members_of_a_contact_group) {
  sendsafely_client *client = new_client(NULL), *second = client_of("second@acme.test");
  sendsafely_contact_group_member *member = NULL;
  char *id = new_group(client, "Members", 1);
  CHECK_OK(sendsafely_client_add_contact_group_member(client, id, "ann@customer.test", &member, NULL));
  REQUIRE(member && member->user_id);
  CHECK_TEXT("ann@customer.test", member->email);
  CHECK(group_has(client, id, "\"ann@customer.test\"") && group_has(client, id, member->user_id));
  CHECK_STATUS(SENDSAFELY_DUPLICATE_EMAIL,
               sendsafely_client_add_contact_group_member(client, id, "ann@customer.test", NULL, NULL));
  CHECK_STATUS(SENDSAFELY_INVALID_EMAIL,
               sendsafely_client_add_contact_group_member(client, id, "ann@nowhere", NULL, NULL));
  CHECK_STATUS(SENDSAFELY_REFUSED,
               sendsafely_client_add_contact_group_member(client, "no-such-group", "bob@customer.test", NULL, NULL));
  CHECK_STATUS(SENDSAFELY_DENIED,
               sendsafely_client_add_contact_group_member(second, id, "bob@customer.test", NULL, NULL));
  CHECK_STATUS(SENDSAFELY_DENIED, sendsafely_client_remove_contact_group_member(second, id, member->user_id, NULL));
  CHECK_STATUS(SENDSAFELY_USER_NOT_FOUND, sendsafely_client_remove_contact_group_member(client, id, "nobody", NULL));
  CHECK_STATUS(SENDSAFELY_REFUSED,
               sendsafely_client_remove_contact_group_member(client, "no-such-group", member->user_id, NULL));
  CHECK_OK(sendsafely_client_remove_contact_group_member(client, id, member->user_id, NULL));
  CHECK(group_has(client, id, "\"users\":[]"));
  size_t sent = requests_arrived();
  CHECK_STATUS(SENDSAFELY_MALFORMED_EMAIL,
               sendsafely_client_add_contact_group_member(client, id, "no address", NULL, NULL));
  CHECK(requests_arrived() == sent);
  sendsafely_contact_group_member_free(member);
  free(id);
  sendsafely_client_free(client);
  sendsafely_client_free(second);
}

/* The group of an id in a list, if it is there. */
static const sendsafely_contact_group *in_list(const sendsafely_contact_group_list *groups, const char *id) {
  for (size_t i = 0; groups && i < groups->count; i++)
    if (!strcmp(groups->items[i]->contact_group_id, id)) return groups->items[i];
  return NULL;
}

TEST(get_contact_groups) {
  sendsafely_client *client = new_client(NULL), *second = client_of("second@acme.test");
  sendsafely_contact_group_list *own = NULL, *organization = NULL, *of_second = NULL;
  char *mine = new_group(client, "Mine", 0), *ours = new_group(client, "Ours", 1);
  CHECK_OK(sendsafely_client_add_contact_group_member(client, mine, "ann@customer.test", NULL, NULL));
  CHECK_OK(sendsafely_client_get_contact_groups(client, 0, &own, NULL));
  CHECK_OK(sendsafely_client_get_contact_groups(client, 1, &organization, NULL));
  CHECK_OK(sendsafely_client_get_contact_groups(second, 0, &of_second, NULL));
  REQUIRE(in_list(own, mine) && in_list(organization, ours));
  CHECK_TEXT("Mine", in_list(own, mine)->name);
  CHECK(in_list(own, mine)->members->count == 1 && in_list(organization, ours)->is_organization_group == 1);
  CHECK(!in_list(own, ours) && !in_list(organization, mine) && !in_list(of_second, mine));
  sendsafely_contact_group_list_free(own);
  sendsafely_contact_group_list_free(organization);
  sendsafely_contact_group_list_free(of_second);
  free(mine);
  free(ours);
  sendsafely_client_free(client);
  sendsafely_client_free(second);
}

TEST(contact_group_on_a_package) {
  sendsafely_client *client = new_client(NULL), *second = client_of("second@acme.test");
  sendsafely_package *package = new_package(client), *received = NULL;
  sendsafely_finalized *finalized = NULL;
  char *id = new_group(client, "Friends", 0), *later = new_group(client, "Later", 0),
       *of_second = new_group(second, "His", 0);
  char *text = NULL;
  CHECK_OK(sendsafely_client_add_contact_group_member(client, id, "second@acme.test", NULL, NULL));
  CHECK_OK(sendsafely_package_set_message(package, "hello", NULL));
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_package_add_contact_group(package, "no-such-group", NULL));
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_package_add_contact_group(package, of_second, NULL));
  CHECK_STATUS(SENDSAFELY_NO_RECIPIENT, sendsafely_package_finalize(package, NULL, NULL, NULL));
  /* It counts as a recipient, and its members can open the package. */
  CHECK_OK(sendsafely_package_add_contact_group(package, id, NULL));
  CHECK(service_has(package, id));
  CHECK_OK(sendsafely_package_finalize(package, NULL, &finalized, NULL));
  REQUIRE(finalized);
  CHECK_OK(sendsafely_package_open_link(second, finalized->link, &received, NULL));
  CHECK_OK(sendsafely_package_get_message(received, &text, NULL));
  CHECK_TEXT("hello", text);
  /* Also after finalize. */
  CHECK_OK(sendsafely_package_add_contact_group(package, later, NULL));
  CHECK(service_has(package, later));
  sendsafely_finalized_free(finalized);
  sendsafely_string_free(text);
  sendsafely_package_free(received);
  sendsafely_package_free(package);
  free(id);
  free(later);
  free(of_second);
  sendsafely_client_free(client);
  sendsafely_client_free(second);
}

TEST(contact_group_off_a_package) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  char *id = new_group(client, "For a while", 0);
  CHECK_OK(sendsafely_package_set_message(package, "hello", NULL));
  CHECK_OK(sendsafely_package_add_contact_group(package, id, NULL));
  CHECK_OK(sendsafely_package_remove_contact_group(package, id, NULL));
  CHECK(service_lacks(package, id));
  CHECK_STATUS(SENDSAFELY_NO_RECIPIENT, sendsafely_package_finalize(package, NULL, NULL, NULL));
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_package_remove_contact_group(package, id, NULL));
  /* Also after finalize; not from a package that is deleted. */
  CHECK_OK(sendsafely_package_add_contact_group(package, id, NULL));
  CHECK_OK(sendsafely_package_finalize(package, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_remove_contact_group(package, id, NULL));
  CHECK(service_lacks(package, id));
  CHECK_OK(sendsafely_package_delete(package, NULL));
  CHECK_STATUS(SENDSAFELY_PACKAGE_DELETED, sendsafely_package_add_contact_group(package, id, NULL));
  CHECK_STATUS(SENDSAFELY_PACKAGE_DELETED, sendsafely_package_remove_contact_group(package, id, NULL));
  free(id);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

int main(void) { return run_tests("operations_contact_group"); }
