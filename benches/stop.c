/*
 * How soon a stop takes effect: stop send FILE MS | stop receive LINK MS.
 *
 * An alarm during the transfer requests the stop, like Ctrl-C; then the next progress callback stops the
 * call. Prints the milliseconds between the alarm and the return of the call.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include <sendsafely.h>

static volatile sig_atomic_t asked;
static struct timespec asked_at;

static void ask(int signal_number) {
  (void)signal_number;
  clock_gettime(CLOCK_MONOTONIC, &asked_at);
  asked = 1;
}

static int32_t on_progress(void *user_data, const sendsafely_progress *progress) {
  (void)user_data;
  (void)progress;
  return asked ? SENDSAFELY_STOP : SENDSAFELY_CONTINUE;
}

static int32_t discard(void *user_data, const uint8_t *data, size_t size) {
  (void)user_data;
  (void)data;
  (void)size;
  return SENDSAFELY_CONTINUE;
}

static void set_alarm(long milliseconds) {
  struct itimerval timer;

  memset(&timer, 0, sizeof timer);
  timer.it_value.tv_sec = milliseconds / 1000;
  timer.it_value.tv_usec = milliseconds % 1000 * 1000;
  signal(SIGALRM, ask);
  setitimer(ITIMER_REAL, &timer, NULL);
}

int main(int argc, char **argv) {
  sendsafely_client_options options;
  sendsafely_client *client = NULL;
  sendsafely_package *package = NULL;
  sendsafely_package_information *information = NULL;
  sendsafely_error *error = NULL;
  sendsafely_status status;
  struct timespec now;

  if (argc != 4) return 2;
  sendsafely_client_options_init(&options, sizeof options);
  options.on_progress = on_progress;
  status = sendsafely_client_new(getenv("SENDSAFELY_HOST"), getenv("SENDSAFELY_API_KEY"),
                                 getenv("SENDSAFELY_API_SECRET"), &options, &client, NULL);
  if (status == SENDSAFELY_OK && strcmp(argv[1], "send") == 0) {
    status = sendsafely_package_create(client, &package, NULL);
    if (status != SENDSAFELY_OK) return 1;
    set_alarm(atol(argv[3]));
    status = sendsafely_package_upload_file(package, argv[2], NULL, NULL, &error);
  } else if (status == SENDSAFELY_OK) {
    if (sendsafely_package_open_link(client, argv[2], &package, NULL) != SENDSAFELY_OK ||
        sendsafely_package_get_information(package, &information, NULL) != SENDSAFELY_OK)
      return 1;
    set_alarm(atol(argv[3]));
    status = sendsafely_package_download_callback(package, information->files->items[0]->file_id, discard, NULL, NULL,
                                                  NULL, &error);
  }
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (status != SENDSAFELY_STOPPED) {
    fprintf(stderr, "stop: %s\n", sendsafely_error_message(error));
    return 1;
  }
  printf("%.3f\n", (double)(now.tv_sec - asked_at.tv_sec) * 1e3 + (double)(now.tv_nsec - asked_at.tv_nsec) / 1e6);

  sendsafely_package_information_free(information);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  sendsafely_error_free(error);
  return 0;
}
