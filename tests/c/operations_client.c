/* A client: its construction, the headers that describe it, and raw signed requests. */
#include "support.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

TEST(construct_client) {
  sendsafely_client *client = NULL;
  char *response = NULL;
  CHECK_OK(sendsafely_client_new(setting("SENDSAFELY_HOST"), setting("SENDSAFELY_API_KEY"),
                                 setting("SENDSAFELY_API_SECRET"), NULL, &client, NULL));
  CHECK_OK(sendsafely_client_request(client, "GET", "/user/", NULL, &response, NULL));
  CHECK_TEXT("admin@acme.test", json_text(response, "email"));
  sendsafely_string_free(response);
  sendsafely_client_free(client);
}

TEST(close_client) {
  sendsafely_client *client = new_client(NULL);
  CHECK(sendsafely_live_objects() == 1);
  sendsafely_client_free(client);
  CHECK(sendsafely_live_objects() == 0);
  CHECK_STATUS(SENDSAFELY_INVALID_HANDLE, sendsafely_package_create(client, &(sendsafely_package *){0}, NULL));
}

TEST(refused_credentials) {
  sendsafely_client *client = NULL;
  sendsafely_package *package = NULL;
  CHECK_OK(sendsafely_client_new(setting("SENDSAFELY_HOST"), setting("SENDSAFELY_API_KEY"), "another secret", NULL,
                                 &client, NULL));
  CHECK_STATUS(SENDSAFELY_AUTHENTICATION_FAILED, sendsafely_package_create(client, &package, NULL));
  sendsafely_client_free(client);
}

/* A proxy that records the request and closes the connection. */
static char first_line[256];
static void *answer_nothing(void *listener) {
  int connection = accept(*(int *)listener, NULL, NULL);
  size_t size = 0;
  for (ssize_t got; size < sizeof first_line - 1 && !strchr(first_line, '\n'); size += (size_t)got)
    if ((got = read(connection, first_line + size, sizeof first_line - 1 - size)) <= 0) break;
  first_line[strcspn(first_line, "\r\n")] = 0;
  close(connection);
  return NULL;
}

TEST(proxy) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  REQUIRE(bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 1) == 0);
  getsockname(listener, (struct sockaddr *)&address, &size);
  pthread_t thread;
  REQUIRE(pthread_create(&thread, NULL, answer_nothing, &listener) == 0);

  char proxy[64];
  snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", ntohs(address.sin_port));
  sendsafely_client_options options;
  sendsafely_client *client = NULL;
  sendsafely_package *package = NULL;
  CHECK_OK(sendsafely_client_options_init(&options, sizeof options));
  options.proxy = proxy;
  options.retry_window_ms = SENDSAFELY_NO_RETRY;
  CHECK_OK(sendsafely_client_new("https://acme.test", "key", "secret", &options, &client, NULL));
  CHECK(sendsafely_package_create(client, &package, NULL) != SENDSAFELY_OK);
  shutdown(listener, SHUT_RDWR); /* in case there was no connection */
  pthread_join(thread, NULL);
  close(listener);
  CHECK_TEXT("CONNECT acme.test:443 HTTP/1.1", first_line);
  sendsafely_client_free(client);
}

/* Makes a request with one option set. */
static void request_with(const sendsafely_client_options *options) {
  sendsafely_client *client = new_client(options);
  char *response = NULL;
  CHECK_OK(sendsafely_client_request(client, "GET", "/user/", NULL, &response, NULL));
  sendsafely_string_free(response);
  sendsafely_client_free(client);
}

TEST(locale) {
  sendsafely_client_options options;
  CHECK_OK(sendsafely_client_options_init(&options, sizeof options));
  options.locale = "de-DE";
  request_with(&options);
  CHECK(request_has("\"accept-language\":\"de-DE\""));
}

TEST(request_api_name) {
  sendsafely_client_options options;
  request_with(NULL);
  CHECK(request_has("\"ss-request-api\":\"RUST_API\""));
  CHECK_OK(sendsafely_client_options_init(&options, sizeof options));
  options.request_api = "EXAMPLE_API";
  request_with(&options);
  CHECK(request_has("\"ss-request-api\":\"EXAMPLE_API\""));
}

TEST(client_version) {
  sendsafely_client_options options;
  CHECK_OK(sendsafely_client_options_init(&options, sizeof options));
  options.client_version = "example 1.2";
  request_with(&options);
  CHECK(request_has("\"ss-client-version\":\"example 1.2\""));
}

TEST(version) {
  char text[64];
  snprintf(text, sizeof text, "%d.%d.%d", SENDSAFELY_VERSION_MAJOR, SENDSAFELY_VERSION_MINOR, SENDSAFELY_VERSION_PATCH);
  CHECK(sendsafely_version() == SENDSAFELY_VERSION_NUMBER);
  CHECK_TEXT(text, sendsafely_version_string());
}

TEST(raw_request) {
  sendsafely_client *client = new_client(NULL);
  char *response = NULL;
  CHECK_OK(sendsafely_client_request(client, "GET", "/enterprise/", NULL, &response, NULL));
  CHECK_TEXT("SUCCESS", json_text(response, "response"));
  sendsafely_string_free(response);
  CHECK_OK(sendsafely_client_request(client, "PUT", "/package/", "{\"vdr\":true}", &response, NULL));
  CHECK_TEXT("SUCCESS", json_text(response, "response"));
  CHECK(*json_text(response, "packageId") != 0);
  sendsafely_string_free(response);
  CHECK_OK(sendsafely_client_request(client, "GET", "/no/such/path/", NULL, &response, NULL));
  CHECK_TEXT("UNKNOWN_ENDPOINT", json_text(response, "response"));
  sendsafely_string_free(response);
  sendsafely_client_free(client);
}

TEST(clock_skew) {
  set_switches("{\"clock_offset_ms\":7200000,\"clock_skew_ms\":300000}");
  sendsafely_client *client = new_client(NULL);
  char *response = NULL;
  CHECK_OK(sendsafely_client_request(client, "GET", "/user/", NULL, &response, NULL));
  CHECK_TEXT("SUCCESS", json_text(response, "response"));
  sendsafely_string_free(response);
  sendsafely_client_free(client);
  set_switches("{\"clock_offset_ms\":0,\"clock_skew_ms\":0}");
}

int main(void) { return run_tests("operations_client"); }
