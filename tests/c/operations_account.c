/* The account and its organization, API keys, registration. */
#include "support.h"

TEST(verify_credentials) {
  sendsafely_client *client = new_client(NULL);
  char *email = NULL;
  CHECK_OK(sendsafely_client_verify_credentials(client, &email, NULL));
  CHECK_TEXT("admin@acme.test", email);
  CHECK_OK(sendsafely_client_verify_credentials(client, NULL, NULL));
  sendsafely_string_free(email);
  sendsafely_client_free(client);
}

TEST(verify_version) {
  sendsafely_client *client = new_client(NULL);
  char *text = NULL;
  set_switches("{\"client_version\":\"OUTDATED_VERSION\"}");
  CHECK_OK(sendsafely_client_verify_version(client, &text, NULL));
  CHECK_TEXT("OUTDATED_VERSION", text);
  set_switches("{\"client_version\":\"OK\"}");
  sendsafely_string_free(text);
  sendsafely_client_free(client);
}

TEST(user_information) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_user *user = NULL;
  CHECK_OK(sendsafely_client_get_user(client, &user, NULL));
  REQUIRE(user);
  CHECK_TEXT("admin@acme.test", user->email);
  CHECK(user->is_administrator == 1 && user->package_life == 14 && user->may_use_trusted_devices == 1);
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
  sendsafely_audit_log_options options;
  char *json = NULL;
  CHECK_OK(sendsafely_audit_log_options_init(&options, sizeof options));
  options.package_owner = "admin@acme.test";
  options.page_size = 10;
  CHECK_OK(sendsafely_client_get_audit_log(client, &options, &json, NULL));
  CHECK_TEXT("SUCCESS", json_text(json, "response"));
  CHECK(request_has("\\\"packageOwner\\\":\\\"admin@acme.test\\\""));
  options.page_size = 101;
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, sendsafely_client_get_audit_log(client, &options, &(char *){0}, NULL));
  sendsafely_string_free(json);
  sendsafely_client_free(client);
}

static sendsafely_client *nobody(void) {
  sendsafely_client *client = NULL;
  CHECK_OK(sendsafely_client_new_without_credentials(setting("SENDSAFELY_HOST"), NULL, &client, NULL));
  return client;
}

/* A user of the emulator with this password, with a second factor or without. */
static void make_user(const char *email, const char *second_factor) {
  char user[256];
  snprintf(user, sizeof user, "{\"email\":\"%s\",\"password\":\"correct horse\",\"two_factor\":%s}", email, second_factor);
  free(admin("POST", "/users", user));
}

/* The key that a login gave signs requests. */
static void check_login(const sendsafely_login *login, const char *email) {
  sendsafely_client *client = NULL;
  char *owner = NULL;
  REQUIRE(login && !login->second_factor_required);
  CHECK_OK(sendsafely_client_new(setting("SENDSAFELY_HOST"), login->api_key, login->api_secret, NULL, &client, NULL));
  CHECK_OK(sendsafely_client_verify_credentials(client, &owner, NULL));
  CHECK_TEXT(email, owner);
  sendsafely_string_free(owner);
  sendsafely_client_free(client);
}

TEST(api_key_by_password) {
  sendsafely_client *client = nobody();
  sendsafely_login *login = NULL;
  make_user("ann@acme.test", "false");
  CHECK_OK(sendsafely_client_generate_api_key(client, "ann@acme.test", "correct horse", "laptop", &login, NULL));
  check_login(login, "ann@acme.test");
  CHECK_STATUS(SENDSAFELY_AUTHENTICATION_FAILED,
               sendsafely_client_generate_api_key(client, "ann@acme.test", "wrong", "laptop", &(sendsafely_login *){0}, NULL));
  CHECK_STATUS(SENDSAFELY_NO_CREDENTIALS, sendsafely_package_create(client, &(sendsafely_package *){0}, NULL));
  sendsafely_login_free(login);
  sendsafely_client_free(client);
}

TEST(api_key_by_second_factor) {
  sendsafely_client *client = nobody();
  sendsafely_login *first = NULL, *second = NULL;
  make_user("bob@acme.test", "true");
  CHECK_OK(sendsafely_client_generate_api_key(client, "bob@acme.test", "correct horse", "laptop", &first, NULL));
  REQUIRE(first && first->second_factor_required && first->validation_token && !first->api_key);
  CHECK_STATUS(SENDSAFELY_AUTHENTICATION_FAILED,
               sendsafely_client_generate_api_key_second_factor(client, first->validation_token, "000000", "laptop",
                                                                &second, NULL));
  CHECK_OK(sendsafely_client_generate_api_key_second_factor(client, first->validation_token, "123456", "laptop",
                                                            &second, NULL));
  check_login(second, "bob@acme.test");
  sendsafely_login_free(first);
  sendsafely_login_free(second);
  sendsafely_client_free(client);
}

TEST(api_key_by_oauth_token) {
  sendsafely_client *client = nobody();
  sendsafely_login *login = NULL;
  make_user("eve@acme.test", "false");
  char *users = admin("GET", "/users", NULL);
  const char *user = users ? strstr(users, "eve@acme.test") : NULL;
  char token[256];
  snprintf(token, sizeof token, "%s", json_text(user, "oauth_token"));
  free(users);
  CHECK_OK(sendsafely_client_generate_api_key_oauth(client, token, "plug-in", &login, NULL));
  check_login(login, "eve@acme.test");
  CHECK_STATUS(SENDSAFELY_AUTH_FORBIDDEN,
               sendsafely_client_generate_api_key_oauth(client, "unknown", "plug-in", &(sendsafely_login *){0}, NULL));
  sendsafely_login_free(login);
  sendsafely_client_free(client);
}

static sendsafely_registration_options registration(void) {
  sendsafely_registration_options options;
  CHECK_OK(sendsafely_registration_options_init(&options, sizeof options));
  options.password = "correct horse";
  options.question = "The first pet?";
  options.answer = "Rex";
  options.first_name = "Nova";
  options.last_name = "Tester";
  return options;
}

TEST(register_by_link) {
  sendsafely_client *client = nobody();
  sendsafely_registration_options options = registration();
  char *email = NULL, token[256];
  CHECK_OK(sendsafely_client_start_registration(client, "link@acme.test", 0, NULL));
  char *waiting = admin("GET", "/registrations", NULL);
  /* {"TOKEN":{"email":...}}: the token that the mail would carry. */
  snprintf(token, sizeof token, "%.*s", waiting ? (int)strcspn(waiting + 2, "\"") : 0, waiting ? waiting + 2 : "");
  free(waiting);
  options.token = "unknown";
  CHECK_STATUS(SENDSAFELY_INVALID_TOKEN, sendsafely_client_finish_registration(client, &options, NULL, NULL));
  options.token = token;
  options.password = "weak";
  CHECK_STATUS(SENDSAFELY_PASSWORD_TOO_WEAK, sendsafely_client_finish_registration(client, &options, NULL, NULL));
  options.password = "correct horse";
  CHECK_OK(sendsafely_client_finish_registration(client, &options, &email, NULL));
  CHECK_TEXT("link@acme.test", email);
  options.email = "link@acme.test"; /* two proofs */
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, sendsafely_client_finish_registration(client, &options, NULL, NULL));
  sendsafely_string_free(email);
  sendsafely_client_free(client);
}

TEST(register_by_pin) {
  sendsafely_client *client = nobody();
  sendsafely_registration_options options = registration();
  char *email = NULL;
  CHECK_OK(sendsafely_client_start_registration(client, "pin@acme.test", 1, NULL));
  options.email = "pin@acme.test";
  options.pin = "000000";
  CHECK_STATUS(SENDSAFELY_PIN_RESENT, sendsafely_client_finish_registration(client, &options, NULL, NULL));
  options.pin = "123456";
  CHECK_OK(sendsafely_client_finish_registration(client, &options, &email, NULL));
  CHECK_TEXT("pin@acme.test", email);
  sendsafely_string_free(email);
  sendsafely_client_free(client);
}

int main(void) { return run_tests("operations_account"); }
