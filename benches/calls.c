/* Prints the nanoseconds of a client after the first, and of a call without network. */

#include <sendsafely.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Short repeats: other programs on the machine interrupt the best one least. */
enum { CLIENTS = 20, CALLS = 1000, REPEATS = 1000 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static sendsafely_client *new_client(const char *host) {
  sendsafely_client *client;
  if (sendsafely_client_new(host, getenv("SENDSAFELY_API_KEY"), getenv("SENDSAFELY_API_SECRET"), NULL, &client, NULL) !=
      SENDSAFELY_OK) {
    exit(1);
  }
  return client;
}

int main(void) {
  double of_client = 1e18, of_call = 1e18;
  /* A host with https, which needs the system's certificates. No call is made. */
  sendsafely_client_free(new_client("https://portal.example"));
  for (int i = 0; i < CLIENTS; i++) {
    double start = now();
    sendsafely_client_free(new_client("https://portal.example"));
    double taken = now() - start;
    of_client = taken < of_client ? taken : of_client;
  }

  sendsafely_client *client = new_client(getenv("SENDSAFELY_HOST"));
  sendsafely_package *package;
  if (sendsafely_package_create(client, &package, NULL) != SENDSAFELY_OK) {
    return 1;
  }
  for (int i = 0; i < REPEATS; i++) {
    double start = now();
    for (int j = 0; j < CALLS; j++) {
      size_t count;
      if (sendsafely_package_running_uploads(package, &count, NULL) != SENDSAFELY_OK) {
        return 1;
      }
    }
    double taken = (now() - start) / CALLS;
    of_call = taken < of_call ? taken : of_call;
  }
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  printf("%.0f %.0f\n", of_client, of_call);
  return 0;
}
