/* The account and its organization; log-in and registration of users without an API key. */
#include "support.h"

#include <unistd.h>

TEST(verify_credentials) {
  sendsafely_client *client = new_client(NULL), *wrong = NULL;
  char *email = NULL;
  CHECK_OK(sendsafely_client_verify_credentials(client, &email, NULL));
  CHECK_TEXT("admin@acme.test", email);
  CHECK_OK(
      sendsafely_client_new(setting("SENDSAFELY_HOST"), setting("SENDSAFELY_API_KEY"), "wrong", NULL, &wrong, NULL));
  CHECK_STATUS(SENDSAFELY_AUTHENTICATION_FAILED, sendsafely_client_verify_credentials(wrong, NULL, NULL));
  sendsafely_string_free(email);
  sendsafely_client_free(client);
  sendsafely_client_free(wrong);
}

TEST(verify_version) {
  sendsafely_client *client = new_client(NULL);
  char *response = NULL;
  CHECK_OK(sendsafely_client_verify_version(client, &response, NULL));
  CHECK_TEXT("OK", response);
  sendsafely_string_free(response);
  set_switches("{\"client_version\":\"UPGRADE_AVAILABLE\"}");
  CHECK_OK(sendsafely_client_verify_version(client, &response, NULL));
  CHECK_TEXT("UPGRADE_AVAILABLE", response);
  sendsafely_string_free(response);
  set_switches("{\"client_version\":\"OK\"}");
  sendsafely_client_free(client);
}

TEST(user_information) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_user *user = NULL;
  CHECK_OK(sendsafely_client_get_user(client, &user, NULL));
  REQUIRE(user);
  CHECK_TEXT("admin@acme.test", user->email);
  CHECK(user->is_administrator == 1 && user->package_life == 14);
  sendsafely_user_free(user);
  sendsafely_client_free(client);
}

TEST(enterprise_information) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_enterprise *enterprise = NULL;
  CHECK_OK(sendsafely_client_get_enterprise(client, &enterprise, NULL));
  REQUIRE(enterprise);
  CHECK(enterprise->host && enterprise->system_name && enterprise->allow_undisclosed_recipients == 1);
  sendsafely_enterprise_free(enterprise);
  sendsafely_client_free(client);
}

TEST(audit_log) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *packages[3] = {NULL};
  sendsafely_audit_log_options options;
  sendsafely_audit_log_iterator *iterator = NULL;
  sendsafely_audit_log_entry *entry = NULL;
  char *id = NULL, *email = NULL;
  CHECK_OK(sendsafely_client_verify_credentials(client, &email, NULL));
  for (int i = 0; i < 3; i++) CHECK_OK(sendsafely_package_create(client, &packages[i], NULL));
  CHECK_OK(sendsafely_package_id(packages[2], &id, NULL));
  CHECK_OK(sendsafely_audit_log_options_init(&options, sizeof options));
  options.event_type = "PACKAGE_EVENT";
  options.page_size = 2;
  CHECK_OK(sendsafely_client_list_audit_log(client, &options, &iterator, NULL));
  for (int i = 0; i < 3; i++) { /* newest first */
    CHECK_OK(sendsafely_audit_log_iterator_next(iterator, &entry, NULL));
    REQUIRE(entry);
    CHECK(entry->event_id && entry->time > 0 && entry->time_text && entry->ip_address && !entry->impersonated_user);
    CHECK_TEXT("PACKAGE_EVENT", entry->event_type);
    CHECK_TEXT("PACKAGE_CREATED", entry->action);
    CHECK_TEXT(email, entry->authenticated_user);
    if (i == 0) CHECK_TEXT(id, json_text(entry->details, "packageId"));
    sendsafely_audit_log_entry_free(entry);
  }
  sendsafely_audit_log_iterator_free(iterator);
  for (int i = 0; i < 3; i++) sendsafely_package_free(packages[i]);
  sendsafely_string_free(id);
  sendsafely_string_free(email);
  sendsafely_client_free(client);
}

TEST(audit_log_as_json) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_audit_log_options options;
  char *json = NULL;
  CHECK_OK(sendsafely_audit_log_options_init(&options, sizeof options));
  options.event_type = "LOGIN";
  CHECK_OK(sendsafely_client_get_audit_log(client, &options, &json, NULL));
  CHECK_TEXT("SUCCESS", json_text(json, "response"));
  CHECK(request_has("LOGIN"));
  sendsafely_string_free(json);
  sendsafely_client_free(client);
}

static sendsafely_client *client_without_credentials(void) {
  sendsafely_client *client = NULL;
  CHECK_OK(sendsafely_client_new_without_credentials(setting("SENDSAFELY_HOST"), NULL, &client, NULL));
  return client;
}

/* 1 if a login has returned a valid API key of this user. */
static int works(const sendsafely_login *login, const char *email) {
  sendsafely_client *client = NULL;
  char *verified = NULL;
  if (!login || login->second_factor_required || !login->api_key) return 0;
  CHECK_OK(sendsafely_client_new(setting("SENDSAFELY_HOST"), login->api_key, login->api_secret, NULL, &client, NULL));
  CHECK_OK(sendsafely_client_verify_credentials(client, &verified, NULL));
  int is_same = verified && !strcmp(verified, email);
  sendsafely_string_free(verified);
  sendsafely_client_free(client);
  return is_same;
}

TEST(log_in) {
  sendsafely_client *client = NULL;
  sendsafely_login *login = NULL;
  CHECK_OK(sendsafely_client_new_without_credentials(setting("SENDSAFELY_HOST"), NULL, &client, NULL));
  CHECK_STATUS(SENDSAFELY_NO_CREDENTIALS, sendsafely_package_create(client, &(sendsafely_package *){0}, NULL));
  CHECK_STATUS(SENDSAFELY_AUTHENTICATION_FAILED,
               sendsafely_client_generate_api_key(client, "second@acme.test", "wrong", "example", &login, NULL));
  CHECK_OK(sendsafely_client_generate_api_key(client, "second@acme.test", user_text("second@acme.test", "password"),
                                              "example", &login, NULL));
  CHECK(works(login, "second@acme.test"));
  sendsafely_login_free(login);
  sendsafely_client_free(client);
}

TEST(log_in_with_second_factor) {
  sendsafely_client *client = client_without_credentials();
  sendsafely_login *login = NULL, *second = NULL;
  free(admin("POST", "/users",
             "{\"email\":\"careful@acme.test\",\"password\":\"p4ssw0rd-of-careful\",\"two_factor\":true}"));
  CHECK_OK(
      sendsafely_client_generate_api_key(client, "careful@acme.test", "p4ssw0rd-of-careful", "example", &login, NULL));
  REQUIRE(login && login->second_factor_required == 1);
  CHECK_TEXT("SMS", login->second_factor_kind);
  CHECK_STATUS(SENDSAFELY_AUTHENTICATION_FAILED,
               sendsafely_client_generate_api_key_second_factor(client, login->validation_token, "000000", "example",
                                                                &second, NULL));
  CHECK_OK(sendsafely_client_generate_api_key_second_factor(client, login->validation_token, "123456", "example",
                                                            &second, NULL));
  CHECK(works(second, "careful@acme.test"));
  sendsafely_login_free(login);
  sendsafely_login_free(second);
  sendsafely_client_free(client);
}

TEST(log_in_with_oauth) {
  sendsafely_client *client = client_without_credentials();
  sendsafely_login *login = NULL;
  CHECK_OK(sendsafely_client_generate_api_key_oauth(client, user_text("third@acme.test", "oauth_token"), "example",
                                                    &login, NULL));
  CHECK(works(login, "third@acme.test"));
  CHECK_STATUS(SENDSAFELY_AUTH_FORBIDDEN,
               sendsafely_client_generate_api_key_oauth(client, "another", "example", &(sendsafely_login *){0}, NULL));
  sendsafely_login_free(login);
  sendsafely_client_free(client);
}

/* An address that no earlier run has registered, because the emulator keeps its users. */
static const char *new_email(const char *kind) {
  static char email[64];
  snprintf(email, sizeof email, "%s-%d@acme.test", kind, (int)getpid());
  return email;
}

/* The options of a registration, without the proof. */
static void fill_registration(sendsafely_registration_options *options) {
  CHECK_OK(sendsafely_registration_options_init(options, sizeof *options));
  options->password = "Correct horse 1";
  options->question = "The first pet?";
  options->answer = "Müller";
  options->first_name = "Neu";
  options->last_name = "Ling";
}

TEST(register_by_link) {
  sendsafely_client *client = client_without_credentials();
  sendsafely_registration_options options;
  sendsafely_login *login = NULL;
  const char *email = new_email("link");
  char *registered = NULL, token[256];
  fill_registration(&options);
  CHECK_OK(sendsafely_client_start_registration(client, email, 0, NULL));
  char *waiting = admin("GET", "/registrations", NULL); /* {"<token>":{..}} */
  snprintf(token, sizeof token, "%.*s", (int)strcspn(waiting + 2, "\""), waiting + 2);
  free(waiting);
  options.token = "unknown";
  CHECK_STATUS(SENDSAFELY_INVALID_TOKEN, sendsafely_client_finish_registration(client, &options, NULL, NULL));
  options.token = token;
  CHECK_OK(sendsafely_client_finish_registration(client, &options, &registered, NULL));
  CHECK_TEXT(email, registered);
  CHECK_OK(sendsafely_client_generate_api_key(client, email, options.password, "example", &login, NULL));
  CHECK(works(login, email));
  sendsafely_string_free(registered);
  sendsafely_login_free(login);
  sendsafely_client_free(client);
}

TEST(register_by_pin) {
  sendsafely_client *client = client_without_credentials();
  sendsafely_registration_options options;
  sendsafely_login *login = NULL;
  const char *email = new_email("pin");
  fill_registration(&options);
  CHECK_OK(sendsafely_client_start_registration(client, email, 1, NULL));
  options.email = email;
  options.pin = "000000";
  CHECK_STATUS(SENDSAFELY_PIN_RESENT, sendsafely_client_finish_registration(client, &options, NULL, NULL));
  options.pin = "123456";
  CHECK_OK(sendsafely_client_finish_registration(client, &options, NULL, NULL));
  CHECK_OK(sendsafely_client_generate_api_key(client, email, options.password, "example", &login, NULL));
  CHECK(works(login, email));
  sendsafely_login_free(login);
  sendsafely_client_free(client);
}

int main(void) { return run_tests("operations_account"); }
